/**
 * What level restricted asks beyond baseline.
 * Source: k8s.io/pod-security-admission v0.37.2, folder policy, one check per control.
 */
import type { Volume } from '../objects.ts';
import { isConfined, maskedProc } from './baseline.ts';
import type { Control } from './control.ts';
import {
  either,
  inEveryContext,
  inPod,
  perContainer,
  unlessInUserNamespace,
  unlessWindows,
  type Violations,
} from './places.ts';

const mayEscalate: Violations = perContainer(({ securityContext }) =>
  securityContext?.allowPrivilegeEscalation === false
    ? []
    : [['securityContext', 'allowPrivilegeEscalation']],
);

// the plugin compares the names as they are written, other than container runtimes do
const keepsCapabilities: Violations = perContainer(({ securityContext }) => {
  const { add = [], drop = [] } = securityContext?.capabilities ?? {};
  return [
    ...(drop.includes('ALL') ? [] : [['securityContext', 'capabilities', 'drop']]),
    ...add.flatMap((name, index) =>
      name === 'NET_BIND_SERVICE' ? [] : [['securityContext', 'capabilities', 'add', index]],
    ),
  ];
});

const allowedSources: readonly string[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** A volume without a source is an emptyDir once the API server has filled in the defaults. */
export const isPortable = ({ sources }: Volume): boolean =>
  sources.length === 0 || sources.some((source) => allowedSources.includes(source));

// `false` on the pod is refused even where every container says `true`
const mayRunAsRoot: Violations = either(
  inPod(({ securityContext }) =>
    securityContext?.runAsNonRoot === false ? [['securityContext', 'runAsNonRoot']] : [],
  ),
  perContainer(({ securityContext }, { pod }) =>
    (securityContext?.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) === true
      ? []
      : [['securityContext', 'runAsNonRoot']],
  ),
);

const asksForRoot: Violations = inEveryContext(({ runAsUser }) => (runAsUser === 0 ? [['runAsUser']] : []));

const withoutSeccomp: Violations = either(
  inPod(({ securityContext }) =>
    securityContext?.seccompProfile === undefined || isConfined(securityContext.seccompProfile.type)
      ? []
      : [['securityContext', 'seccompProfile', 'type']],
  ),
  perContainer(({ securityContext }, { pod }) =>
    isConfined((securityContext?.seccompProfile ?? pod.securityContext?.seccompProfile)?.type)
      ? []
      : [['securityContext', 'seccompProfile', 'type']],
  ),
);

export const restricted: readonly Control[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    versions: [
      { from: 'v1.8', violations: mayEscalate },
      { from: 'v1.25', violations: unlessWindows(mayEscalate) },
    ],
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    versions: [
      { from: 'v1.22', violations: keepsCapabilities, overrides: ['capabilities_baseline'] },
      { from: 'v1.25', violations: unlessWindows(keepsCapabilities), overrides: ['capabilities_baseline'] },
    ],
  },
  {
    id: 'procMount_restricted',
    level: 'restricted',
    versions: [{ from: 'v1.35', violations: maskedProc, overrides: ['procMount'] }],
  },
  {
    id: 'restrictedVolumes',
    level: 'restricted',
    versions: [
      {
        from: 'v1.0',
        violations: inPod(({ volumes }) =>
          volumes.flatMap((volume, index) => (isPortable(volume) ? [] : [['volumes', index]])),
        ),
        overrides: ['hostPathVolumes'],
      },
    ],
  },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    versions: [
      { from: 'v1.0', violations: mayRunAsRoot },
      { from: 'v1.35', violations: unlessInUserNamespace(mayRunAsRoot) },
    ],
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    versions: [
      { from: 'v1.23', violations: asksForRoot },
      { from: 'v1.35', violations: unlessInUserNamespace(asksForRoot) },
    ],
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    versions: [
      { from: 'v1.19', violations: withoutSeccomp, overrides: ['seccompProfile_baseline'] },
      { from: 'v1.25', violations: unlessWindows(withoutSeccomp), overrides: ['seccompProfile_baseline'] },
    ],
  },
];
