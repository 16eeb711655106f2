import { join } from 'node:path';
import { dump } from 'js-yaml';
import type { ComponentOptions } from './components.ts';

/** KWOK's controller plays the kubelets: what it does to which object is a list of stages. */

/** Only Nodes with this annotation are played; one that a test makes by itself stays bare. */
export const playedBy = { 'kwok.x-k8s.io/node': 'fake' } as const;

interface Stage {
  readonly name: string;
  readonly kind: 'Node' | 'Pod' | 'Service';
  /** jq path, operator, values. */
  readonly when: readonly (readonly [string, 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', ...string[]])[];
  readonly delaySeconds?: { readonly from: number; readonly to: number };
  readonly next: { readonly delete: true } | { readonly statusTemplate: string };
}

const nodeReady = '.status.conditions.[] | select( .type == "Ready" ) | .status';

const conditions = `
{{ $now := Now }}
{{ $since := or .metadata.creationTimestamp $now }}
conditions:
{{ range NodeConditions }}
- type: {{ .type }}
  status: {{ .status | Quote }}
  reason: {{ .reason }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $since | Quote }}
{{ end }}
`;

/** An image without a digest gets one that only depends on its name, in the form that container runtimes write. */
const containerStatus = `
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  {{ if contains "@" .image }}
  imageID: {{ .image | Quote }}
  {{ else }}
  imageID: {{ printf "%s@sha256:%s" (regexReplaceAll ":[^:/]+$" .image "") (sha256sum .image) | Quote }}
  {{ end }}
  containerID: {{ printf "containerd://%s" (sha256sum (printf "%s/%s" $uid .name)) }}
  restartCount: 0
`;

const running = `
  ready: true
  started: true
  state: { running: { startedAt: {{ $now | Quote }} } }
`;

const completed = (ready: boolean) => `
  ready: ${ready}
  started: false
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
`;

const podRunning = `
{{ $now := Now }}
{{ $uid := .metadata.uid }}
phase: Running
startTime: {{ $now | Quote }}
conditions:
{{ range list "PodReadyToStartContainers" "Initialized" "Ready" "ContainersReady" }}
- { type: {{ . }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
${containerStatus}${running}
{{ end }}
{{ with .spec.initContainers }}
initContainerStatuses:
{{ range . }}
${containerStatus}
{{ if eq (or .restartPolicy "") "Always" }}
${running}
{{ else }}
${completed(true)}
{{ end }}
{{ end }}
{{ end }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ with PodIPsWith .spec.nodeName (or .spec.hostNetwork false) $uid .metadata.name .metadata.namespace }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
`;

const podSucceeded = `
{{ $now := Now }}
{{ $uid := .metadata.uid }}
phase: Succeeded
conditions:
{{ range list "Ready" "ContainersReady" }}
- { type: {{ . }}, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
${containerStatus}${completed(false)}
{{ end }}
`;

/** A load balancer's address repeats the Service's cluster IP in another range: that is unique without counting.
 *  198.18.0.0/15 is set aside for tests (RFC 2544); the documentation ranges have too few addresses for this. */
const loadBalanced = `
loadBalancer:
  ingress:
  - ip: {{ regexReplaceAll "^10\\\\.96\\\\." .spec.clusterIP "198.18." | Quote }}
`;

const stages: readonly Stage[] = [
  {
    name: 'node-ready',
    kind: 'Node',
    when: [[nodeReady, 'NotIn', 'True']],
    next: { statusTemplate: `${conditions}\nphase: Running` },
  },
  {
    name: 'node-heartbeat',
    kind: 'Node',
    when: [[nodeReady, 'In', 'True']],
    // the controller manager gives a silent Node 50 s
    delaySeconds: { from: 15, to: 20 },
    next: { statusTemplate: conditions },
  },
  {
    name: 'pod-running',
    kind: 'Pod',
    when: [
      ['.metadata.deletionTimestamp', 'DoesNotExist'],
      ['.status.phase', 'In', 'Pending'],
      [nodeReady, 'NotIn', 'True'],
    ],
    next: { statusTemplate: podRunning },
  },
  {
    name: 'pod-succeeded',
    kind: 'Pod',
    when: [
      ['.metadata.deletionTimestamp', 'DoesNotExist'],
      ['.status.phase', 'In', 'Running'],
      ['.metadata.ownerReferences.[].kind', 'In', 'Job'],
    ],
    next: { statusTemplate: podSucceeded },
  },
  {
    name: 'pod-deleted',
    kind: 'Pod',
    when: [['.metadata.deletionTimestamp', 'Exists']],
    next: { delete: true },
  },
  {
    name: 'service-load-balanced',
    kind: 'Service',
    when: [
      ['.metadata.deletionTimestamp', 'DoesNotExist'],
      ['.spec.type', 'In', 'LoadBalancer'],
      // with a class it waits for that class's own controller, on a real cloud too
      ['.spec.loadBalancerClass', 'DoesNotExist'],
      ['.status.loadBalancer.ingress', 'DoesNotExist'],
    ],
    next: { statusTemplate: loadBalanced },
  },
];

const asObject = ({ name, kind, when, delaySeconds, next }: Stage) => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name },
  spec: {
    resourceRef: { apiGroup: 'v1', kind },
    selector: {
      matchExpressions: when.map(([key, operator, ...values]) =>
        values.length === 0 ? { key, operator } : { key, operator, values },
      ),
    },
    ...(delaySeconds === undefined
      ? {}
      : {
          delay: {
            durationMilliseconds: delaySeconds.from * 1000,
            jitterDurationMilliseconds: delaySeconds.to * 1000,
          },
        }),
    next,
  },
});

export function kwokConfig({ layout, ports }: ComponentOptions): string {
  const configuration = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokConfiguration',
    options: {
      manageNodesWithAnnotationSelector: Object.entries(playedBy)
        .map((pair) => pair.join('='))
        .join(','),
      nodeIP: '127.0.0.1',
      nodePort: ports.kwok,
      tlsCertFile: join(layout.certificates, 'kwok.crt'),
      tlsPrivateKeyFile: join(layout.certificates, 'kwok.key'),
      // with leases, pods bound while it was down stayed Pending after a restart
      nodeLeaseDurationSeconds: 0,
      // a configuration file sets these to 0 unless it names them
      nodePlayStageParallelism: 4,
      podPlayStageParallelism: 4,
      podsOnNodeSyncParallelism: 4,
    },
  };
  return [configuration, ...stages.map(asObject)]
    .map((object) => dump(object, { lineWidth: -1 }))
    .join('---\n');
}

const verbs = (apiGroups: string[], resources: string[], ...allowed: string[]) => ({
  apiGroups,
  resources,
  verbs: allowed,
});

/** What KWOK's user may do: what the stages above need, and no more. */
export const kwokRole = [
  {
    path: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    object: {
      metadata: { name: 'kwok-controller' },
      rules: [
        verbs([''], ['nodes', 'pods', 'services'], 'get', 'list', 'watch'),
        verbs([''], ['nodes/status', 'pods/status', 'services/status'], 'patch', 'update'),
        verbs([''], ['pods'], 'delete', 'patch', 'update'),
        verbs(['', 'events.k8s.io'], ['events'], 'create', 'patch', 'update'),
      ],
    },
  },
  {
    path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    object: {
      metadata: { name: 'kwok-controller' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'kwok-controller' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'kwok-controller' }],
    },
  },
] as const;
