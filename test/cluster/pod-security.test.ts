/** Random pods, offered to the API server's own admission plugin: it must refuse what we say it refuses, for the same reasons. */
import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { ApiClient, type Answer } from '../../hack/cluster/api-client.ts';
import { readPair } from '../../hack/cluster/certificates.ts';
import { layoutOf } from '../../hack/cluster/layout.ts';
import { isAllowed, type Level, violationsOf } from '../../src/world/pod-security/level.ts';
import type { Variant } from '../../src/world/workload/variants.ts';
import { judge } from '../support/fixture.ts';
import { type Raw, randomPod } from '../support/random-pods.ts';
import { eventually, freshNamespace, get, sharedControlPlane, START_TIMEOUT_MS } from './harness.ts';

const PODS = 300;

/** What the plugin's message says for each control. */
const reasons: Readonly<Record<string, string>> = {
  allowPrivilegeEscalation: 'allowPrivilegeEscalation != false',
  appArmorProfile: 'forbidden AppArmor profile',
  capabilities_baseline: 'non-default capabilities',
  capabilities_restricted: 'unrestricted capabilities',
  hostNamespaces: 'host namespaces (',
  hostPathVolumes: 'hostPath volumes (',
  hostPorts: 'hostPort (',
  hostProbesAndHostLifecycle: 'probe or lifecycle host (',
  privileged: ' privileged (',
  procMount: 'procMount (',
  procMount_restricted: 'procMount (',
  restrictedVolumes: 'restricted volume types (',
  runAsNonRoot: 'runAsNonRoot != true',
  runAsUser: 'runAsUser=0',
  seLinuxOptions: 'seLinuxOptions (',
  seccompProfile_baseline: 'seccompProfile (',
  seccompProfile_restricted: 'seccompProfile (',
  sysctls: 'forbidden sysctls (',
  windowsHostProcess: 'hostProcess (',
};

/** Baseline controls that level restricted does not ask, since it has a stricter one. */
const overridden = ['capabilities_baseline', 'hostPathVolumes', 'procMount', 'seccompProfile_baseline'];

async function variantOf(raw: Raw): Promise<Variant> {
  const { workload } = await judge('random pod', JSON.stringify(raw));
  const [variant] = workload.variants;
  if (variant === undefined) throw new Error('a pod has one variant');
  return variant;
}

function ourReasons(variant: Variant, level: Level): readonly string[] {
  const asked = violationsOf(variant).filter(({ control, level: of }) =>
    level === 'baseline' ? of === 'baseline' : !overridden.includes(control),
  );
  return [...new Set(asked.map(({ control }) => reasons[control] ?? control))].sort();
}

const theirReasons = (message: string): readonly string[] =>
  [...new Set(Object.values(reasons))].filter((reason) => message.includes(reason)).sort();

describe('Pod Security admission', function () {
  this.timeout(START_TIMEOUT_MS);
  const namespaces = new Map<Level, string>();
  let offer: (pod: Raw, level: Level) => Promise<Answer>;
  let close: () => Promise<void>;

  before(async () => {
    const plane = await sharedControlPlane();
    const api = new ApiClient(await readPair(layoutOf(plane.dir).certificates, 'admin'));
    for (const level of ['privileged', 'baseline', 'restricted'] as const) {
      const name = await freshNamespace({
        'pod-security.kubernetes.io/enforce': level,
        'pod-security.kubernetes.io/enforce-version': 'latest',
      });
      await eventually('the default account', () => get('serviceaccount', 'default', '-n', name));
      namespaces.set(level, name);
    }
    offer = (pod, level) => {
      const namespace = String(namespaces.get(level));
      const placed = { ...pod, metadata: { ...(pod['metadata'] as Raw), namespace } };
      return api.send('POST', `${plane.server}/api/v1/namespaces/${namespace}/pods?dryRun=All`, placed);
    };
    close = () => api.close();
  });
  after(() => close());

  it('agrees with our verdict on random pods, and names the same controls', async () => {
    const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
    const seen = { invalid: 0, privileged: 0, baseline: 0, restricted: 0 };
    for (const pod of fc.sample(randomPod, { numRuns: PODS, seed })) {
      const created = await offer(pod, 'privileged');
      if (created.status === 422) {
        seen.invalid++;
        continue;
      }
      const about = `seed ${seed}: ${JSON.stringify(pod)}: `;
      expect(created.status, about + created.text).to.equal(201);
      const written = await variantOf(pod);
      const live = await variantOf(JSON.parse(created.text) as Raw);
      for (const level of ['baseline', 'restricted'] as const) {
        const { status, text } = await offer(pod, level);
        expect(isAllowed(written, level), about + text).to.equal(status === 201);
        expect(isAllowed(live, level), about + text).to.equal(status === 201);
        if (status === 201) continue;
        const { message } = JSON.parse(text) as { message: string };
        expect(message).to.contain('violates PodSecurity');
        expect(ourReasons(live, level), about + text).to.deep.equal(theirReasons(message));
      }
      const allowed = (['restricted', 'baseline', 'privileged'] as const).find((level) =>
        isAllowed(written, level),
      );
      seen[allowed ?? 'privileged']++;
    }
    console.log(`      seed ${seed}: strictest level satisfied ${JSON.stringify(seen)}`);
    expect(seen.invalid, 'pods that the API server itself refuses').to.be.at.most(PODS / 2);
    for (const level of ['privileged', 'baseline', 'restricted'] as const) {
      expect(seen[level], `pods whose level is ${level}`).to.be.at.least(PODS / 30);
    }
  });
});
