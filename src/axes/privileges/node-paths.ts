/** Which paths of the node a pod has, directly or through claims, and the worst use that its containers make of each. */
import { containersOf } from '../../world/workload/containers.ts';
import { unmounted, worstUse } from '../../world/node/uses.ts';
import type { HostPathGrade } from '../../world/node/host-paths.ts';
import type { PersistentVolume } from '../../world/objects.ts';
import type { Storage } from '../../world/surroundings/storage.ts';
import type { Variant } from '../../world/workload/variants.ts';
import { refOf } from '../../world/world.ts';
import type { Evidence, Found, Remediation } from '../check.ts';
import { repair } from './security-context.ts';

/** A path of the node that a volume of the pod holds. */
interface NodePath {
  readonly volume: string;
  readonly path: string;
  /** The claim that it was reached through. */
  readonly claim?: string;
  readonly evidence: readonly Evidence[];
  readonly remediation: Remediation;
}

export interface NodePathFound extends Found {
  readonly grade: HostPathGrade;
}

/** Every path of the node that the pod has, with what it gives to the container that can do most with it. */
export function nodePathsIn(variant: Variant, storage: Storage): readonly NodePathFound[] {
  return [...hostPathsIn(variant), ...claimedPathsIn(variant, storage)].flatMap((nodePath) => {
    const { grade, container, readOnly } = worstUse(variant.pod, nodePath.volume, nodePath.path);
    // behind a claim the administrator chose the folder: only one that is known to be dangerous counts
    if (nodePath.claim !== undefined && (!grade.known || grade === unmounted)) return [];
    const through = nodePath.claim === undefined ? '' : `, PersistentVolumeClaim ${nodePath.claim}`;
    const who = container === undefined ? 'the pod asks for' : `container ${container} mounts`;
    const how = readOnly ? ', read-only' : '';
    const what = `${nodePath.path} of the node (volume ${nodePath.volume}${through}${how})`;
    return {
      grade,
      weight: grade.weight,
      message: `${who} ${what}: ${grade.gives}`,
      evidence: nodePath.evidence,
      remediation: nodePath.remediation,
    };
  });
}

function hostPathsIn(variant: Variant): readonly NodePath[] {
  return variant.pod.volumes.flatMap(({ name, hostPath }, index) => {
    if (hostPath === undefined) return [];
    const path = variant.at('volumes', index);
    return {
      volume: name,
      path: hostPath.path,
      evidence: [{ object: variant.ref, path: `${path}/hostPath` }],
      remediation: {
        text: `Use an emptyDir or a PersistentVolumeClaim for ${name}`,
        // replaced, not removed: mounts stay valid, later indices do not shift
        patch: repair(variant, { op: 'replace', path, value: { name, emptyDir: {} } }),
      },
    };
  });
}

function claimedPathsIn(variant: Variant, { claims, templated }: Storage): readonly NodePath[] {
  const { pod, ref, at } = variant;
  const named = pod.volumes.flatMap(({ name, persistentVolumeClaim: claim }, index): readonly NodePath[] => {
    const volume = claims.get(claim?.claimName ?? '');
    if (claim === undefined || volume === undefined) return [];
    const place = { object: ref, path: at('volumes', index, 'persistentVolumeClaim') };
    return behind(volume, name, claim.claimName, [place, placeOfPath(volume)]);
  });
  const declared = new Set(pod.volumes.map(({ name }) => name));
  const made = [...templated]
    .filter(([name]) => !declared.has(name))
    .flatMap(([name, volume]) => {
      // of several alike volumes only the shared cause is evidence, so that scaling changes nothing
      const place = placeOfMount(variant, name);
      return place === undefined ? [] : behind(volume, name, `${name}-${ref.name}`, [place]);
    });
  return [...named, ...made];
}

const placeOfPath = (volume: PersistentVolume): Evidence => ({
  object: refOf(volume),
  path: volume.hostPath === undefined ? '/spec/local' : '/spec/hostPath',
});

function behind(
  { hostPath, local }: PersistentVolume,
  volume: string,
  claim: string,
  evidence: readonly Evidence[],
): readonly NodePath[] {
  const path = hostPath?.path ?? local?.path;
  if (path === undefined) return [];
  const text = `Bind the claim of ${volume} to storage that is no system folder of the node`;
  return [{ volume, path, claim, evidence, remediation: { text, patch: [] } }];
}

function placeOfMount({ pod, ref, at }: Variant, name: string): Evidence | undefined {
  for (const { container, list, index } of containersOf(pod)) {
    const mount = container.volumeMounts.findIndex((item) => item.name === name);
    if (mount !== -1) return { object: ref, path: at(list, index, 'volumeMounts', mount) };
  }
  return undefined;
}
