/** Pods, and the controllers that declare them. */
import type { Container, Profile, Resources, SELinuxOptions, WindowsOptions } from './container.ts';
import type { Labels, Slim } from './metadata.ts';
import type { LabelSelector } from './network-policy.ts';

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
