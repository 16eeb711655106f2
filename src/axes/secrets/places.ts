/** Where a container gets Secrets and credentials from, with the place of each. */
import { containersOf, type ContainerList } from '../../world/workload/containers.ts';
import type { Container, Credential } from '../../world/objects.ts';
import { type SecretUse, secretUsesOf } from '../../world/surroundings/secret-use.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Evidence } from '../check.ts';

/** A container of the pod, and how evidence names a place in it. */
export interface Holder {
  readonly container: Container;
  readonly list: ContainerList;
  readonly evidence: (...segments: readonly (string | number)[]) => Evidence;
}

export const holdersOf = ({ ref, pod, at }: Variant): readonly Holder[] =>
  containersOf(pod).map(({ container, list, index }) => ({
    container,
    list,
    evidence: (...segments) => ({
      object: ref,
      container: container.name,
      path: at(list, index, ...segments),
    }),
  }));

/** `a password`, `an AWS access key` */
export const withArticle = ({ kind }: Credential): string => `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;

/** A value that looks random beside a name that hints may also be an id. */
export const certainty = ({ by }: Credential): 'sure' | 'likely' => (by === 'entropy' ? 'likely' : 'sure');

/** A credential in a command line of a container. */
interface CommandPlace {
  readonly credential: Credential;
  /** In words, in the plural. */
  readonly where: string;
  readonly path: readonly (string | number)[];
}

/** The words that it is started with, and what its probes and hooks run or send. */
export function commandsOf(container: Container): readonly CommandPlace[] {
  const { lifecycle } = container;
  const words = (['command', 'args'] as const).flatMap((list) =>
    container[list].map(({ credential }, index) => ({ credential, where: list, path: [list, index] })),
  );
  const probes = (['livenessProbe', 'readinessProbe', 'startupProbe'] as const).map((probe) => ({
    credential: container[probe]?.credential,
    where: `words of the ${probe}`,
    path: [probe],
  }));
  const hooks = (['postStart', 'preStop'] as const).map((hook) => ({
    credential: lifecycle?.[hook]?.credential,
    where: `words of the ${hook} hook`,
    path: ['lifecycle', hook],
  }));
  return [...words, ...probes, ...hooks].flatMap(({ credential, ...place }) =>
    credential === undefined ? [] : { ...place, credential },
  );
}

/** A place in the pod that brings a Secret into a container, as evidence. */
interface LocatedUse extends SecretUse {
  readonly evidence: Evidence;
}

/** Every Secret by name that some container of the pod gets, whether as files or as variables. */
export const secretUses = ({ ref, pod, at }: Variant): readonly LocatedUse[] =>
  secretUsesOf(pod).map((use) => ({
    ...use,
    evidence: {
      object: ref,
      ...(use.container === undefined ? {} : { container: use.container }),
      path: at(...use.at),
    },
  }));
