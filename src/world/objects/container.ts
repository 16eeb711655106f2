/** Containers, and what they are given. */
import type { Labels } from './metadata.ts';

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

export interface Handler {
  readonly httpGet?: { readonly host?: string | undefined } | undefined;
  readonly tcpSocket?: { readonly host?: string | undefined } | undefined;
  /** In its command or its headers; the first, if there are more. */
  readonly credential?: Credential | undefined;
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
