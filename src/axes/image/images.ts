/** The images of a variant, each read and in its place: what every check of this axis walks over. */
import { type ContainerList, containersOf } from '../../world/workload/containers.ts';
import { type ImageReference, parseImageReference } from '../../world/workload/image-reference.ts';
import type { Container } from '../../world/objects.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Evidence, PatchOperation } from '../check.ts';

export interface Image {
  readonly container: Container;
  readonly list: ContainerList;
  /** As written; '' if the container names none. Not for messages. */
  readonly text: string;
  /** For messages: shortened, its digest too, and without what may be a password. */
  readonly shown: string;
  /** Undefined if no runtime would accept the text. */
  readonly reference: ImageReference | undefined;
  /** The place of the container. */
  readonly path: string;
  readonly evidence: readonly Evidence[];
}

/** Istio's webhook puts the proxy's real image in place of this one before a pod is stored. */
const INJECTED = 'auto';
const INJECTION = 'inject.istio.io/templates';

const known = new WeakMap<Variant, readonly Image[]>();

/** Read once per variant, for all checks of this axis. */
export function imagesOf(variant: Variant): readonly Image[] {
  const before = known.get(variant);
  if (before !== undefined) return before;
  const images = read(variant);
  known.set(variant, images);
  return images;
}

function read({ ref, pod, at, annotations }: Variant): readonly Image[] {
  return containersOf(pod).flatMap(({ container, list, index }) => {
    const { name, image: text = '' } = container;
    if (text === INJECTED && Object.hasOwn(annotations, INJECTION)) return [];
    const path = at(list, index);
    const place = text === '' ? path : `${path}/image`;
    return {
      container,
      list,
      text,
      shown: shown(text),
      reference: parseImageReference(text),
      path,
      evidence: [{ object: ref, container: name, path: place }],
    };
  });
}

const LONGEST_SHOWN = 200;
/** `user:password@` before a host: no reference, but people try. */
const userInfo = /[^/@\s]+:[^/@\s]+@(?=[^/@\s]+\/)/;

const longDigest = /@(sha\d+:[0-9a-f]{12})[0-9a-f]+$/;

const shown = (text: string): string => {
  const short = text.slice(0, LONGEST_SHOWN).replace(userInfo, '***@').replace(longDigest, '@$1');
  return text.length > LONGEST_SHOWN ? `${short}...` : short;
};

export type Readable = Image & { readonly reference: ImageReference };

/** Those that can be judged by what they name; the others are a finding of their own. */
export const readableImages = (variant: Variant): readonly Readable[] =>
  imagesOf(variant).filter((image): image is Readable => image.reference !== undefined);

/**
 * How far the name moves by itself. `latest`: it is made to move. `channel`: a tag without any digit, such as
 * `stable` or `main`, names a line of versions rather than one. `fixed`: a version by convention. `pinned`: a digest.
 */
export type Movement = 'latest' | 'channel' | 'fixed' | 'pinned';

export function movementOf({ tag = 'latest', digest }: ImageReference): Movement {
  if (digest !== undefined) return 'pinned';
  if (tag === 'latest' || tag.startsWith('latest-')) return 'latest';
  return /\d/.test(tag) ? 'fixed' : 'channel';
}

/** What only live pods show has no object that a patch could be applied to. */
export const patchOf = (
  { drifted, ref }: Variant,
  operations: readonly PatchOperation[],
): readonly PatchOperation[] => (drifted || ref.name.endsWith('-*') ? [] : operations);
