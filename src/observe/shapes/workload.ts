/** The shapes of pods and of what makes them. */
import type * as slim from '../../world/objects.ts';
import { head, lifted } from './metadata.ts';
import { podSpec, podTemplate } from './pod.ts';
import { isRecord, list, number, object, optional, type Shape, string, withDefault } from './shape.ts';

const imageStatuses = list(
  object<{ name: string; imageID: string }>({ name: string, imageID: withDefault(string, '') }),
);
const podStatus = object<{
  phase?: string | undefined;
  podIP?: string | undefined;
  podIPs: readonly { ip: string }[];
  containerStatuses: readonly { name: string; imageID: string }[];
  initContainerStatuses: readonly { name: string; imageID: string }[];
}>({
  phase: optional(string),
  podIP: optional(string),
  podIPs: list(object<{ ip: string }>({ ip: withDefault(string, '') })),
  containerStatuses: imageStatuses,
  initContainerStatuses: imageStatuses,
});

export const pod: Shape<slim.Pod> = (value) => {
  const top = object<slim.Slim & { spec: slim.PodSpec; status: ReturnType<typeof podStatus> }>({
    ...head,
    spec: podSpec,
    status: (status) => podStatus(status ?? {}),
  })(value);
  const { status, spec, ...rest } = top;
  const nodeName = nodeNameOf(value);
  const statuses = [...status.initContainerStatuses, ...status.containerStatuses];
  return {
    ...rest,
    spec: withStableTokenVolume(withoutNode(spec, rest)),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(status.phase === undefined ? {} : { phase: status.phase }),
    podIPs: addressesIn(status),
    imageIDs: Object.fromEntries(statuses.filter((s) => s.imageID !== '').map((s) => [s.name, s.imageID])),
  };
};

/** `podIP` is the first of `podIPs`; people who write a pod by hand write only the one. */
const addressesIn = ({ podIP, podIPs }: ReturnType<typeof podStatus>): readonly string[] =>
  podIPs.length > 0 ? podIPs.map(({ ip }) => ip) : [podIP ?? []].flat();

/** A DaemonSet's controller binds each pod to its node by affinity, in place of the template's: that tells nothing of it. */
function withoutNode(spec: slim.PodSpec, { metadata }: slim.Slim): slim.PodSpec {
  const { requiredNodeAffinity, ...shared } = spec;
  const isDaemon = metadata.ownerReferences.some(
    ({ kind, controller }) => controller === true && kind === 'DaemonSet',
  );
  return requiredNodeAffinity !== undefined && isDaemon ? shared : spec;
}

const TOKEN_VOLUME = /^kube-api-access-[a-z0-9]{5}$/;

/** The admission plugin gives each pod a token volume with a random name; one name lets their specs be shared. */
function withStableTokenVolume(spec: slim.PodSpec): slim.PodSpec {
  if (!spec.volumes.some(({ name }) => TOKEN_VOLUME.test(name))) return spec;
  const renamed = <T extends { readonly name: string }>(item: T): T =>
    TOKEN_VOLUME.test(item.name) ? { ...item, name: 'kube-api-access' } : item;
  const mounts = (container: slim.Container): slim.Container => ({
    ...container,
    volumeMounts: container.volumeMounts.map(renamed),
  });
  return {
    ...spec,
    volumes: spec.volumes.map(renamed),
    containers: spec.containers.map(mounts),
    initContainers: spec.initContainers.map(mounts),
    ephemeralContainers: spec.ephemeralContainers.map(mounts),
  };
}

function nodeNameOf(value: unknown): string | undefined {
  const spec = isRecord(value) && isRecord(value['spec']) ? value['spec'] : {};
  return optional(string)(spec['nodeName']);
}

const volumeClaimTemplates: Shape<readonly string[]> = (value) =>
  list(object<{ metadata: { name: string } }>({ metadata: object<{ name: string }>({ name: string }) }))(
    value,
  ).map((claim) => claim.metadata.name);

const controllerSpec = object<{
  replicas?: number | undefined;
  template: slim.PodTemplate;
  volumeClaimTemplates: readonly string[];
}>({ replicas: optional(number), template: podTemplate, volumeClaimTemplates });

export const controller = lifted<slim.Controller, ReturnType<typeof controllerSpec>>(
  'spec',
  controllerSpec,
  (spec, raw) => ({
    ...spec,
    finished: isFinished(raw['status']),
  }),
);

const jobTemplate = object<{ jobTemplate: { spec: ReturnType<typeof controllerSpec> } }>({
  jobTemplate: object<{ spec: ReturnType<typeof controllerSpec> }>({ spec: controllerSpec }),
});
export const cronJob = lifted<slim.Controller, ReturnType<typeof jobTemplate>>(
  'spec',
  jobTemplate,
  (spec) => ({
    template: spec.jobTemplate.spec.template,
    volumeClaimTemplates: [],
    finished: false,
  }),
);

const conditions = object<{ conditions: readonly { type: string; status: string }[] }>({
  conditions: list(object<{ type: string; status: string }>({ type: string, status: string })),
});

function isFinished(status: unknown): boolean {
  return conditions(status ?? {}).conditions.some(
    (condition) =>
      (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  );
}
