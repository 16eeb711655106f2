/** The shapes of nodes and of persistent storage. */
import type * as slim from '../../world/objects.ts';
import { lifted, strings } from './metadata.ts';
import { boolean, list, object, optional, string, withDefault } from './shape.ts';

const nodeSpec = object<{
  unschedulable: boolean;
  taints: slim.Node['taints'];
  podCIDRs: readonly string[];
}>({
  unschedulable: withDefault(boolean, false),
  taints: list(
    object<slim.Node['taints'][number]>({
      key: string,
      value: optional(string),
      effect: withDefault(string, ''),
    }),
  ),
  podCIDRs: strings,
});

const nodeAddresses = object<{ addresses: slim.Node['addresses'] }>({
  addresses: list(object<slim.Node['addresses'][number]>({ type: string, address: string })),
});

export const node = lifted<slim.Node, ReturnType<typeof nodeSpec>>('spec', nodeSpec, (spec, raw) => ({
  ...spec,
  addresses: nodeAddresses(raw['status'] ?? {}).addresses,
}));

const hostPath = optional(
  object<NonNullable<slim.PersistentVolume['hostPath']>>({ path: string, type: optional(string) }),
);

export const persistentVolumeClaim = lifted<slim.PersistentVolumeClaim, { volumeName?: string | undefined }>(
  'spec',
  object<{ volumeName?: string | undefined }>({ volumeName: optional(string) }),
  (spec) => spec,
);

type VolumeSources = Pick<slim.PersistentVolume, 'hostPath' | 'local'>;
export const persistentVolume = lifted<slim.PersistentVolume, VolumeSources>(
  'spec',
  object<VolumeSources>({ hostPath, local: optional(object<{ path: string }>({ path: string })) }),
  (spec) => spec,
);
