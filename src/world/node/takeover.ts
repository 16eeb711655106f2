/** Whether a pod takes its node by its own fields: the same verdict as the checks of family `node-takeover`. */
import { linuxContainersOf } from '../workload/containers.ts';
import type { Reason } from '../escalation/path.ts';
import type { PersistentVolume } from '../objects.ts';
import { wordingAt } from '../pod-security/control.ts';
import { controls } from '../pod-security/level.ts';
import type { Storage } from '../surroundings/storage.ts';
import type { Variant } from '../workload/variants.ts';
import { gradeOf } from './capabilities.ts';
import { worstUse } from './uses.ts';

/** The weight of a capability or a path from which the node is lost, not only exposed. */
export const TAKES_NODE = 0.86;

const hostProcess = controls.find(({ id }) => id === 'windowsHostProcess');

/** The first place that gives the node, containers and volumes by name: their order says nothing. Undefined: none does. */
export function nodeTakenBy(variant: Variant, storage: Storage): Reason | undefined {
  return byContainer(variant) ?? byVolume(variant, storage) ?? byHostProcess(variant);
}

function byContainer({ ref, pod, at }: Variant): Reason | undefined {
  const containers = linuxContainersOf(pod).toSorted((a, b) =>
    a.container.name < b.container.name ? -1 : 1,
  );
  for (const { container, list, index } of containers) {
    const { privileged, capabilities } = container.securityContext ?? {};
    const path = at(list, index, 'securityContext');
    if (privileged === true && pod.hostUsers !== false)
      return { object: ref, path: `${path}/privileged`, text: `container ${container.name} is privileged` };
    const place = (capabilities?.add ?? []).findIndex((name) => gradeOf(name, pod).weight >= TAKES_NODE);
    if (place >= 0)
      return {
        object: ref,
        path: `${path}/capabilities/add/${place}`,
        text: `container ${container.name} has the capability ${capabilities?.add[place]}`,
      };
  }
  return undefined;
}

function byVolume({ ref, pod, at }: Variant, { claims, templated }: Storage): Reason | undefined {
  const takes = (volume: string, path: string | undefined): boolean =>
    path !== undefined && worstUse(pod, volume, path).grade.weight >= TAKES_NODE;
  const volumes = [...pod.volumes.entries()].sort(([, a], [, b]) => (a.name < b.name ? -1 : 1));
  for (const [index, { name, hostPath, persistentVolumeClaim: claim }] of volumes) {
    const path = hostPath?.path ?? pathBehind(claims.get(claim?.claimName ?? ''));
    if (takes(name, path))
      return { object: ref, path: at('volumes', index), text: `volume ${name} is ${path} of the node` };
  }
  const declared = new Set(pod.volumes.map(({ name }) => name));
  for (const [name, volume] of templated) {
    const path = pathBehind(volume);
    if (!declared.has(name) && takes(name, path))
      return { object: ref, path: at(), text: `volume ${name} is ${path} of the node` };
  }
  return undefined;
}

const pathBehind = (volume: PersistentVolume | undefined): string | undefined =>
  volume?.hostPath?.path ?? volume?.local?.path;

function byHostProcess(variant: Variant): Reason | undefined {
  const [place] = (hostProcess && wordingAt(hostProcess, 'latest')?.violations(variant)) ?? [];
  return place && { object: variant.ref, path: place.path, text: 'it runs as a process of the Windows node' };
}
