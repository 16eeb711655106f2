/** What is behind the PersistentVolumeClaims of a workload. */
import type { PersistentVolume, PersistentVolumeClaim } from './objects.ts';
import type { Workload } from './workloads.ts';

/** Claim name -> the volume that it is bound to. */
export type Storage = ReadonlyMap<string, PersistentVolume>;

export function storageOf(
  workload: Workload,
  claims: ReadonlyMap<string, PersistentVolumeClaim>,
  volumes: ReadonlyMap<string, PersistentVolume>,
): Storage {
  const found = new Map<string, PersistentVolume>();
  for (const { pod } of workload.variants) {
    for (const { persistentVolumeClaim } of pod.volumes) {
      const claim = claims.get(persistentVolumeClaim?.claimName ?? '');
      const volume = volumes.get(claim?.volumeName ?? '');
      if (claim !== undefined && volume !== undefined) found.set(claim.metadata.name, volume);
    }
  }
  return found;
}
