/** What is behind the PersistentVolumeClaims of a workload. */
import type { PersistentVolume, PersistentVolumeClaim, PodSpec } from '../objects.ts';
import type { Workload } from '../workload/workloads.ts';

export interface Storage {
  /** Claim name -> the volume that it is bound to, for the claims that the pods name. */
  readonly claims: ReadonlyMap<string, PersistentVolume>;
  /**
   * Name of a volume mount -> a volume that one of its claims is bound to, for the claims that a StatefulSet makes
   * from its volumeClaimTemplates. They are alike; the one of the lowest ordinal stands for all, so that scaling
   * changes nothing.
   */
  readonly templated: ReadonlyMap<string, PersistentVolume>;
}

type Claims = ReadonlyMap<string, PersistentVolumeClaim>;
type Volumes = ReadonlyMap<string, PersistentVolume>;

export function storageOf(workload: Workload, claims: Claims, volumes: Volumes): Storage {
  return {
    claims: claimed(workload, claims, volumes),
    templated: workload.ref.kind === 'StatefulSet' ? templated(workload, claims, volumes) : new Map(),
  };
}

function claimed({ variants }: Workload, claims: Claims, volumes: Volumes): Volumes {
  const found = new Map<string, PersistentVolume>();
  for (const { pod } of variants) {
    for (const { persistentVolumeClaim } of pod.volumes) {
      const claim = claims.get(persistentVolumeClaim?.claimName ?? '');
      const volume = volumes.get(claim?.volumeName ?? '');
      if (claim !== undefined && volume !== undefined) found.set(claim.metadata.name, volume);
    }
  }
  return found;
}

/** A StatefulSet names its claims `<template>-<name of the set>-<ordinal>`. */
function templated({ ref, variants }: Workload, claims: Claims, volumes: Volumes): Volumes {
  const found = new Map<string, PersistentVolume>();
  for (const name of new Set(variants.flatMap(({ pod }) => mountsWithoutVolume(pod)))) {
    const prefix = `${name}-${ref.name}-`;
    const ordinals = [...claims.keys()]
      .filter((claim) => claim.startsWith(prefix) && /^\d+$/.test(claim.slice(prefix.length)))
      .map((claim) => Number(claim.slice(prefix.length)))
      .sort((a, b) => a - b);
    const bound = ordinals
      .map((ordinal) => volumes.get(claims.get(`${prefix}${ordinal}`)?.volumeName ?? ''))
      .find((volume) => volume !== undefined);
    if (bound !== undefined) found.set(name, bound);
  }
  return found;
}

/** In a template, only a volumeClaimTemplate explains a mount without a volume. */
function mountsWithoutVolume(pod: PodSpec): readonly string[] {
  const declared = new Set(pod.volumes.map(({ name }) => name));
  return [...pod.initContainers, ...pod.containers]
    .flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name))
    .filter((name) => !declared.has(name));
}
