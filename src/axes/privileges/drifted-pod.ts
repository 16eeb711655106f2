import { containersOf, type Located } from '../../world/workload/containers.ts';
import type { PodSpec } from '../../world/objects.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Check, Evidence } from '../check.ts';

interface Difference {
  readonly weight: number;
  readonly text: string;
  readonly place: Evidence;
}

const parts = [
  ['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers', 'shareProcessNamespace', 'securityContext'],
  ['serviceAccountName', 'automountServiceAccountToken'],
].flat() as readonly (keyof PodSpec)[];

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What the pods of a variant have that the template does not give them; debug containers have a check of their own. */
function differences({ ref, pod, at }: Variant, declared: PodSpec): readonly Difference[] {
  const known = new Map(containersOf(declared).map((located) => [located.container.name, located]));
  const ofContainer = ({ container, list, index }: Located): readonly Difference[] => {
    if (list === 'ephemeralContainers') return [];
    const before = known.get(container.name)?.container;
    const place = { object: ref, container: container.name, path: at(list, index) };
    // injected sidecars are common, and their own privileges are judged like any other's
    if (before === undefined) return [{ weight: 0.05, text: `an extra container ${container.name}`, place }];
    if (before.image !== container.image) {
      const path = at(list, index, 'image');
      return [{ weight: 0.1, text: `another image in ${container.name}`, place: { ...place, path } }];
    }
    const changed = (['securityContext', 'command', 'args'] as const).filter(
      (part) => !same(before[part], container[part]),
    );
    return changed.map((part) => ({ weight: 0.15, text: `another ${part} of ${container.name}`, place }));
  };
  return [
    ...containersOf(pod).flatMap(ofContainer),
    ...parts
      .filter((part) => pod[part] !== undefined && !same(pod[part], declared[part]))
      .filter((part) => part !== 'serviceAccountName' || pod[part] !== 'default')
      .map((part) => ({ weight: 0.15, text: part, place: { object: ref, path: at(part) } })),
  ];
}

export default {
  id: 'privileges/drifted-pod',
  family: 'drift',
  title: 'Runs pods that differ from what is declared',
  docs: `The pods that run are not what their controller declares: an admission webhook injected a sidecar, or somebody
    changed a pod by hand, or a rollout is not finished. Whoever reviews the manifest does not see what runs. The
    checks judge the running pods as well, so what the difference weakens is a finding of its own.`,
  source: 'Kubernetes documentation: Dynamic Admission Control',
  find: (variant, { variants }) => {
    const declared = variants.find(({ drifted }) => !drifted);
    if (!variant.drifted || declared === undefined) return [];
    const found = differences(variant, declared.pod);
    const [worst] = found.toSorted((a, b) => b.weight - a.weight);
    if (worst === undefined) return [];
    return [
      {
        weight: worst.weight,
        message: `running pods have ${found.map(({ text }) => text).join(', ')}, which is not declared`,
        evidence: [worst, ...found.filter((difference) => difference !== worst)].map(({ place }) => place),
        remediation: { text: 'Declare the difference, or delete the pods that have it', patch: [] },
      },
    ];
  },
} satisfies Check;
