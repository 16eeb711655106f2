/**
 * Every check against manifests that nobody wrote for it. The corpora are not part of the project: without them these
 * tests are skipped.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { axes, axisOf } from '../../../src/axes/check.ts';
import { checks } from '../../../src/axes/index.ts';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { findingsOf } from '../../../src/score/findings.ts';
import { surroundingsLayer } from '../../../src/world/surroundings/layer.ts';
import { workloadsLayer } from '../../../src/world/workload/workloads.ts';

const corpora = join(import.meta.dirname, '../../../../shared/corpora');

/** Folders of which each subfolder is one system, to be read as a whole; every other file stands for itself. */
const systems = ['real-world', 'netpol-np-guard/cases'];

/** At least so many checks have to fire in all, and on each axis. */
const LEAST = 35;
const LEAST_PER_AXIS = 5;

const SCANNER = 'needs a VulnerabilityReport, which a scanner writes into a running cluster';
const LIVE = 'needs live pods beside the controller that declares them';

/** Rows of the table of escalation primitives that real installs do without. */
const unheld: readonly string[] = [
  'add-debug-containers',
  'approve-certificates',
  'approve-node-certificates',
  'bind-cluster-roles',
  'bind-roles',
  'change-pods',
  'claim-pod-addresses',
  'create-host-volumes',
  'create-without-end',
  'delete-events',
  'delete-everything',
  'delete-nodes-or-namespaces',
  'escalate-namespace-roles',
  'escalate-roles',
  'exempt-pod-identities',
  'impersonate-accounts',
  'impersonate-constrained',
  'impersonate-details',
  'impersonate-groups',
  'impersonate-users',
  'lift-pod-security',
  'map-cloud-identities',
  'mint-tokens',
  'mislead-scheduling',
  'open-network-policies',
  'part-of-takeover',
  'read-everything',
  'rewrite-cluster-dns',
  'rewrite-revisions',
  'sign-certificates',
  'starve-the-api',
  'steer-pods',
  'tamper-with-nodes',
  'use-node-proxy',
  'write-admission-policies',
  'write-controllers',
  'write-mutating-policies',
  'write-roles',
];

/** Checks that no corpus can make fire, and why. One that does fire has to leave this table. */
const exceptions: Readonly<Record<string, string>> = {
  'image/digest-differs': LIVE,
  'image/end-of-life-os': SCANNER,
  'image/known-exploited-vulnerability': `${SCANNER}, and a catalogue of known exploited vulnerabilities`,
  'image/probable-exploit': `${SCANNER}, and EPSS data`,
  'image/severe-vulnerability': SCANNER,
  'image/untrusted-registry':
    'needs trusted registries in the policy; no manifest pulls from a plain address',
  'privileges/drifted-pod': LIVE,
  'privileges/root-group': 'only fragments without a name ask for group 0: see kubesec.test.ts',
  'privileges/shared-process-namespace': 'no manifest sets shareProcessNamespace',
  'api/assumes-cloud-role': 'no account or pod is tied to a role of a cloud',
  'api/default-account-rights': 'no binding names an account `default`',
  ...Object.fromEntries(unheld.map((slug) => [`api/${slug}`, 'no account of a workload has this right'])),
  'api/group-wide-rights': 'no binding names a group of accounts, apart from those that Kubernetes brings',
  'secrets/credential-in-command': 'no command line holds a credential',
  'secrets/credential-in-config-map':
    'the ConfigMaps that hold credentials come without a workload that uses them',
  'secrets/long-lived-token': 'no projected token asks for more than the default',
  'secrets/registry-login-used': 'no container gets a Secret of imagePullSecrets',
  'secrets/secret-sub-path': 'the only subPath is of a ConfigMap',
  'secrets/token-secret-used': 'no account lists a Secret that a pod mounts',
  'secrets/whole-secret-in-env': 'envFrom names only ConfigMaps',
  'labels/changed-by-hand': 'needs managedFields, which files do not have',
  'labels/placeholder-owner': 'no manifest names an owner at all',
  'labels/service-selects-others': 'every Service selects one application only',
  'network/egress-to-cluster': 'no policy limits egress to the cluster and to more than name resolution',
  'network/api-server-reachable': 'no policy limits egress to networks in which the API server can be',
  'network/exposed-by-external-ip': 'no Service has externalIPs',
  'network/exposed-by-gateway': 'no manifest is of the Gateway API',
  'network/gateway-without-tls': 'no manifest is of the Gateway API',
  'network/invalid-policy-rule': 'every policy is one that the API server takes',
  'network/kubelet-reachable': 'no policy limits egress to networks in which nodes can be',
  'network/named-port-missing': 'every port that a policy names is there',
  'network/open-to-namespace': 'the only policy that allows a whole namespace comes without a workload',
};

/** The files to read together, by what to call them. */
function units(): ReadonlyMap<string, readonly string[]> {
  const files = globSync('**/*.{yaml,yml}', { cwd: corpora }).sort();
  return Map.groupBy(files, (file) => {
    const system = systems.find((folder) => file.startsWith(`${folder}/`));
    if (system === undefined) return file;
    return file.slice(0, file.indexOf('/', system.length + 1));
  });
}

/** The first unit on which each check fires. */
async function firingOn(): Promise<ReadonlyMap<string, string>> {
  const first = new Map<string, string>();
  for (const [unit, files] of units()) {
    const sources = files.map((name) => ({ name, content: readFileSync(join(corpora, name), 'utf8') }));
    // templates among the files cannot be read, which is no matter here
    const { world } = await loadWorld(sources, 0);
    const surroundings = surroundingsLayer();
    const silent = checks.filter(({ id }) => !first.has(id));
    for (const workload of workloadsLayer()(world).values()) {
      const around = surroundings.of(workload, world, defaultPolicy);
      for (const { check } of findingsOf(workload, around, silent)) {
        if (!first.has(check.id)) first.set(check.id, `${unit}: ${workload.ref.kind} ${workload.ref.name}`);
      }
    }
  }
  return first;
}

describe('every check, on manifests of others', function () {
  this.timeout(20_000);
  let first: ReadonlyMap<string, string> = new Map();
  before(async function () {
    if (existsSync(corpora)) {
      first = await firingOn();
      return;
    }
    console.log(`      skipped: ${corpora} is not there`);
    this.skip();
  });

  it('fires on at least one of them, apart from those with a reason', () => {
    const silent = checks.map(({ id }) => id).filter((id) => !first.has(id));
    const unexplained = silent.filter((id) => !Object.hasOwn(exceptions, id));
    expect(unexplained, 'fire on no corpus').to.deep.equal([]);
  });

  it('has no exception that fires, or that is no check', () => {
    const known = new Set<string>(checks.map(({ id }) => id));
    const stale = Object.keys(exceptions).flatMap((id) =>
      known.has(id) ? (first.get(id) ?? []) : `${id}: there is no such check`,
    );
    expect(stale).to.deep.equal([]);
  });

  it(`fires for at least ${LEAST} checks, and ${LEAST_PER_AXIS} on each axis`, () => {
    const firing = checks.filter(({ id }) => first.has(id));
    expect(firing.length).to.be.at.least(LEAST);
    for (const axis of axes) {
      expect(firing.filter((check) => axisOf(check) === axis).length, axis).to.be.at.least(LEAST_PER_AXIS);
    }
  });
});
