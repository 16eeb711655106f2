/** The shapes of pod specs and templates. */
import type * as slim from '../../world/objects.ts';
import { nodeSelectorTerm } from './selector.ts';
import {
  boolean,
  isRecord,
  list,
  map,
  number,
  object,
  optional,
  type Shape,
  string,
  text,
  withDefault,
} from './shape.ts';

const labels = map(text);

/** As redact.ts wrote it: none of it comes from outside. */
export const credential = object<slim.Credential>({
  kind: string,
  by: string as Shape<slim.Credential['by']>,
  weak: optional(boolean),
});

const keyRef = optional(
  object<{ name: string; key: string }>({ name: withDefault(string, ''), key: string }),
);
const named = optional(object<{ name: string }>({ name: withDefault(string, '') }));
const maybeNamed = object<{ name?: string | undefined }>({ name: optional(string) });

/** Fields that redact.ts wrote: `literal`, `credential`. A value that it did not see does not get past here. */
const envVar = object<slim.EnvVar>({
  name: text,
  literal: withDefault(boolean, false),
  credential: optional(credential),
  valueFrom: optional(
    object<NonNullable<slim.EnvVar['valueFrom']>>({ secretKeyRef: keyRef, configMapKeyRef: keyRef }),
  ),
});

const words = list(object<slim.Word>({ text: string, credential: optional(credential) }));

const seLinuxOptions = optional(
  object<slim.SELinuxOptions>({
    user: optional(string),
    role: optional(string),
    type: optional(string),
    level: optional(string),
  }),
);
const profile = optional(
  object<slim.Profile>({ type: optional(string), localhostProfile: optional(string) }),
);
const windowsOptions = optional(
  object<slim.WindowsOptions>({ hostProcess: optional(boolean), runAsUserName: optional(string) }),
);

const securityContext = object<slim.SecurityContext>({
  privileged: optional(boolean),
  allowPrivilegeEscalation: optional(boolean),
  readOnlyRootFilesystem: optional(boolean),
  runAsNonRoot: optional(boolean),
  runAsUser: optional(number),
  runAsGroup: optional(number),
  procMount: optional(string),
  capabilities: optional(object<slim.Capabilities>({ add: list(string), drop: list(string) })),
  seLinuxOptions,
  seccompProfile: profile,
  appArmorProfile: profile,
  windowsOptions,
});

const podSecurityContext = object<slim.PodSecurityContext>({
  runAsNonRoot: optional(boolean),
  runAsUser: optional(number),
  runAsGroup: optional(number),
  fsGroup: optional(number),
  supplementalGroups: list(number),
  sysctls: list(object<{ name: string; value: string }>({ name: string, value: withDefault(text, '') })),
  seLinuxOptions,
  seccompProfile: profile,
  appArmorProfile: profile,
  windowsOptions,
});

const hosted = optional(object<{ host?: string | undefined }>({ host: optional(string) }));
const handler = optional(
  object<slim.Handler>({ httpGet: hosted, tcpSocket: hosted, credential: optional(credential) }),
);

const resources = optional(object<slim.Resources>({ limits: labels, requests: labels }));

const container = object<slim.Container>({
  name: string,
  image: optional(string),
  imagePullPolicy: optional(string),
  command: words,
  args: words,
  env: list(envVar),
  envFrom: list(object<slim.EnvFrom>({ prefix: optional(string), secretRef: named, configMapRef: named })),
  ports: list(
    object<slim.ContainerPort>({
      name: optional(string),
      containerPort: number,
      hostPort: optional(number),
      hostIP: optional(string),
      protocol: optional(string),
    }),
  ),
  securityContext: optional(securityContext),
  volumeMounts: list(
    object<slim.VolumeMount>({
      name: string,
      mountPath: string,
      subPath: optional(string),
      subPathExpr: optional(string),
      readOnly: optional(boolean),
      mountPropagation: optional(string),
    }),
  ),
  volumeDevices: list(object<{ name: string; devicePath: string }>({ name: string, devicePath: string })),
  resources,
  livenessProbe: handler,
  readinessProbe: handler,
  startupProbe: handler,
  lifecycle: optional(
    object<NonNullable<slim.Container['lifecycle']>>({ postStart: handler, preStop: handler }),
  ),
  restartPolicy: optional(string),
});

const items = list(object<slim.KeyToPath>({ key: string, path: string }));
const projectedNamed = optional(
  object<{ name?: string | undefined; items: readonly slim.KeyToPath[] }>({ name: optional(string), items }),
);
const projectedSource = object<slim.ProjectedSource>({
  serviceAccountToken: optional(
    object<NonNullable<slim.ProjectedSource['serviceAccountToken']>>({
      audience: optional(string),
      expirationSeconds: optional(number),
      path: withDefault(string, 'token'),
    }),
  ),
  secret: projectedNamed,
  configMap: projectedNamed,
});

const knownSources = object<Omit<slim.Volume, 'sources'>>({
  name: string,
  hostPath: optional(object<NonNullable<slim.Volume['hostPath']>>({ path: string, type: optional(string) })),
  secret: optional(object<NonNullable<slim.Volume['secret']>>({ secretName: optional(string), items })),
  configMap: projectedNamed,
  persistentVolumeClaim: optional(object<{ claimName: string }>({ claimName: string })),
  projected: optional(object<NonNullable<slim.Volume['projected']>>({ sources: list(projectedSource) })),
  csi: optional(object<{ driver: string }>({ driver: string })),
});

const volume: Shape<slim.Volume> = (value) => {
  const known = knownSources(value);
  const sources = isRecord(value)
    ? Object.keys(value).filter((key) => key !== 'name' && isRecord(value[key]))
    : [];
  return { ...known, sources };
};

const knownFields = object<Omit<slim.PodSpec, 'requiredNodeAffinity'>>({
  containers: list(container),
  initContainers: list(container),
  ephemeralContainers: list(container),
  volumes: list(volume),
  hostNetwork: optional(boolean),
  hostPID: optional(boolean),
  hostIPC: optional(boolean),
  hostUsers: optional(boolean),
  shareProcessNamespace: optional(boolean),
  serviceAccountName: optional(string),
  automountServiceAccountToken: optional(boolean),
  securityContext: optional(podSecurityContext),
  resources,
  os: optional(object<{ name: string }>({ name: string })),
  imagePullSecrets: list(maybeNamed),
  nodeSelector: labels,
  tolerations: list(
    object<slim.PodSpec['tolerations'][number]>({
      key: optional(string),
      operator: optional(string),
      value: optional(string),
      effect: optional(string),
    }),
  ),
  runtimeClassName: optional(string),
});

/** One field of an object, of which nothing else is kept. */
function only<T>(key: string, shape: Shape<T>): Shape<T> {
  const read = object<Record<string, T>>({ [key]: shape });
  return (value) => read(value)[key] as T; // `shape` made it, undefined too
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const nodeSelectorTerms = only('nodeSelectorTerms', list(nodeSelectorTerm));
const requiredNodeAffinity = only(
  'affinity',
  optional(only('nodeAffinity', optional(only(REQUIRED, optional(nodeSelectorTerms))))),
);

/** `serviceAccount` is the former name of `serviceAccountName`; the API server still copies one to the other. */
export const podSpec: Shape<slim.PodSpec> = (value) => {
  const spec = knownFields(value);
  const terms = requiredNodeAffinity(value);
  const former = isRecord(value) ? value['serviceAccount'] : undefined;
  const isFormer = !spec.serviceAccountName && typeof former === 'string';
  if (terms === undefined && !isFormer) return spec;
  return {
    ...spec,
    ...(isFormer ? { serviceAccountName: former } : {}),
    ...(terms === undefined ? {} : { requiredNodeAffinity: terms }),
  };
};

export const podTemplate = object<slim.PodTemplate>({
  metadata: withDefault(object<slim.PodTemplate['metadata']>({ labels, annotations: labels }), {
    labels: {},
    annotations: {},
  }),
  spec: podSpec,
});
