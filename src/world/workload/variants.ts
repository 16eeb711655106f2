/**
 * The variants of a workload: what its controller declares, and live pods that differ from that (injected sidecars,
 * ephemeral containers, patched images). Each is judged, and the worst counts.
 */
import type { Controller, Labels, Pod, PodSpec, Ref } from '../objects.ts';

/** The workload as its variants need it: which object declares its pods. */
interface Declaring {
  readonly ref: Ref;
}

/** One shape that the pods of a workload have. */
export interface Variant {
  /** The object that shows it: the workload itself, or `Pod <workload>-*` for what only its pods show. */
  readonly ref: Ref;
  readonly pod: PodSpec;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Seen only in live pods: something changed it after the controller declared it. */
  readonly drifted: boolean;
  /** The JSON Pointer of a place in the pod spec: `at('volumes', 1)`. */
  readonly at: (...segments: readonly (string | number)[]) => string;
  /** The JSON Pointer of a place in the pod's own metadata: `meta('annotations', key)`. */
  readonly meta: (...segments: readonly (string | number)[]) => string;
}

/** Where the pod template is inside its controller, by kind; a Pod is its own. */
const templatePrefix: Readonly<Record<string, string>> = {
  Pod: '',
  CronJob: '/spec/jobTemplate/spec/template',
};
const TEMPLATE = '/spec/template';

export function pointer(segments: readonly (string | number)[]): string {
  let path = '';
  for (const segment of segments) path += `/${SPECIAL.test(String(segment)) ? escaped(segment) : segment}`;
  return path;
}

const SPECIAL = /[~/]/;
const escaped = (segment: string | number): string =>
  String(segment).replaceAll('~', '~0').replaceAll('/', '~1');

interface Sources {
  readonly template: Controller | undefined;
  readonly between: readonly Controller[];
  readonly pods: readonly Pod[];
}

export function variantsOf(workload: Declaring, { template, between, pods }: Sources): readonly Variant[] {
  const variants = new Map<string, Variant>();
  const claims = template?.volumeClaimTemplates ?? [];
  if (template !== undefined) {
    const prefix = templatePrefix[workload.ref.kind] ?? TEMPLATE;
    const { metadata, spec } = template.template;
    variants.set(essence(spec, claims), variant(workload.ref, prefix, spec, metadata, false));
  }
  const shown: readonly Shown[] = [
    ...(template === undefined ? between.map((controller) => controller.template) : []),
    ...byName(pods),
  ];
  // only a bare Pod can be named itself: other pods come and go, and a report must not change with them
  const ownPod =
    workload.ref.kind === 'Pod' && pods.length === 1 && pods[0]?.metadata.name === workload.ref.name;
  const ref: Ref = ownPod
    ? workload.ref
    : { ...workload.ref, apiVersion: 'v1', kind: 'Pod', name: `${workload.ref.name}-*` };
  // pods of an earlier revision run as their own ReplicaSet declares: nobody has changed them
  const revisions = new Set(between.map((controller) => essence(controller.template.spec, [])));
  const live: [string, Variant][] = [];
  for (const { metadata, spec } of shown) {
    const key = essence(spec, []);
    if (variants.has(key)) continue;
    const found = variant(ref, '', spec, metadata, template !== undefined && !revisions.has(key));
    variants.set(key, found);
    live.push([key, found]);
  }
  const declared = template === undefined ? [] : [...variants.values()].slice(0, 1);
  return [...declared, ...live.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found)];
}

interface Shown {
  readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
  readonly spec: PodSpec;
}

const byName = (pods: readonly Pod[]): readonly Pod[] =>
  pods.length < 2 ? pods : pods.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

function variant(
  ref: Ref,
  prefix: string,
  pod: PodSpec,
  metadata: Shown['metadata'],
  drifted: boolean,
): Variant {
  return {
    ref,
    pod,
    labels: metadata.labels,
    annotations: metadata.annotations,
    drifted,
    at: (...segments) => `${prefix}/spec${pointer(segments)}`,
    meta: (...segments) => `${prefix}/metadata${pointer(segments)}`,
  };
}

const essences = new WeakMap<PodSpec, Map<string, string>>();

/**
 * What makes two pod specs the same variant: the spec without what defaulting and admission fill in for every pod
 * (token volume, account name, claims of a StatefulSet, host ports of a hostNetwork pod, tolerations, node affinity,
 * pull secrets, resources from a LimitRange).
 */
function essence(spec: PodSpec, claims: readonly string[]): string {
  const key = claims.join();
  let known = essences.get(spec);
  if (known === undefined) essences.set(spec, (known = new Map()));
  const before = known.get(key);
  if (before !== undefined) return before;
  const containers = (list: PodSpec['containers']) =>
    list.map(({ resources: _, ...container }) => ({
      ...container,
      volumeMounts: container.volumeMounts.filter(({ name }) => name !== 'kube-api-access'),
      ports: container.ports.map(({ hostPort, ...port }) =>
        spec.hostNetwork === true && hostPort === port.containerPort ? port : { ...port, hostPort },
      ),
    }));
  const volumes = spec.volumes
    .filter(({ name }) => name !== 'kube-api-access' && !claims.includes(name))
    .map((volume) => (volume.persistentVolumeClaim === undefined ? volume : { name: volume.name }));
  const {
    tolerations: _,
    imagePullSecrets: __,
    resources: ___,
    requiredNodeAffinity: ____,
    serviceAccountName,
    ...rest
  } = spec;
  const text = JSON.stringify({
    ...rest,
    serviceAccountName: serviceAccountName || 'default',
    containers: containers(spec.containers),
    initContainers: containers(spec.initContainers),
    ephemeralContainers: containers(spec.ephemeralContainers),
    volumes: [...volumes, ...claims.map((name) => ({ name }))].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  });
  known.set(key, text);
  return text;
}
