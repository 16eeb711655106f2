import type { Container } from '../../world/objects.ts';
import type { Check } from '../check.ts';
import { type Movement, movementOf, patchOf, readableImages } from './images.ts';

/** What the API server fills in when nothing is written. */
const policyOf = ({ imagePullPolicy }: Container, movement: Movement): string =>
  imagePullPolicy ?? (movement === 'latest' ? 'Always' : 'IfNotPresent');

interface Judgement {
  readonly weight: number;
  readonly says: string;
}

/** A digest is checked against the content on the node, so a pinned image may be cached by anyone. */
function judge(policy: string, movement: Movement): Judgement | undefined {
  if (movement === 'pinned') return undefined;
  if (policy === 'Never') {
    return { weight: 0.2, says: 'is never pulled: it is whatever somebody put on the node under that name' };
  }
  if (policy === 'IfNotPresent' && movement !== 'fixed') {
    return { weight: 0.15, says: 'moves, yet a node keeps what it has under that name, fixed or not' };
  }
  return undefined;
}

export default {
  id: 'image/pull-policy',
  family: 'pull-policy',
  title: 'Runs an image from the node without asking the registry',
  docs: `With IfNotPresent a node uses what it has under the name, and with Never it has nothing else. Where the tag
    moves, nodes then run different and outdated code, and an image that someone else put on the node under that
    name is taken as it is. Use Always, which costs one request where the image is there already, or a digest.`,
  source: 'Kubernetes documentation, Images: image pull policy; AlwaysPullImages admission controller',
  find: (variant) =>
    readableImages(variant).flatMap(({ container, reference, shown, path, evidence }) => {
      const movement = movementOf(reference);
      const judgement = judge(policyOf(container, movement), movement);
      if (judgement === undefined) return [];
      const written = container.imagePullPolicy !== undefined;
      const place = `${path}/imagePullPolicy`;
      return {
        weight: judgement.weight,
        message: `image ${shown} ${judgement.says}`,
        evidence: written ? evidence.map((one) => ({ ...one, path: place })) : evidence,
        remediation: {
          text: 'Set imagePullPolicy to Always, or name the image by digest',
          patch: patchOf(variant, [
            { object: variant.ref, op: written ? 'replace' : 'add', path: place, value: 'Always' },
          ]),
        },
      };
    }),
} satisfies Check;
