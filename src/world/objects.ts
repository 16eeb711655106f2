/**
 * The slim objects that the world holds. They keep the field names and nesting of the Kubernetes API, so that a
 * JSON Pointer into a slim object is one into the real object; what no assessment reads is left out, and values
 * that may be credentials never get this far (see observe/redact.ts). Lists keep their order and length. All are
 * deeply frozen and shared: never write to one.
 */

export type Labels = Readonly<Record<string, string>>;

/** Names one object of the API; `namespace` is '' for cluster-scoped objects. */
export interface Ref {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean | undefined;
}

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generateName?: string | undefined;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly ownerReferences: readonly OwnerReference[];
  /** Seconds since 1970; undefined in files. */
  readonly created?: number | undefined;
  readonly deleting: boolean;
  /** Names of the field managers (who wrote to it, status aside), the latest last, once each. */
  readonly managers: readonly string[];
}

export interface Slim {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
}

/** What was recognised as a credential. The value itself is not kept anywhere. */
export interface Credential {
  /** In words, e.g. `AWS access key`, `password`, `private key`. */
  readonly kind: string;
  /** How it was recognised: by the shape of the value, or by the name of the key beside a plain value. */
  readonly by: 'pattern' | 'name' | 'entropy';
  /** A well-known default, or one that is easily guessed from what stands near. */
  readonly weak?: boolean | undefined;
}

export interface EnvVar {
  readonly name: string;
  /** A literal `value` is set (the value is not kept). */
  readonly literal: boolean;
  readonly credential?: Credential | undefined;
  readonly valueFrom?:
    | {
        readonly secretKeyRef?: { readonly name: string; readonly key: string } | undefined;
        readonly configMapKeyRef?: { readonly name: string; readonly key: string } | undefined;
      }
    | undefined;
}

/** One item of `command` or `args`, with recognised credentials masked. */
export interface Word {
  readonly text: string;
  readonly credential?: Credential | undefined;
}

export interface EnvFrom {
  readonly prefix?: string | undefined;
  readonly secretRef?: { readonly name: string } | undefined;
  readonly configMapRef?: { readonly name: string } | undefined;
}

export interface ContainerPort {
  readonly name?: string | undefined;
  readonly containerPort: number;
  readonly hostPort?: number | undefined;
  readonly hostIP?: string | undefined;
  readonly protocol?: string | undefined;
}

export interface Capabilities {
  readonly add: readonly string[];
  readonly drop: readonly string[];
}

export interface SELinuxOptions {
  readonly user?: string | undefined;
  readonly role?: string | undefined;
  readonly type?: string | undefined;
  readonly level?: string | undefined;
}

export interface Profile {
  readonly type?: string | undefined;
  readonly localhostProfile?: string | undefined;
}

export interface WindowsOptions {
  readonly hostProcess?: boolean | undefined;
  readonly runAsUserName?: string | undefined;
}

export interface SecurityContext {
  readonly privileged?: boolean | undefined;
  readonly allowPrivilegeEscalation?: boolean | undefined;
  readonly readOnlyRootFilesystem?: boolean | undefined;
  readonly runAsNonRoot?: boolean | undefined;
  readonly runAsUser?: number | undefined;
  readonly runAsGroup?: number | undefined;
  readonly procMount?: string | undefined;
  readonly capabilities?: Capabilities | undefined;
  readonly seLinuxOptions?: SELinuxOptions | undefined;
  readonly seccompProfile?: Profile | undefined;
  readonly appArmorProfile?: Profile | undefined;
  readonly windowsOptions?: WindowsOptions | undefined;
}

export interface PodSecurityContext {
  readonly runAsNonRoot?: boolean | undefined;
  readonly runAsUser?: number | undefined;
  readonly runAsGroup?: number | undefined;
  readonly fsGroup?: number | undefined;
  readonly supplementalGroups: readonly number[];
  readonly sysctls: readonly { readonly name: string; readonly value: string }[];
  readonly seLinuxOptions?: SELinuxOptions | undefined;
  readonly seccompProfile?: Profile | undefined;
  readonly appArmorProfile?: Profile | undefined;
  readonly windowsOptions?: WindowsOptions | undefined;
}

export interface Handler {
  readonly httpGet?: { readonly host?: string | undefined } | undefined;
  readonly tcpSocket?: { readonly host?: string | undefined } | undefined;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string | undefined;
  readonly subPathExpr?: string | undefined;
  readonly readOnly?: boolean | undefined;
  readonly mountPropagation?: string | undefined;
}

export interface Resources {
  readonly limits: Labels;
  readonly requests: Labels;
}

export interface Container {
  readonly name: string;
  readonly image?: string | undefined;
  readonly imagePullPolicy?: string | undefined;
  readonly command: readonly Word[];
  readonly args: readonly Word[];
  readonly env: readonly EnvVar[];
  readonly envFrom: readonly EnvFrom[];
  readonly ports: readonly ContainerPort[];
  readonly securityContext?: SecurityContext | undefined;
  readonly volumeMounts: readonly VolumeMount[];
  readonly volumeDevices: readonly { readonly name: string; readonly devicePath: string }[];
  readonly resources?: Resources | undefined;
  readonly livenessProbe?: Handler | undefined;
  readonly readinessProbe?: Handler | undefined;
  readonly startupProbe?: Handler | undefined;
  readonly lifecycle?:
    | { readonly postStart?: Handler | undefined; readonly preStop?: Handler | undefined }
    | undefined;
  readonly restartPolicy?: string | undefined;
}

export interface ProjectedSource {
  readonly serviceAccountToken?:
    | {
        readonly audience?: string | undefined;
        readonly expirationSeconds?: number | undefined;
        readonly path: string;
      }
    | undefined;
  readonly secret?: { readonly name?: string | undefined; readonly items: readonly KeyToPath[] } | undefined;
  readonly configMap?:
    | { readonly name?: string | undefined; readonly items: readonly KeyToPath[] }
    | undefined;
}

export interface KeyToPath {
  readonly key: string;
  readonly path: string;
}

export interface Volume {
  readonly name: string;
  /** Names of every source that is set (`hostPath`, `emptyDir`, ...), known to us or not; none means emptyDir. */
  readonly sources: readonly string[];
  readonly hostPath?: { readonly path: string; readonly type?: string | undefined } | undefined;
  readonly secret?:
    | { readonly secretName?: string | undefined; readonly items: readonly KeyToPath[] }
    | undefined;
  readonly configMap?:
    | { readonly name?: string | undefined; readonly items: readonly KeyToPath[] }
    | undefined;
  readonly persistentVolumeClaim?: { readonly claimName: string } | undefined;
  readonly projected?: { readonly sources: readonly ProjectedSource[] } | undefined;
  readonly csi?: { readonly driver: string } | undefined;
}

/** All of both lists; none of either selects no node. */
export interface NodeSelectorTerm {
  readonly matchExpressions: LabelSelector['matchExpressions'];
  readonly matchFields: LabelSelector['matchExpressions'];
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly ephemeralContainers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly hostNetwork?: boolean | undefined;
  readonly hostPID?: boolean | undefined;
  readonly hostIPC?: boolean | undefined;
  readonly hostUsers?: boolean | undefined;
  readonly shareProcessNamespace?: boolean | undefined;
  readonly serviceAccountName?: string | undefined;
  readonly automountServiceAccountToken?: boolean | undefined;
  readonly securityContext?: PodSecurityContext | undefined;
  /** Of the whole pod, beside those of its containers. */
  readonly resources?: Resources | undefined;
  readonly os?: { readonly name: string } | undefined;
  readonly imagePullSecrets: readonly { readonly name?: string | undefined }[];
  readonly nodeSelector: Labels;
  /** `affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`: one of its terms. Absent: no need. */
  readonly requiredNodeAffinity?: readonly NodeSelectorTerm[] | undefined;
  readonly tolerations: readonly {
    readonly key?: string | undefined;
    readonly operator?: string | undefined;
    readonly value?: string | undefined;
    readonly effect?: string | undefined;
  }[];
  readonly runtimeClassName?: string | undefined;
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
  readonly spec: PodSpec;
}

export interface Pod extends Slim {
  readonly spec: PodSpec;
  readonly nodeName?: string | undefined;
  readonly phase?: string | undefined;
  readonly podIPs: readonly string[];
  /** Image id by container name, as the runtime reports it. */
  readonly imageIDs: Labels;
}

/** Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job or CronJob. */
export interface Controller extends Slim {
  /** Desired pods; undefined for DaemonSet, Job and CronJob. */
  readonly replicas?: number | undefined;
  readonly template: PodTemplate;
  readonly volumeClaimTemplates: readonly string[];
  /** A Job that has completed or failed. */
  readonly finished: boolean;
}

export interface Namespace extends Slim {}

/** Puts a ValidatingAdmissionPolicy in force; what the policy says is CEL, which nothing here reads. */
export interface AdmissionPolicyBinding extends Slim {}

export interface Node extends Slim {
  readonly unschedulable: boolean;
  readonly taints: readonly {
    readonly key: string;
    readonly value?: string | undefined;
    readonly effect: string;
  }[];
  readonly addresses: readonly { readonly type: string; readonly address: string }[];
  readonly podCIDRs: readonly string[];
}

export interface ServiceAccount extends Slim {
  readonly automountServiceAccountToken?: boolean | undefined;
  readonly secrets: readonly string[];
  readonly imagePullSecrets: readonly string[];
}

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** Role or ClusterRole. */
export interface Role extends Slim {
  readonly rules: readonly PolicyRule[];
  /** Present on aggregated ClusterRoles. */
  readonly aggregationRule?: { readonly clusterRoleSelectors: readonly LabelSelector[] } | undefined;
}

export interface Subject {
  readonly kind: string;
  readonly apiGroup?: string | undefined;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** RoleBinding or ClusterRoleBinding. */
export interface Binding extends Slim {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly Subject[];
}

export interface LabelSelector {
  readonly matchLabels: Labels;
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

export interface NetworkPolicyPort {
  readonly protocol?: string | undefined;
  readonly port?: number | string | undefined;
  readonly endPort?: number | undefined;
}

export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly ipBlock?: { readonly cidr: string; readonly except: readonly string[] } | undefined;
}

export interface NetworkPolicyRule {
  /** `from` or `to`; an absent or empty list means every peer. */
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

export interface NetworkPolicy extends Slim {
  readonly podSelector: LabelSelector;
  /** As written; undefined lets the specification's defaults apply. */
  readonly policyTypes?: readonly string[] | undefined;
  readonly ingress: readonly NetworkPolicyRule[];
  readonly egress: readonly NetworkPolicyRule[];
  /** `egress` is written, even if empty: decides the default policyTypes. */
  readonly hasEgress: boolean;
}

/** What a rule of a ClusterWidePolicy is for. `Allow` of the older kinds reads as `Accept`. */
export type PolicyAction = 'Accept' | 'Deny' | 'Pass';

/** Pods by their namespace's labels, and by their own: without `podSelector` every pod of those namespaces. */
export interface NamespacedPods {
  readonly namespaceSelector: LabelSelector;
  readonly podSelector?: LabelSelector | undefined;
}

/** At most one of the fields is there; none stands for a kind of peer that is not known here. */
export interface ClusterWidePeer {
  readonly pods?: NamespacedPods | undefined;
  readonly nodes?: LabelSelector | undefined;
  /** CIDRs. */
  readonly networks?: readonly string[] | undefined;
  readonly domainNames?: readonly string[] | undefined;
}

/** A range of one protocol, or a name that any protocol may have; empty for what is not known here. */
export interface ClusterWidePort {
  readonly protocol?: string | undefined;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly name?: string | undefined;
}

export interface ClusterWideRule {
  readonly name?: string | undefined;
  readonly action: PolicyAction;
  /** `from` or `to`. */
  readonly peers: readonly ClusterWidePeer[];
  /** `ports` or `protocols`; an empty list means every port. */
  readonly ports: readonly ClusterWidePort[];
}

/** A ClusterNetworkPolicy, or one of the kinds before it (AdminNetworkPolicy, BaselineAdminNetworkPolicy), in its terms. */
export interface ClusterWidePolicy extends Slim {
  readonly tier: 'Admin' | 'Baseline';
  /** From 0, which comes first, to 1000. */
  readonly priority: number;
  readonly subject: NamespacedPods;
  readonly ingress: readonly ClusterWideRule[];
  readonly egress: readonly ClusterWideRule[];
}

export interface ServicePort {
  readonly name?: string | undefined;
  readonly protocol?: string | undefined;
  readonly port: number;
  readonly targetPort?: number | string | undefined;
  readonly nodePort?: number | undefined;
}

export interface Service extends Slim {
  readonly type: string;
  readonly selector: Labels;
  readonly ports: readonly ServicePort[];
  readonly clusterIP?: string | undefined;
  readonly externalIPs: readonly string[];
  readonly externalName?: string | undefined;
  readonly externalTrafficPolicy?: string | undefined;
  readonly healthCheckNodePort?: number | undefined;
  readonly loadBalancerClass?: string | undefined;
  readonly allocateLoadBalancerNodePorts?: boolean | undefined;
  readonly loadBalancerSourceRanges: readonly string[];
  /** Addresses that the load balancer has; empty in files and while it is pending. */
  readonly loadBalancerIngress: readonly string[];
}

export interface EndpointSlice extends Slim {
  readonly service?: string | undefined;
  readonly ports: readonly {
    readonly name?: string | undefined;
    readonly port?: number | undefined;
    readonly protocol?: string | undefined;
  }[];
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly targetRef?: { readonly kind: string; readonly name: string } | undefined;
  }[];
}

export interface IngressBackend {
  readonly service?: { readonly name: string; readonly port: number | string | undefined } | undefined;
}

export interface IngressClass extends Slim {
  /** Of the controller that serves the class: `k8s.io/ingress-nginx`. */
  readonly controller?: string | undefined;
}

export interface Ingress extends Slim {
  readonly ingressClassName?: string | undefined;
  /** Addresses that the controller has given it; empty in files. */
  readonly loadBalancerIngress: readonly string[];
  readonly defaultBackend?: IngressBackend | undefined;
  readonly rules: readonly {
    readonly host?: string | undefined;
    readonly paths: readonly { readonly path?: string | undefined; readonly backend: IngressBackend }[];
  }[];
  readonly tls: readonly {
    readonly hosts: readonly string[];
    readonly secretName?: string | undefined;
  }[];
}

export interface GatewayClass extends Slim {
  readonly controllerName: string;
}

/** `from`: All, Same, Selector or None; without it Same for routes, None for listener sets. */
export interface AllowedNamespaces {
  readonly from?: string | undefined;
  readonly selector?: LabelSelector | undefined;
}

export interface Listener {
  readonly name: string;
  readonly hostname?: string | undefined;
  readonly port: number;
  readonly protocol: string;
  readonly tls?: { readonly mode?: string | undefined } | undefined;
  readonly allowedRoutes?:
    | {
        readonly namespaces?: AllowedNamespaces | undefined;
        readonly kinds: readonly { readonly group?: string | undefined; readonly kind: string }[];
      }
    | undefined;
}

export interface Gateway extends Slim {
  readonly gatewayClassName: string;
  readonly listeners: readonly Listener[];
  readonly allowedListeners?: { readonly namespaces?: AllowedNamespaces | undefined } | undefined;
  /** What the controller copies to the Service that it makes. */
  readonly infrastructure?: { readonly annotations: Labels } | undefined;
  /** Addresses that it has; empty in files. */
  readonly statusAddresses: readonly string[];
}

export interface ListenerSet extends Slim {
  readonly parentRef: ParentReference;
  readonly listeners: readonly Listener[];
}

export interface ParentReference {
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly sectionName?: string | undefined;
  readonly port?: number | undefined;
}

export interface BackendReference {
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly port?: number | undefined;
  readonly weight?: number | undefined;
}

/** HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute. */
export interface Route extends Slim {
  readonly parentRefs: readonly ParentReference[];
  readonly hostnames: readonly string[];
  readonly rules: readonly {
    readonly backendRefs: readonly BackendReference[];
    readonly filters: readonly {
      readonly requestMirror?: { readonly backendRef: BackendReference } | undefined;
    }[];
  }[];
}

export interface ReferenceGrant extends Slim {
  readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
  readonly to: readonly {
    readonly group: string;
    readonly kind: string;
    readonly name?: string | undefined;
  }[];
}

export interface PersistentVolumeClaim extends Slim {
  readonly volumeName?: string | undefined;
}

export interface PersistentVolume extends Slim {
  readonly hostPath?: { readonly path: string; readonly type?: string | undefined } | undefined;
  readonly local?: { readonly path: string } | undefined;
}

/** Judged at the edge: which keys hold what looks like a credential. No value is kept. */
export interface ConfigMap extends Slim {
  readonly keys: readonly string[];
  readonly credentials: Readonly<Record<string, Credential>>;
}

export interface Vulnerability {
  readonly id: string;
  readonly severity: string;
  readonly score?: number | undefined;
  readonly resource: string;
  readonly installedVersion?: string | undefined;
  readonly fixedVersion?: string | undefined;
}

/** `VulnerabilityReport` of aquasecurity.github.io: one container of one workload (or its ReplicaSet). */
export interface VulnerabilityReport extends Slim {
  readonly container: string;
  /** The object whose pods were scanned. */
  readonly resource: { readonly kind: string; readonly name: string };
  /** Registry, repository and tag; without a tag where the container names a digest. */
  readonly image: string;
  /** The digest that the container names; beside a tag it is the image's own id, which is no manifest digest. */
  readonly digest?: string | undefined;
  /** The operating system in the image; `eosl`: it gets no security updates any more. */
  readonly os?: { readonly family: string; readonly name: string; readonly eosl: boolean } | undefined;
  readonly vulnerabilities: readonly Vulnerability[];
}
