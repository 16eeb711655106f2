/** Where a container gets Secrets and credentials from, with the place of each. */
import { containersOf, type ContainerList } from '../../world/containers.ts';
import type { Container, Credential, PodSpec, Ref } from '../../world/objects.ts';
import type { Variant } from '../../world/variants.ts';
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

/** A place in the pod that brings a Secret into a container. */
export interface SecretUse {
  readonly secret: string;
  /** `volume db`, `variable DB_PASSWORD of container web` */
  readonly where: string;
  readonly evidence: Evidence;
}

/** Every Secret by name that some container of the pod gets, whether as files or as variables. */
export function secretUses(variant: Variant): readonly SecretUse[] {
  return [...volumeUses(variant.ref, variant.pod, variant.at), ...variableUses(variant)];
}

function volumeUses(ref: Ref, pod: PodSpec, at: Variant['at']): readonly SecretUse[] {
  const mounted = new Set(
    containersOf(pod).flatMap(({ container }) => container.volumeMounts.map(({ name }) => name)),
  );
  return pod.volumes.flatMap(({ name, secret, projected }, index) => {
    if (!mounted.has(name)) return [];
    const where = `volume ${name}`;
    const whole =
      secret?.secretName === undefined
        ? []
        : [
            {
              secret: secret.secretName,
              where,
              evidence: { object: ref, path: at('volumes', index, 'secret') },
            },
          ];
    const parts = (projected?.sources ?? []).flatMap((source, part) =>
      source.secret?.name === undefined
        ? []
        : [
            {
              secret: source.secret.name,
              where,
              evidence: { object: ref, path: at('volumes', index, 'projected', 'sources', part) },
            },
          ],
    );
    return [...whole, ...parts];
  });
}

function variableUses(variant: Variant): readonly SecretUse[] {
  return holdersOf(variant).flatMap(({ container, evidence }) => [
    ...container.env.flatMap(({ name, valueFrom }, index) =>
      valueFrom?.secretKeyRef === undefined
        ? []
        : [
            {
              secret: valueFrom.secretKeyRef.name,
              where: `variable ${name} of container ${container.name}`,
              evidence: evidence('env', index),
            },
          ],
    ),
    ...container.envFrom.flatMap(({ secretRef }, index) =>
      secretRef === undefined
        ? []
        : [
            {
              secret: secretRef.name,
              where: `variables of container ${container.name}`,
              evidence: evidence('envFrom', index),
            },
          ],
    ),
  ]);
}
