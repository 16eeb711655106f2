/**
 * The Pod Security Standards against the verdicts of the admission plugin itself, and the privileges axis against the
 * order and the opinions of others. The corpora are not part of the project: without them these tests are skipped.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { axisOf } from '../../../src/axes/check.ts';
import { checks } from '../../../src/axes/index.ts';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { readYaml } from '../../../src/observe/files/yaml.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { assess } from '../../../src/score/assess.ts';
import { isAllowed, violationsOf } from '../../../src/world/pod-security/level.ts';
import { type SurroundingsLayer, surroundingsLayer } from '../../../src/world/surroundings/layer.ts';
import type { World } from '../../../src/world/world.ts';
import { type Workload, workloadsLayer } from '../../../src/world/workload/workloads.ts';

const corpora = join(import.meta.dirname, '../../../../shared/corpora');
const privileges = checks.filter((check) => axisOf(check) === 'privileges');

interface Loaded {
  readonly world: World;
  readonly workloads: readonly Workload[];
  readonly layer: SurroundingsLayer;
}

const loaded = new Map<string, Promise<Loaded>>();

const loadFile = (path: string): Promise<Loaded> => {
  const known = loaded.get(path) ?? load(path, readFileSync(path, 'utf8'));
  loaded.set(path, known);
  return known;
};

async function load(name: string, content: string): Promise<Loaded> {
  const { world, errors } = await loadWorld([{ name, content }], 0);
  if (errors.length > 0) throw new Error(`${errors[0]?.where}: ${errors[0]?.message}`);
  return { world, workloads: [...workloadsLayer()(world).values()], layer: surroundingsLayer() };
}

const firing = (workload: Workload, { world, layer }: Loaded): readonly string[] => {
  const around = layer.of(workload, world, defaultPolicy);
  return assess(workload, around, privileges).findings.map(({ check }) => check.id);
};

const privilegesScore = (workload: Workload, { world, layer }: Loaded): number =>
  assess(workload, layer.of(workload, world, defaultPolicy), privileges).axes.privileges.score;

const lines = <T>(path: string): readonly T[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T);

interface Row {
  readonly File: string;
  readonly Kind: string;
  readonly Namespace: string;
  readonly Name: string;
  readonly BaselineAllowed: boolean;
  readonly RestrictedAllowed: boolean;
  readonly Failed: readonly { readonly Check: string }[] | null;
  /** The evaluator could not read the object: a template with placeholders. */
  readonly Error?: string;
}

/** The verdict of the plugin's evaluator and ours, in one shape. */
async function verdicts(folder: string, row: Row) {
  const { workloads } = await loadFile(join(folder, row.File));
  const workload = workloads.find(
    ({ ref }) =>
      ref.kind === row.Kind && ref.name === row.Name && ref.namespace === (row.Namespace || 'default'),
  );
  const [variant] = workload?.variants ?? [];
  if (variant === undefined) throw new Error(`${row.File} has no ${row.Kind} ${row.Name}`);
  return {
    ours: {
      baseline: isAllowed(variant, 'baseline'),
      restricted: isAllowed(variant, 'restricted'),
      failed: [...new Set(violationsOf(variant).map(({ control }) => control))].sort(),
    },
    theirs: {
      baseline: row.BaselineAllowed,
      restricted: row.RestrictedAllowed,
      failed: [...new Set((row.Failed ?? []).map(({ Check }) => Check))].sort(),
    },
  };
}

describe('Pod Security corpora', () => {
  before(function () {
    if (existsSync(corpora)) return;
    console.log(`    skipped: ${corpora} is not there`);
    this.skip();
  });

  const files: readonly (readonly [rows: string, folder: string])[] = [
    ['pss/expected.jsonl', 'pss'],
    ['badpods/expected-psa.jsonl', 'badpods/manifests'],
    ['kubernetes-goat/expected-psa.jsonl', 'kubernetes-goat'],
    ...globSync('real-world/_expected/*/psa.jsonl', { cwd: corpora })
      .sort()
      .map((rows) => [rows, `real-world/${rows.split('/')[2]}`] as const),
  ];
  for (const [rows, folder] of files) {
    it(`fails the same controls as the admission plugin: ${rows}`, async () => {
      const expected = lines<Row>(join(corpora, rows)).filter((row) => row.Error === undefined);
      expect(expected).to.not.be.empty;
      for (const row of expected) {
        const { ours, theirs } = await verdicts(join(corpora, folder), row);
        expect(ours, `${row.File} ${row.Kind} ${row.Name}`).to.deep.equal(theirs);
      }
    });
  }

  describe('BadPods', () => {
    const manifests = join(corpora, 'badpods/manifests');
    const misplaced = 'hostipc-revshell-deamonset.yaml'; // sets hostNetwork and hostPID, too

    async function scoresOf(level: string): Promise<ReadonlyMap<string, number>> {
      const scores = new Map<string, number>();
      for (const file of globSync(`${level}/*/*.yaml`, { cwd: manifests })) {
        const found = await loadFile(join(manifests, file));
        for (const workload of found.workloads) scores.set(file, privilegesScore(workload, found));
      }
      return scores;
    }

    it('score strictly less from level to level, and the same for every kind of one level', async () => {
      const { order } = JSON.parse(readFileSync(join(corpora, 'badpods/order.json'), 'utf8')) as {
        order: readonly string[];
      };
      let before = 100;
      for (const level of order) {
        const scores = [...(await scoresOf(level))].filter(([file]) => !file.endsWith(misplaced));
        expect(scores.length, level).to.be.at.least(15);
        expect(new Set(scores.map(([, score]) => score)).size, `scores of ${level}`).to.equal(1);
        const [, score = 0] = scores[0] ?? [];
        expect(score, level).to.be.lessThan(before);
        before = score;
      }
    });

    it('put the one that is filed under the wrong level where its fields belong', async () => {
      const score = (await scoresOf('hostipc')).get(`hostipc/deamonset/${misplaced}`) ?? 0;
      expect(score).to.be.greaterThan(Math.max(...(await scoresOf('hostpid')).values()));
      expect(score).to.be.lessThan(Math.min(...(await scoresOf('hostpath')).values()));
    });
  });

  describe('cases of other tools', () => {
    for (const tool of ['polaris', 'kubesec'] as const) {
      it(`${tool}: what it refuses gives a finding, what it asks for does not`, async () => {
        const cases = lines<Case>(join(corpora, tool, 'cases.jsonl'));
        const ours = cases.filter(({ axis }) => axis === 'privileges');
        expect(ours.length).to.be.at.least(50);
        const disagreements: string[] = [];
        for (const item of ours) {
          const path = join(corpora, tool, item.files[0] ?? '');
          const found = await load(path, completed(readFileSync(path, 'utf8')));
          const ids = found.workloads.flatMap((workload) => firing(workload, found));
          const covering = (covers[item.check] ?? []).map((id) => `privileges/${id}`);
          const fires = covering.some((id) => ids.includes(id)) || (covering.length === 0 && ids.length > 0);
          const agrees = item.expect === 'fail' ? fires : !fires || covering.length === 0;
          if (!agrees) disagreements.push(item.id);
        }
        expect(disagreements.sort()).to.deep.equal(Object.keys(disagreed[tool]).sort());
      });
    }
  });
});

interface Case {
  readonly id: string;
  readonly check: string;
  readonly axis: string;
  readonly expect: 'fail' | 'pass';
  readonly files: readonly string[];
}

/** Which of our checks cover a check of theirs. */
const covers: Readonly<Record<string, readonly string[]>> = {
  dangerousCapabilities: ['added-capability', 'node-capability'],
  hostIPCSet: ['host-ipc'],
  hostNetworkSet: ['host-network'],
  hostPIDSet: ['host-pid'],
  hostPathSet: ['host-path-mount', 'host-path-takeover'],
  hostPortSet: ['host-port'],
  hostProcess: ['windows-host-process'],
  insecureCapabilities: ['kept-capabilities', 'added-capability', 'node-capability'],
  notReadOnlyRootFilesystem: ['writable-root-filesystem'],
  privilegeEscalationAllowed: ['privilege-escalation'],
  procMount: ['unmasked-proc'],
  runAsPrivileged: ['privileged-container'],
  runAsRootAllowed: ['runs-as-root'],
  AllowPrivilegeEscalation: ['privilege-escalation'],
  CapDropAll: ['kept-capabilities'],
  CapDropAny: ['kept-capabilities'],
  CapSysAdmin: ['node-capability'],
  DockerSock: ['host-path-takeover', 'host-path-mount'],
  HostIPC: ['host-ipc'],
  HostNetwork: ['host-network'],
  HostPID: ['host-pid'],
  Privileged: ['privileged-container'],
  ReadOnlyRootFilesystem: ['writable-root-filesystem'],
  RunAsNonRoot: ['runs-as-root'],
  RunAsUser: ['runs-as-root'],
};

/** Where we hold another opinion, and why. */
const disagreed: Readonly<Record<'polaris' | 'kubesec', Readonly<Record<string, string>>>> = {
  polaris: {},
  kubesec: {
    'kubesec/_CapDropAll_Pod': 'two of three containers drop nothing; one good container is not enough',
    'kubesec/_CapDropAny_InitContainers': 'what is dropped is no default capability: nothing is lost by it',
    'kubesec/_CapDropAny_Pod': 'what is dropped is no default capability: nothing is lost by it',
    'kubesec/_DockerSock_Missing': 'mounts no socket, but /tmp of the node: the same check, a lesser finding',
    'kubesec/_ReadOnlyRootFilesystem': 'two of three containers can write; one good container is not enough',
    'kubesec/_ReadOnlyRootFilesystem_InitContainers': 'four of six containers can write',
    'kubesec/_ReadOnlyRootFilesystem_NoContainers': 'no container: the API server refuses the pod',
    'kubesec/_RunAsNonRoot_InitContainers': 'four of six containers may run as root',
    'kubesec/_RunAsNonRoot_Pod': 'two containers say runAsNonRoot: false, against their pod',
    'kubesec/_RunAsUser': 'uid 999 is not root; 10000 is their own bound',
    'kubesec/_RunAsUser_InitContainers': 'one container sets no user',
    'kubesec/_RunAsUser_Pod': 'one container runs as uid 0, against its pod',
  },
};

/** Many of their cases are fragments: no names, no API version that exists, lists with an empty item. */
function completed(content: string): string {
  const documents = readYaml(content).documents.map(({ value }) => value as Raw);
  return documents.map((document) => JSON.stringify(withNames(document))).join('\n---\n');
}

type Raw = Record<string, unknown>;

function withNames(document: Raw): Raw {
  const metadata = { name: 'subject', ...(document['metadata'] as Raw | null) };
  const apiVersion = document['kind'] === 'Deployment' ? 'apps/v1' : document['apiVersion'];
  return { ...document, apiVersion, metadata, spec: named(document['spec'], 'spec') };
}

function named(value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    const items = value.filter((item: unknown) => item !== null);
    return items.map((item: unknown, index) =>
      /containers$/i.test(key) ? { name: `c${index}`, ...(named(item, '') as Raw) } : named(item, ''),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, named(item, name)]));
}
