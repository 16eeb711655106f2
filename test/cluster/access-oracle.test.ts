/** Random RBAC in a real API server, and random questions: SubjectAccessReview and we must give the same answers. */
import { randomBytes, randomInt } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { ApiClient } from '../../hack/cluster/api-client.ts';
import { readPair } from '../../hack/cluster/certificates.ts';
import { layoutOf } from '../../hack/cluster/layout.ts';
import { answerTo } from '../../src/commands/access/answer.ts';
import { loadKubeConfig } from '../../src/commands/kubeconfig.ts';
import { connect } from '../../src/observe/connection.ts';
import { readCluster } from '../../src/observe/snapshot.ts';
import { accessOf, type Grants, grantsIn } from '../../src/world/access.ts';
import { whoIs } from '../../src/world/access/subject.ts';
import type { World } from '../../src/world/world.ts';
import {
  type Asked,
  pathQuestion,
  randomRbac,
  type RandomRbac,
  resourceQuestion,
} from '../support/random-rbac.ts';
import { binding, namespaceNamed, type Raw, role, subject } from '../support/rbac.ts';
import { eventually, sharedControlPlane, START_TIMEOUT_MS } from './harness.ts';

const QUESTIONS = 3000;
const PATH_QUESTIONS = 300;
const AT_ONCE = 24;

/** Each has to be in at least 100 of the questions. */
const kinds: Readonly<Record<string, (request: Record<string, string | undefined>) => boolean>> = {
  'verb *': ({ verb }) => verb === '*',
  'group *': ({ group }) => group === '*',
  'resource *': ({ resource }) => resource === '*',
  'subresource *': ({ subresource }) => subresource === '*',
  'name *': ({ name }) => name === '*',
  'namespace *': ({ namespace }) => namespace === '*',
  'a name': ({ name = '' }) => name !== '' && name !== '*',
  'a subresource': ({ subresource = '' }) => subresource !== '' && subresource !== '*',
  'a namespace': ({ namespace = '' }) => namespace !== '' && namespace !== '*',
  'no namespace': ({ namespace }) => namespace === undefined,
};

const counted = (questions: readonly Asked[]) =>
  Object.fromEntries(
    Object.entries(kinds).map(([kind, is]) => [
      kind,
      questions.filter(({ request }) => is({ ...request })).length,
    ]),
  );

/** As it would come in with a request of this subject. */
function reviewOf({ whom, groups, request }: Asked): Raw {
  const { identities = [], account } = whoIs(whom, groups) ?? {};
  const user =
    account === undefined
      ? whom.replace(/^user:/, '')
      : `system:serviceaccount:${account.namespace}:${account.name}`;
  const inGroups = identities.flatMap((identity) =>
    identity.startsWith('Group/') ? [identity.slice('Group/'.length)] : [],
  );
  const attributes = 'path' in request ? { nonResourceAttributes: request } : { resourceAttributes: request };
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, groups: inGroups, ...attributes },
  };
}

describe('SubjectAccessReview', function () {
  this.timeout(START_TIMEOUT_MS);
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
  const prefix = `oracle-${randomBytes(3).toString('hex')}`;
  const [rbac] = fc.sample(randomRbac(prefix), { seed, numRuns: 1 });
  let api: ApiClient;
  let server = '';
  let world: World;
  let grants: Grants;

  before(async () => {
    const plane = await sharedControlPlane();
    server = plane.server;
    api = new ApiClient(await readPair(layoutOf(plane.dir).certificates, 'admin'));
    await create(rbac);
    const config = loadKubeConfig({ kubeconfig: plane.kubeconfig });
    ({ world } = await readCluster(
      connect(config),
      ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'],
      0,
    ));
    grants = grantsIn(world);
  });
  after(async () => {
    await remove(rbac);
    await api.close();
  });

  async function create(made: RandomRbac | undefined): Promise<void> {
    const { objects = [], namespaces = [] } = made ?? {};
    for (const name of namespaces) await send('POST', '/api/v1/namespaces', namespaceNamed(name));
    await atOnce(objects, (object) => send('POST', collectionOf(object), object));
    // last of all, so that the authorizer knows the others when it knows these
    const [home = ''] = namespaces;
    const rule = { apiGroups: ['example.org'], resources: ['last'], verbs: ['get'] };
    const watcher = subject(`user:${prefix}-watcher`);
    for (const object of [
      role(`${home}/last`, rule),
      role(`${prefix}-last`, rule),
      binding(`${home}/last`, 'Role/last', watcher),
      binding(`${prefix}-last`, `ClusterRole/${prefix}-last`, watcher),
    ])
      await send('POST', collectionOf(object), object);
    const request = { verb: 'get', group: 'example.org', resource: 'last' };
    for (const where of [{}, { namespace: home }])
      await eventually('the authorizer', () =>
        theirs({ whom: `user:${prefix}-watcher`, groups: [], request: { ...request, ...where } }),
      );
  }

  async function remove(made: RandomRbac | undefined): Promise<void> {
    const cluster = (made?.objects ?? []).filter(({ kind }) => String(kind).startsWith('Cluster'));
    await atOnce([...cluster, role(`${prefix}-last`), binding(`${prefix}-last`, 'ClusterRole/x')], (object) =>
      api.send('DELETE', `${server}${collectionOf(object)}/${nameOf(object)}`),
    );
    await atOnce(made?.namespaces ?? [], (name) => api.send('DELETE', `${server}/api/v1/namespaces/${name}`));
  }

  async function send(method: 'POST', path: string, body: Raw): Promise<Raw> {
    const { status, text } = await api.send(method, `${server}${path}`, body);
    if (status !== 201) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text) as Raw;
  }

  async function theirs(asked: Asked): Promise<boolean> {
    const { status } = await send(
      'POST',
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      reviewOf(asked),
    );
    return (status as { readonly allowed: boolean }).allowed;
  }

  function ours({ whom, groups, request }: Asked): boolean | null {
    const who = whoIs(whom, groups);
    if (who === undefined) throw new Error(`${whom} is no subject`);
    return answerTo(request, who, accessOf(who.identities, grants, new Map()), { world, isPartial: false })
      .allowed;
  }

  /** @returns how many were allowed */
  async function agreeOn(questions: readonly Asked[]): Promise<number> {
    const answers = await atOnce(questions, theirs);
    const wrong = questions.filter((asked, index) => ours(asked) !== answers[index]);
    expect(wrong.slice(0, 5), `seed ${seed}: ${wrong.length} answers differ`).to.deep.equal([]);
    return answers.filter(Boolean).length;
  }

  it(`gives the same answer to ${QUESTIONS} random questions`, async () => {
    if (rbac === undefined) throw new Error('there is a world');
    const questions = fc.sample(resourceQuestion(rbac), { seed, numRuns: QUESTIONS });
    const counts = counted(questions);
    const allowed = await agreeOn(questions);
    console.log(`      seed ${seed}: ${allowed} of ${QUESTIONS} allowed; ${JSON.stringify(counts)}`);
    expect(allowed).to.be.within(QUESTIONS * 0.3, QUESTIONS * 0.95);
    for (const [kind, count] of Object.entries(counts))
      expect(count, `seed ${seed}: ${kind}`).to.be.at.least(100);
  });

  it(`gives the same answer to ${PATH_QUESTIONS} random questions about paths`, async () => {
    if (rbac === undefined) throw new Error('there is a world');
    const allowed = await agreeOn(fc.sample(pathQuestion(rbac), { seed, numRuns: PATH_QUESTIONS }));
    console.log(`      seed ${seed}: ${allowed} of ${PATH_QUESTIONS} paths allowed`);
    expect(allowed).to.be.within(PATH_QUESTIONS * 0.05, PATH_QUESTIONS * 0.95);
  });
});

const metadataOf = ({ metadata }: Raw) => metadata as { readonly name: string; readonly namespace?: string };
const nameOf = (object: Raw): string => metadataOf(object).name;

function collectionOf(object: Raw): string {
  const { namespace } = metadataOf(object);
  const place = namespace === undefined ? '' : `namespaces/${namespace}/`;
  return `/apis/rbac.authorization.k8s.io/v1/${place}${String(object['kind']).toLowerCase()}s`;
}

/** A few at a time: the answers, in order. */
async function atOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
