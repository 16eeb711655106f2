/** Real installs in a real API server: the same workloads as in their files, and the same scores where the evidence is. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ApiClient } from '../../hack/cluster/api-client.ts';
import { readPair } from '../../hack/cluster/certificates.ts';
import { layoutOf } from '../../hack/cluster/layout.ts';
import { type Axis, axes } from '../../src/axes/check.ts';
import { checks } from '../../src/axes/index.ts';
import { loadWorld } from '../../src/observe/files/load.ts';
import { readYaml } from '../../src/observe/files/yaml.ts';
import { defaultPolicy } from '../../src/policy/policy.ts';
import { reportOf } from '../../src/publish/render.ts';
import type { RiskReport } from '../../src/publish/report.ts';
import { assessOnce } from '../../src/score/assessor.ts';
import { areThere, installs, realWorld } from '../golden/update-real-world.ts';
import { eventually, kubectl, sharedControlPlane, START_TIMEOUT_MS } from './harness.ts';
import { installCrd, startedOperator } from './operator-process.ts';

type Labels = Readonly<Record<string, unknown>>;

interface Raw {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
  readonly spec?: {
    readonly selector?: Labels;
    readonly template?: { readonly metadata?: { readonly labels?: Labels } };
  };
  readonly items?: readonly Raw[];
  readonly subjects?: readonly { readonly kind: string; readonly namespace?: string }[];
}

/** Kinds that are left out, and why. */
const leftOut: Readonly<Record<string, string>> = {
  ValidatingWebhookConfiguration: 'its server does not run, so it would refuse what other tests create',
  MutatingWebhookConfiguration: 'its server does not run, so it would refuse what other tests create',
  APIService: 'its server does not run, so discovery would fail for other tests',
};

/** What goes first, because the rest needs it. */
const order = [
  'CustomResourceDefinition',
  'Namespace',
  'ServiceAccount',
  'ClusterRole',
  'Role',
  'ConfigMap',
  'Secret',
];
const rank = ({ kind }: Raw): number => (order.indexOf(kind) + order.length + 1) % (order.length + 1);

/** Workloads of files that the cluster takes away, and why. */
const gone: readonly { readonly workload: RegExp; readonly why: string }[] = [
  {
    workload: /^ingress-nginx\/Job\/ingress-nginx-admission-(create|patch)$/,
    why: 'finished, and deleted then: ttlSecondsAfterFinished is 0',
  },
  { workload: /^kube-system\//, why: 'a namespace that is not ours alone' },
];
const isGone = (key: string): boolean => gone.some(({ workload }) => workload.test(key));

const keyOf = ({ metadata, workload }: RiskReport): string =>
  `${metadata.namespace}/${workload.kind}/${workload.name}`;

/** A controller takes over a pod of its namespace that nobody owns, if it selects it. Which one is first is chance. */
function adopts({ kind, metadata, spec }: Raw, pod: Raw): boolean {
  if (kind !== 'ReplicationController' || metadata.namespace !== pod.metadata.namespace) return false;
  const selector = Object.entries(spec?.selector ?? spec?.template?.metadata?.labels ?? {});
  return selector.length > 0 && selector.every(([key, value]) => pod.metadata.labels?.[key] === value);
}

/** The objects of an install. What names no namespace gets one of its own, so that installs do not meet in `default`. */
function objectsOf(install: string): readonly Raw[] {
  const own = `real-${install}`;
  const objects = new Map<string, Raw>();
  for (const file of globSync('**/*.{yaml,yml,json}', { cwd: join(realWorld, install) }).sort()) {
    const text = readFileSync(join(realWorld, install, file), 'utf8');
    for (const { value } of readYaml(text).documents as readonly { readonly value: Raw | null }[]) {
      for (const object of value?.items ?? (value === null ? [] : [value])) {
        if (typeof object.kind !== 'string' || object.metadata?.name === undefined) continue;
        const placed = placedIn(own, object);
        objects.set(`${placed.kind} ${placed.metadata.namespace} ${placed.metadata.name}`, placed); // the last counts
      }
    }
  }
  const all = [...objects.values()];
  return all.filter((object) => object.kind !== 'Pod' || !all.some((other) => adopts(other, object)));
}

function placedIn(own: string, object: Raw): Raw {
  const { namespace = 'default' } = object.metadata;
  const moved = (name: string | undefined) => (name === 'default' ? own : (name ?? own));
  return {
    ...object,
    metadata: { ...object.metadata, namespace: moved(namespace) },
    ...(object.subjects === undefined
      ? {}
      : {
          subjects: object.subjects.map((subject) =>
            subject.kind === 'ServiceAccount' ? { ...subject, namespace: moved(subject.namespace) } : subject,
          ),
        }),
  };
}

interface Served {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Offers objects to the API server, and remembers what became of them. */
class Offering {
  readonly accepted: Raw[] = [];
  /** By reason. */
  readonly refused = new Map<string, string[]>();
  readonly #discovered = new Map<string, Promise<ReadonlyMap<string, Served>>>();
  readonly #api: ApiClient;
  readonly #server: string;

  constructor(api: ApiClient, server: string) {
    this.#api = api;
    this.#server = server;
  }

  async offer(object: Raw): Promise<void> {
    const refused = leftOut[object.kind] ?? (await this.#create(object));
    if (refused === undefined) this.accepted.push(object);
    else
      this.refused.set(refused, [
        ...(this.refused.get(refused) ?? []),
        `${object.kind}/${object.metadata.name}`,
      ]);
  }

  /** @returns why it was refused */
  async #create(object: Raw): Promise<string | undefined> {
    const served = (await this.#kindsOf(object.apiVersion)).get(object.kind);
    if (served === undefined) return `${object.apiVersion} ${object.kind} is not served`;
    const { namespace = '', name } = object.metadata;
    const body = served.namespaced ? object : { ...object, metadata: { ...object.metadata, namespace: '' } };
    const place = served.namespaced ? `namespaces/${namespace}/${served.plural}` : served.plural;
    const url = `${this.#root(object.apiVersion)}/${place}?fieldManager=helm`;
    const { status, text } = await this.#api.send('POST', url, body);
    if (status === 201 || (status === 409 && ['Namespace', 'ServiceAccount'].includes(object.kind)))
      return undefined;
    const { reason = '', message = '' } = JSON.parse(text) as { reason?: string; message?: string };
    return status === 422
      ? `invalid: ${message
          .replace(/^.*is invalid: /s, '')
          .replaceAll(name, '*')
          .slice(0, 110)}`
      : `${status} ${reason}: ${message.slice(0, 110)}`;
  }

  #kindsOf(apiVersion: string): Promise<ReadonlyMap<string, Served>> {
    const known = this.#discovered.get(apiVersion) ?? this.#discover(apiVersion);
    this.#discovered.set(apiVersion, known);
    return known;
  }

  async #discover(apiVersion: string): Promise<ReadonlyMap<string, Served>> {
    const { status, text } = await this.#api.send('GET', this.#root(apiVersion));
    if (status !== 200) return new Map();
    const { resources } = JSON.parse(text) as {
      readonly resources: readonly {
        readonly name: string;
        readonly kind: string;
        readonly namespaced: boolean;
      }[];
    };
    return new Map(
      resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]),
    );
  }

  #root(apiVersion: string): string {
    return `${this.#server}/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;
  }
}

/** What the files give for the objects that the API server accepted. */
async function fromFiles(objects: readonly Raw[]): Promise<ReadonlyMap<string, RiskReport>> {
  const content = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { world, errors } = await loadWorld([{ name: 'accepted', content }], 0);
  expect(errors).to.deep.equal([]);
  const reports = [...assessOnce(world, defaultPolicy, checks)].flatMap(({ assessment }) =>
    assessment === undefined ? [] : [reportOf(assessment, { live: false, mostFindings: Infinity })],
  );
  return new Map(reports.map((report) => [keyOf(report), report]));
}

async function fromCluster(namespaces: ReadonlySet<string>): Promise<ReadonlyMap<string, RiskReport>> {
  const text = await kubectl('get', 'riskreports', '-A', '-o', 'json');
  const { items } = JSON.parse(text) as { readonly items: readonly RiskReport[] };
  const ours = items.filter(({ metadata }) => namespaces.has(metadata.namespace));
  return new Map(ours.map((report) => [keyOf(report), report]));
}

describe('real installs in a cluster', function () {
  this.timeout(120_000);
  const namespaces = new Set<string>();
  let offering: Offering;
  let files: ReadonlyMap<string, RiskReport>;
  let cluster: ReadonlyMap<string, RiskReport>;
  let log: readonly { readonly level: string; readonly message: string }[] = [];
  let other: readonly string[] = [];

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    if (!areThere) {
      console.log(`      skipped: ${realWorld} is not there`);
      this.skip();
    }
    const plane = await sharedControlPlane();
    await installCrd();
    const api = new ApiClient(await readPair(layoutOf(plane.dir).certificates, 'admin'));
    offering = new Offering(api, plane.server);
    const objects = installs().flatMap(objectsOf);
    for (const { kind, metadata } of objects) {
      const name = kind === 'Namespace' ? metadata.name : metadata.namespace;
      if (name !== undefined && name !== 'kube-system') namespaces.add(name);
    }
    const declared = new Set(
      objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name),
    );
    const missing = [...namespaces]
      .filter((name) => !declared.has(name))
      .map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
    for (const object of [...missing, ...objects].toSorted((x, y) => rank(x) - rank(y))) {
      await offering.offer(object);
    }
    await api.close();
    files = await fromFiles(offering.accepted);
    const operator = await startedOperator({ args: ['--young-after=0s'] });
    ({ log, other } = operator);
    await eventually(
      'a report for each workload',
      async () => {
        cluster = await fromCluster(namespaces);
        const missing = [...files.keys()].filter((key) => !cluster.has(key) && !isGone(key));
        if (missing.length > 0) throw new Error(`none for ${missing.join(', ')}`);
        return true;
      },
      { timeoutMs: 120_000 },
    );
    expect(await operator.stop()).to.equal(0);
    cluster = await fromCluster(namespaces);
  });

  after(async () => {
    const scoped =
      offering?.accepted.filter(({ kind }) =>
        /^Cluster|^StorageClass|^PersistentVolume$|^IngressClass/.test(kind),
      ) ?? [];
    for (const [kind, objects] of Map.groupBy(scoped, ({ kind: of }) => of)) {
      await kubectl(
        'delete',
        kind,
        '--ignore-not-found',
        '--wait=false',
        ...objects.map(({ metadata }) => metadata.name),
      );
    }
    if (namespaces.size > 0)
      await kubectl('delete', 'namespace', '--ignore-not-found', '--wait=false', ...namespaces);
  });

  it('are accepted for the most part, the rest for reasons of their own', () => {
    for (const [reason, names] of offering.refused) {
      console.log(
        `      ${names.length} refused: ${reason}: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' ...' : ''}`,
      );
    }
    const refused = [...offering.refused.values()].flat().length;
    console.log(`      ${offering.accepted.length} accepted, ${refused} refused; ${files.size} workloads`);
    expect(refused).to.be.below(offering.accepted.length / 5);
    expect(files.size).to.be.above(100);
  });

  it('have the workloads of their files, and no other', () => {
    // a Job may still be there when the reports are read
    const present = (keys: Iterable<string>) => [...keys].filter((key) => !isGone(key)).sort();
    expect(present(cluster.keys())).to.deep.equal(present(files.keys()));
    for (const { workload, why } of gone) {
      const count = [...files.keys()].filter((key) => workload.test(key)).length;
      if (count > 0) console.log(`      ${count} not compared: ${why}`);
    }
  });

  for (const axis of axes) {
    it(`have exactly the scores of their files on the axis ${axis}`, () => {
      const differing: string[] = [];
      for (const [key, report] of cluster) {
        if (isGone(key)) continue;
        const [there, here] = [files.get(key), report].map((one) => one?.report.axes[axis].exact);
        if (there === here) continue;
        differing.push(
          `${key}: ${there} in files, ${here} in the cluster: ${differences(files.get(key), report, axis)}`,
        );
      }
      expect(differing.join('\n')).to.equal('');
    });
  }

  it('leave no error and no stray line in the log', () => {
    expect(log.filter(({ level }) => level === 'error')).to.deep.equal([]);
    expect(other).to.deep.equal([]);
  });
});

/** The findings that only one of two reports has. */
function differences(a: RiskReport | undefined, b: RiskReport, axis: Axis): string {
  const of = (report: RiskReport | undefined) =>
    new Set(
      report?.report.findings
        .filter(({ check }) => check.startsWith(`${axis}/`))
        .map(({ check, message }) => `${check} (${message})`),
    );
  const [before, after] = [of(a), of(b)];
  return [
    ...[...before].filter((one) => !after.has(one)).map((one) => `-${one}`),
    ...[...after].filter((one) => !before.has(one)).map((one) => `+${one}`),
  ].join('; ');
}
