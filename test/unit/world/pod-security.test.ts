import { expect } from 'chai';
import fc from 'fast-check';
import { axisOf } from '../../../src/axes/check.ts';
import { checks } from '../../../src/axes/index.ts';
import { assess } from '../../../src/score/assess.ts';
import {
  controls,
  isAllowed,
  type Level,
  podSecurityLevel,
  type Version,
  violationsOf,
} from '../../../src/world/pod-security/level.ts';
import type { Variant } from '../../../src/world/workload/variants.ts';
import { type Judged, judge } from '../../support/fixture.ts';
import { type Raw, randomPod } from '../../support/random-pods.ts';

const hardened = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** The smallest pod that satisfies every control, with something changed. */
const pod = (spec: Raw = {}, container: Raw = {}, annotations: Raw = {}): Raw => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'subject', namespace: 'shop', annotations },
  spec: {
    containers: [{ name: 'web', image: 'registry.example/web:1', ...container }],
    securityContext: { seccompProfile: { type: 'RuntimeDefault' }, runAsNonRoot: true },
    ...spec,
  },
});
const context = (change: Raw = {}): Raw => ({ securityContext: { ...hardened, ...change } });

const judged = (raw: Raw): Promise<Judged> => judge('pod', JSON.stringify(raw));

async function variantOf(raw: Raw): Promise<Variant> {
  const [variant] = (await judged(raw)).workload.variants;
  if (variant === undefined) throw new Error('a pod has one variant');
  return variant;
}

const failing = async (raw: Raw, version?: Version): Promise<readonly string[]> => [
  ...new Set(violationsOf(await variantOf(raw), version).map(({ control }) => control)),
];

const privileges = checks.filter((check) => axisOf(check) === 'privileges');

/** The smallest pod that breaks each control, and which check says so. */
const broken: readonly (readonly [control: string, Raw, check: string])[] = [
  ['appArmorProfile', pod({}, context({ appArmorProfile: { type: 'Unconfined' } })), 'apparmor-unconfined'],
  [
    'capabilities_baseline',
    pod({}, context({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } })),
    'node-capability',
  ],
  [
    'capabilities_restricted',
    pod({}, context({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } })),
    'added-capability',
  ],
  ['hostNamespaces', pod({ hostIPC: true }, context()), 'host-ipc'],
  [
    'hostPathVolumes',
    pod({ volumes: [{ name: 'host', hostPath: { path: '/data' } }] }, context()),
    'host-path-mount',
  ],
  ['hostPorts', pod({}, { ...context(), ports: [{ containerPort: 80, hostPort: 80 }] }), 'host-port'],
  [
    'hostProbesAndHostLifecycle',
    pod({}, { ...context(), lifecycle: { preStop: { httpGet: { host: 'example.org', port: 80 } } } }),
    'probe-host',
  ],
  ['privileged', pod({}, context({ privileged: true })), 'privileged-container'],
  ['procMount', pod({}, context({ procMount: 'Unmasked' })), 'unmasked-proc'],
  ['procMount_restricted', pod({ hostUsers: false }, context({ procMount: 'Unmasked' })), 'unmasked-proc'],
  ['seLinuxOptions', pod({}, context({ seLinuxOptions: { user: 'system_u' } })), 'selinux-options'],
  [
    'seccompProfile_baseline',
    pod({}, context({ seccompProfile: { type: 'Unconfined' } })),
    'seccomp-profile',
  ],
  ['seccompProfile_restricted', pod({ securityContext: {} }), 'seccomp-profile'],
  [
    'sysctls',
    pod({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }, context()),
    'unsafe-sysctl',
  ],
  [
    'windowsHostProcess',
    pod({ os: { name: 'windows' } }, { securityContext: { windowsOptions: { hostProcess: true } } }),
    'windows-host-process',
  ],
  ['allowPrivilegeEscalation', pod(), 'privilege-escalation'],
  [
    'restrictedVolumes',
    pod({ volumes: [{ name: 'files', nfs: { server: 'files.example', path: '/' } }] }, context()),
    'inline-volume',
  ],
  ['runAsNonRoot', pod({ securityContext: {} }), 'runs-as-root'],
  ['runAsUser', pod({}, context({ runAsUser: 0 })), 'runs-as-root'],
];

function at(object: unknown, pointer: string): unknown {
  let value = object;
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    value = (value as Raw)[key];
  }
  return value;
}

describe('Pod Security Standards', () => {
  it('a hardened pod satisfies restricted', async () => {
    expect(violationsOf(await variantOf(pod({}, context())))).to.deep.equal([]);
    expect(podSecurityLevel([await variantOf(pod({}, context()))])).to.equal('restricted');
  });

  it('a pod that says nothing satisfies baseline only', async () => {
    expect(podSecurityLevel([await variantOf(pod({ securityContext: {} }))])).to.equal('baseline');
  });

  it('the worst variant of a workload decides its level', async () => {
    const good = await variantOf(pod({}, context()));
    const bad = await variantOf(pod({ hostPID: true }, context()));
    expect(podSecurityLevel([good, bad])).to.equal('privileged');
  });

  it('a violation names the container and points at the field, or at its nearest parent', async () => {
    const variant = await variantOf(
      pod(
        { initContainers: [{ name: 'init', ...context({ privileged: true }) }] },
        { securityContext: { runAsUser: 1 } },
      ),
    );
    const places = violationsOf(variant).map(({ control, container, path }) => [control, container, path]);
    expect(places).to.deep.include.members([
      ['privileged', 'init', '/spec/initContainers/0/securityContext/privileged'],
      ['allowPrivilegeEscalation', 'web', '/spec/containers/0/securityContext'],
    ]);
  });

  it('ids are unique, and versions strictly rise', () => {
    expect(new Set(controls.map(({ id }) => id)).size).to.equal(controls.length);
    for (const { id, versions } of controls) {
      const minors = versions.map(({ from }) => Number(from.slice(3)));
      expect(minors, id).to.deep.equal([...new Set(minors)].sort((a, b) => a - b));
    }
  });

  it('only restricted controls override, and only controls of baseline', () => {
    const baseline = controls.filter(({ level }) => level === 'baseline').map(({ id }) => id);
    for (const { level, versions } of controls) {
      const overrides = versions.flatMap((version) => version.overrides ?? []);
      if (level === 'baseline') expect(overrides).to.deep.equal([]);
      expect(baseline).to.include.members(overrides);
    }
  });

  describe('versions', () => {
    const windows = { os: { name: 'windows' }, securityContext: { runAsNonRoot: true } };
    const own = { hostUsers: false, securityContext: { seccompProfile: { type: 'RuntimeDefault' } } };
    const cases: readonly (readonly [
      title: string,
      Raw,
      control: string,
      fails: Version,
      passes: Version,
    ])[] = [
      ['Windows pods may escalate since v1.25', pod(windows), 'allowPrivilegeEscalation', 'v1.24', 'v1.25'],
      [
        'Windows pods may keep capabilities since v1.25',
        pod(windows),
        'capabilities_restricted',
        'v1.24',
        'v1.25',
      ],
      [
        'Windows pods need no seccomp since v1.25',
        pod(windows),
        'seccompProfile_restricted',
        'v1.24',
        'v1.25',
      ],
      [
        'root is fine in a user namespace since v1.35',
        pod(own, context({ runAsNonRoot: false })),
        'runAsNonRoot',
        'v1.34',
        'v1.35',
      ],
      [
        'uid 0 is fine in a user namespace since v1.35',
        pod(own, context({ runAsUser: 0 })),
        'runAsUser',
        'v1.34',
        'latest',
      ],
      ['uid 0 is asked since v1.23', pod({}, context({ runAsUser: 0 })), 'runAsUser', 'v1.23', 'v1.22'],
      [
        '/proc may be unmasked in a user namespace since v1.35',
        pod(own, context({ procMount: 'Unmasked' })),
        'procMount',
        'v1.34',
        'v1.35',
      ],
      [
        'but restricted refuses that',
        pod(own, context({ procMount: 'Unmasked' })),
        'procMount_restricted',
        'latest',
        'v1.34',
      ],
      [
        'container_engine_t is allowed since v1.31',
        pod({}, context({ seLinuxOptions: { type: 'container_engine_t' } })),
        'seLinuxOptions',
        'v1.30',
        'v1.31',
      ],
      [
        'hosts of probes are asked since v1.34',
        pod({}, { ...context(), livenessProbe: { tcpSocket: { host: 'example.org', port: 1 } } }),
        'hostProbesAndHostLifecycle',
        'v1.34',
        'v1.33',
      ],
      [
        'capabilities are restricted since v1.22',
        pod({}, context({ capabilities: {} })),
        'capabilities_restricted',
        'v1.22',
        'v1.21',
      ],
      ['escalation is asked since v1.8', pod(), 'allowPrivilegeEscalation', 'v1.8', 'v1.7'],
      [
        'seccomp is an annotation before v1.19',
        pod({}, context(), { 'container.seccomp.security.alpha.kubernetes.io/web': 'unconfined' }),
        'seccompProfile_baseline',
        'v1.18',
        'v1.19',
      ],
      [
        'seccomp is a field since v1.19',
        pod({}, context({ seccompProfile: { type: 'Unconfined' } })),
        'seccompProfile_baseline',
        'v1.19',
        'v1.18',
      ],
      ...(
        [
          ['net.ipv4.ip_local_reserved_ports', 'v1.26', 'v1.27'],
          ['net.ipv4.tcp_keepalive_time', 'v1.28', 'v1.29'],
          ['net.ipv4.tcp_rmem', 'v1.31', 'v1.32'],
          ['net.ipv4.tcp_notsent_lowat', 'v1.36', 'v1.37'],
        ] as const
      ).map(
        ([name, fails, passes]) =>
          [
            `${name} is safe since ${passes}`,
            pod({ securityContext: { sysctls: [{ name, value: '1' }] } }, context()),
            'sysctls',
            fails,
            passes,
          ] as const,
      ),
    ];
    for (const [title, raw, control, fails, passes] of cases) {
      it(title, async () => {
        expect(await failing(raw, fails)).to.include(control);
        expect(await failing(raw, passes)).to.not.include(control);
      });
    }
  });

  describe('traps', () => {
    const clean: readonly (readonly [title: string, Raw])[] = [
      ['a volume without a source is an emptyDir', pod({ volumes: [{ name: 'scratch' }] }, context())],
      ['host port 0 is none', pod({}, { ...context(), ports: [{ containerPort: 80, hostPort: 0 }] })],
      [
        'an empty host of a probe is the pod',
        pod({}, { ...context(), livenessProbe: { httpGet: { host: '', port: 80 } } }),
      ],
      ['empty SELinux options change nothing', pod({}, context({ seLinuxOptions: {} }))],
      ['a container may be stricter than its pod', pod({ securityContext: {} }, context())],
      [
        'an AppArmor annotation may name a local profile',
        pod({}, context(), { 'container.apparmor.security.beta.kubernetes.io/web': 'localhost/own' }),
      ],
      [
        'hosts of probes do not count inside exec',
        pod({}, { ...context(), livenessProbe: { exec: { command: ['a'] } } }),
      ],
    ];
    for (const [title, raw] of clean) {
      it(title, async () => expect(await failing(raw)).to.deep.equal([]));
    }

    const refused: readonly (readonly [title: string, Raw, controls: readonly string[]])[] = [
      [
        'runAsNonRoot false on the pod counts though every container says true',
        pod({ securityContext: { runAsNonRoot: false } }, context()),
        ['runAsNonRoot'],
      ],
      [
        'an unconfined pod counts though every container has a profile',
        pod({ securityContext: { seccompProfile: { type: 'Unconfined' } } }, context()),
        ['seccompProfile_baseline', 'seccompProfile_restricted'],
      ],
      [
        'ALL is compared as it is written',
        pod({}, context({ capabilities: { drop: ['all'] } })),
        ['capabilities_restricted'],
      ],
      [
        'ephemeral containers are judged, too',
        pod({ ephemeralContainers: [{ name: 'debug', ...context({ privileged: true }) }] }, context()),
        ['privileged'],
      ],
      [
        'an AppArmor annotation counts, even for a container that is not there',
        pod({}, context(), { 'container.apparmor.security.beta.kubernetes.io/gone': 'unconfined' }),
        ['appArmorProfile'],
      ],
    ];
    for (const [title, raw, expected] of refused) {
      it(title, async () => expect(await failing(raw)).to.deep.equal(expected));
    }
  });

  describe('for random pods', () => {
    const forPods = (holds: (raw: Raw, found: Judged) => void | Promise<void>) =>
      fc.assert(
        fc.asyncProperty(randomPod, async (raw) => holds(raw, await judged(raw))),
        { numRuns: 150 },
      );
    const variantIn = ({ workload }: Judged): Variant => {
      const [variant] = workload.variants;
      if (variant === undefined) throw new Error('a pod has one variant');
      return variant;
    };

    it('what restricted allows, baseline allows', () =>
      forPods((_, found) => {
        const variant = variantIn(found);
        if (isAllowed(variant, 'restricted')) expect(isAllowed(variant, 'baseline')).to.equal(true);
      }));

    it('a level is refused exactly if a control of it, or below it, is broken', () =>
      forPods((_, found) => {
        const variant = variantIn(found);
        const levels = new Set<Level>(violationsOf(variant).map(({ level }) => level));
        expect(isAllowed(variant, 'baseline')).to.equal(!levels.has('baseline'));
        expect(isAllowed(variant, 'restricted')).to.equal(levels.size === 0);
      }));

    it('every place exists in the object', () =>
      forPods((raw, found) => {
        for (const { path } of violationsOf(variantIn(found)))
          expect(at(raw, path), path).to.not.equal(undefined);
      }));
  });

  describe('every control has a check of the privileges axis that fires where it is broken', () => {
    it('for the controls that there are', () => {
      expect(broken.map(([control]) => control).sort()).to.deep.equal(controls.map(({ id }) => id).sort());
    });
    for (const [control, raw, check] of broken) {
      it(`${control}: ${check}`, async () => {
        const { workload, around } = await judged(raw);
        expect(await failing(raw)).to.include(control);
        const findings = assess(workload, around, privileges).findings.map(({ check: { id } }) => id);
        expect(findings).to.include(`privileges/${check}`);
      });
    }
  });
});
