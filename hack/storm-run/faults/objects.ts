/** Objects that nobody expects. */
import type { Deployment, KubeObject } from '../../bench-run/objects.ts';
import { type Api, create, patch, remove } from '../api.ts';
import type { Fault, Stage } from '../stage.ts';
import { vulnerabilityReport } from '../world.ts';
import { shuffled } from './choice.ts';

const BIG = 1_400_000;
const name = 'storm-odd';

/** The API server stores no more than 1.5 MiB. As the operator reads arguments, it has to judge each of them. */
function bigDeployment({ load, random }: Stage): Deployment {
  const { metadata } = random.pick(load.changeable);
  const word = () => `--${random.int(2 ** 30).toString(36)}=${random.int(2 ** 30).toString(36)}`;
  const args: string[] = [];
  for (let size = 0; size < BIG; size += (args.at(-1)?.length ?? 0) + 3) args.push(word());
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: metadata.namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'big', image: 'example/big:1', args }] },
      },
    },
  };
}

const big: Fault = {
  name: 'object of 1.4 MB',
  async inject(stage) {
    const { proxy, api, until } = stage;
    const deployment = bigDeployment(stage);
    let isReported = false;
    const release = proxy.rule({
      apply({ verb, object }) {
        isReported ||= verb === 'apply' && object === `${deployment.metadata.namespace}/deployment-${name}`;
        return undefined;
      },
    });
    try {
      await until(
        'its report',
        () => isReported,
        () => create(api, deployment),
      );
    } finally {
      release();
      await remove(api, deployment);
    }
  },
};

type Raw = Readonly<Record<string, unknown>>;

const nested = (depth: number): unknown =>
  depth === 0 ? 'deep' : { [depth % 2 ? 'spec' : 'metadata']: nested(depth - 1) };
const metadataOf = (object: Raw) => object['metadata'] as Raw;

/** What no API server sends. */
const absurd: readonly ((object: Raw) => unknown)[] = [
  () => null,
  () => 'no object at all',
  () => [],
  () => nested(500),
  (object) => ({ ...object, metadata: undefined }),
  (object) => ({ ...object, metadata: { ...metadataOf(object), name: 7 } }),
  (object) => ({ ...object, metadata: { ...metadataOf(object), labels: ['a'], ownerReferences: 'nobody' } }),
  (object) => ({ ...object, metadata: { ...metadataOf(object), resourceVersion: {} } }),
  (object) => ({ ...object, spec: null }),
  (object) => ({ ...object, spec: 'x', rules: 7, subjects: { a: 1 }, data: [1] }),
  (object) => ({
    ...object,
    spec: { template: { spec: { containers: 'none' } }, containers: [null, 7, {}] },
  }),
  (object) => ({ ...object, kind: 'Bird', apiVersion: 'v0' }),
];

const kinds: readonly [string, string][] = [
  ['Deployment', 'deployments'],
  ['NetworkPolicy', 'networkpolicies'],
  ['Service', 'services'],
  ['ClusterRole', 'clusterroles'],
  ['RoleBinding', 'rolebindings'],
  ['ConfigMap', 'configmaps'],
];

const onTheWay: Fault = {
  name: 'object of an absurd shape, then corrected',
  async inject({ proxy, api, load, random, until }) {
    const [kind, resource] = random.pick(kinds);
    const spoil = random.pick(absurd);
    const candidates = load.objects.filter((object) => object.kind === kind);
    for (const victim of shuffled(random, candidates)) {
      let isMet = false;
      let isGone = false; // another fault has deleted it
      const release = proxy.rewrite((of, object) => {
        if (of !== resource || !isSame(object, victim)) return object;
        isMet = true;
        return spoil(object as Raw);
      });
      try {
        await until(
          'it to be seen',
          () => isMet || isGone,
          async () => (isGone = (await touch(api, victim)) === undefined),
        );
      } finally {
        release();
      }
      if (isGone) continue;
      return void (await touch(api, victim));
    }
    throw new Error(`there is no ${kind}`);
  },
};

/** Has the server send it again. @returns undefined if it is gone */
const touch = (api: Api, object: KubeObject): Promise<unknown> =>
  patch(api, object, { metadata: { annotations: { 'storm/touched': String(performance.now()) } } });

function isSame(object: unknown, { metadata }: KubeObject): boolean {
  const found = (object as { readonly metadata?: KubeObject['metadata'] } | null)?.metadata;
  return found?.name === metadata.name && found.namespace === metadata.namespace;
}

/** Its schema allows anything, so the API server stores it. */
const stored: Fault = {
  name: 'custom resource of an absurd shape, then corrected',
  async inject({ proxy, api, load, random, until }) {
    const { namespace } = random.pick(load.changeable).metadata;
    const good = vulnerabilityReport(namespace, name);
    const odd = random.pick([
      { report: 7 },
      { report: { ...good.report, vulnerabilities: 'none' } },
      { report: { artifact: [] } },
    ]);
    let isMet = false;
    const release = proxy.rewrite((resource, object) => {
      isMet ||= resource === 'vulnerabilityreports' && isSame(object, good);
      return object;
    });
    try {
      // the definition comes and goes too
      await until(
        'it to be seen',
        () => isMet,
        async () => {
          await remove(api, good);
          await create(api, { ...good, ...odd });
        },
      );
    } finally {
      release();
    }
    if (random.chance(0.5)) await patch(api, good, { report: good.report });
    else await remove(api, good);
  },
};

export const objectFaults: readonly Fault[] = [big, onTheWay, stored];
