/**
 * Naming the places of a pod where a rule is broken. Every control of the Pod Security Standards is a function from
 * a pod to such places, built from the few below; no place means that the pod satisfies the control.
 */
import { containersOf, isWindows } from '../workload/containers.ts';
import type { Container, PodSpec } from '../objects.ts';
import type { Variant } from '../workload/variants.ts';

/** What the admission plugin reads of a pod, and how to point into it. */
export type Judged = Pick<Variant, 'pod' | 'annotations' | 'at' | 'meta'>;

export interface Place {
  readonly container?: string;
  /** RFC 6901 JSON Pointer; for a field that is absent, of its nearest parent that exists. */
  readonly path: string;
}

export type Segments = readonly (string | number)[];
export type Violations = (judged: Judged) => readonly Place[];

/** The part of `segments` that exists in `object`. What is empty counts as absent, because slim objects fill it in. */
export function existing(object: unknown, segments: Segments): Segments {
  const found: (string | number)[] = [];
  let value = object;
  for (const segment of segments) {
    value = (value as Readonly<Record<string | number, unknown>>)[segment];
    if (value === undefined || isEmpty(value)) break;
    found.push(segment);
  }
  return found;
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** Places in each container: `bad` gives the fields of it that break the rule. */
export const perContainer =
  (bad: (container: Container, judged: Judged) => readonly Segments[]): Violations =>
  (judged) =>
    containersOf(judged.pod).flatMap(({ container, list, index }) =>
      bad(container, judged).map((segments) => ({
        container: container.name,
        path: judged.at(list, index, ...existing(container, segments)),
      })),
    );

/** Places in the pod spec outside its containers. */
export const inPod =
  (bad: (pod: PodSpec) => readonly Segments[]): Violations =>
  (judged) =>
    bad(judged.pod).map((segments) => ({ path: judged.at(...existing(judged.pod, segments)) }));

export const either =
  (...rules: readonly Violations[]): Violations =>
  (judged) =>
    rules.flatMap((rule) => rule(judged));

/** A security context as pods and containers have it, and where it is in either. */
type Contexts = NonNullable<PodSpec['securityContext']> | NonNullable<Container['securityContext']>;

/** One rule for the security context of the pod and of each container, judged separately. */
export const inEveryContext = (bad: (context: Contexts) => readonly Segments[]): Violations => {
  const of = (owner: { readonly securityContext?: Contexts | undefined }): readonly Segments[] =>
    owner.securityContext === undefined
      ? []
      : bad(owner.securityContext).map((segments) => ['securityContext', ...segments]);
  return either(inPod(of), perContainer(of));
};

export const unlessWindows =
  (rule: Violations): Violations =>
  (judged) =>
    isWindows(judged.pod) ? [] : rule(judged);

/** In a user namespace of its own, root of the container is nobody on the node. */
export const unlessInUserNamespace =
  (rule: Violations): Violations =>
  (judged) =>
    judged.pod.hostUsers === false ? [] : rule(judged);
