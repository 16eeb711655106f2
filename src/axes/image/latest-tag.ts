import { type Movement, movementOf, readableImages } from './images.ts';
import type { Check } from '../check.ts';

const weights: Readonly<Record<Movement, number>> = { latest: 0.15, channel: 0.1, fixed: 0, pinned: 0 };

export default {
  id: 'image/latest-tag',
  family: 'mutable-tag',
  title: 'Runs whatever image a moving tag names',
  docs: `The tag is latest, is left out (which means latest), or names a line of versions such as stable. What runs
    changes with every restart without anyone deciding it, two pods may run different code, and nobody can tell which
    version was attacked. Name a version, or better a digest.`,
  source: 'Kubernetes documentation, Images: image names and image pull policy',
  controls: ['OWASP K02'],
  find: (variant) =>
    readableImages(variant).flatMap(({ reference, shown, evidence }) => {
      const weight = weights[movementOf(reference)];
      if (weight === 0) return [];
      return {
        weight,
        message:
          reference.tag === undefined
            ? `image ${shown} names no version: it is whatever latest is when a pod starts`
            : `image ${shown}: the tag ${reference.tag} moves, so every start may run other code`,
        evidence,
        // which version is meant is not in the manifest
        remediation: { text: 'Name the version that was tested, or its digest', patch: [] },
      };
    }),
} satisfies Check;
