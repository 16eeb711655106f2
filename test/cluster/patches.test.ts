/** Every machine patch, offered to the API server: the object has to be as valid with it as it was without. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import jsonpatch, { type Operation } from 'fast-json-patch';
import { ApiClient } from '../../hack/cluster/api-client.ts';
import { readPair } from '../../hack/cluster/certificates.ts';
import { layoutOf } from '../../hack/cluster/layout.ts';
import type { Check, PatchOperation } from '../../src/axes/check.ts';
import { checks } from '../../src/axes/index.ts';
import { readYaml } from '../../src/observe/files/yaml.ts';
import { findIn, fixture, fixturePath } from '../support/fixture.ts';
import { apply, eventually, freshNamespace, get, sharedControlPlane, START_TIMEOUT_MS } from './harness.ts';

interface Raw {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Kinds that a bare API server does not know, as `apiVersion kind`: their patches cannot be tried here. */
const unknown: ReadonlySet<string> = new Set<string>();

/** Checks whose fixture this API server refuses by itself, and why; only what the patch leaves is then tried. */
const refusedAnyway: Readonly<Record<string, string>> = {
  'privileges/host-path-takeover': 'a path with .. in it, which is judged all the same',
  'privileges/unmasked-proc': 'older servers take an unmasked /proc without hostUsers: false',
};

/** The API server tells at least this many patches apart; fewer means that this test looks past them. */
const LEAST = 30;

const kindOf = ({ apiVersion, kind }: Pick<Raw, 'apiVersion' | 'kind'>): string => `${apiVersion} ${kind}`;

/** The objects of a check's fixture, and the patch that the check gives for them. */
async function patchOf(
  check: Check,
): Promise<{ readonly objects: readonly Raw[]; readonly patch: readonly PatchOperation[] }> {
  const patch = findIn(check, await fixture(check.id, 'fires')).flatMap((found) => found.remediation.patch);
  const text = readFileSync(fixturePath(check.id, 'fires'), 'utf8');
  return { objects: readYaml(text).documents.map(({ value }) => value as Raw), patch };
}

const isFor =
  (object: Raw) =>
  ({ object: ref }: PatchOperation): boolean =>
    kindOf(ref) === kindOf(object) && ref.name === object.metadata.name;

function patched(object: Raw, patch: readonly PatchOperation[]): Raw {
  const copy = structuredClone(object);
  for (const { op, path, value } of patch.filter(isFor(object))) {
    const operation = (op === 'remove' ? { op, path } : { op, path, value }) as Operation;
    jsonpatch.applyOperation(copy, operation, true);
  }
  return copy;
}

describe('machine patches', function () {
  this.timeout(START_TIMEOUT_MS);
  let namespace = '';
  let server = '';
  let api: ApiClient | undefined;

  before(async () => {
    const plane = await sharedControlPlane();
    server = plane.server;
    api = new ApiClient(await readPair(layoutOf(plane.dir).certificates, 'admin'));
    namespace = await freshNamespace();
    await eventually('the default account', () => get('serviceaccount', 'default', '-n', namespace));
  });
  after(() => api?.close());

  const ask = async (method: 'GET' | 'POST', path: string, body?: unknown) => {
    if (api === undefined) throw new Error('the control plane has not started');
    return api.send(method, `${server}${path}`, body);
  };

  const collections = new Map<string, string>();
  /** Where the API server takes new objects of a kind: it says so itself. */
  async function collectionOf({ apiVersion, kind }: Raw): Promise<string> {
    const known = collections.get(`${apiVersion} ${kind}`);
    if (known !== undefined) return known;
    const group = `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;
    const { status, text } = await ask('GET', group);
    const { resources = [] } = (status === 200 ? JSON.parse(text) : {}) as {
      resources?: readonly { name: string; kind: string; namespaced: boolean }[];
    };
    const resource = resources.find((one) => one.kind === kind && !one.name.includes('/'));
    if (resource === undefined) throw new Error(`the API server knows no ${apiVersion} ${kind}`);
    const found = `${group}${resource.namespaced ? `/namespaces/${namespace}` : ''}/${resource.name}`;
    collections.set(`${apiVersion} ${kind}`, found);
    return found;
  }

  /** Undefined if the API server would create the object; else what it says. */
  async function refusal(object: Raw): Promise<string | undefined> {
    const placed = { ...object, metadata: { ...object.metadata, namespace } };
    const { status, text } = await ask('POST', `${await collectionOf(object)}?dryRun=All`, placed);
    return status === 201 ? undefined : text;
  }

  it('leave objects that the API server accepts', async () => {
    const refused: string[] = [];
    let tried = 0;
    for (const check of checks) {
      const { objects, patch } = await patchOf(check);
      const targets = objects.filter((object) => patch.some(isFor(object)) && !unknown.has(kindOf(object)));
      // a pod is refused without its account
      for (const account of targets.length === 0 ? [] : objects.filter(isAccount)) {
        await apply(JSON.stringify({ ...account, metadata: { ...account.metadata, namespace } }));
      }
      for (const target of targets) {
        tried++;
        const before = await refusal(target);
        if ((before !== undefined) !== Object.hasOwn(refusedAnyway, check.id))
          refused.push(`${check.id}, the fixture itself: ${before ?? 'is accepted, so it is no exception'}`);
        const after = await refusal(patched(target, patch));
        if (after !== undefined) refused.push(`${check.id}, with its patch: ${after}`);
      }
    }
    expect(refused).to.deep.equal([]);
    expect(tried, 'objects with a patch').to.be.at.least(LEAST);
  });
});

const isAccount = ({ kind }: Raw): boolean => kind === 'ServiceAccount';
