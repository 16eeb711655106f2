import type { Check } from '../check.ts';
import { readableImages } from './images.ts';
import { retired } from './retired-registries.ts';

export default {
  id: 'image/retired-registry',
  family: 'retired-registry',
  title: 'Takes its image from a registry that is no longer published to',
  docs: `The registry or repository is frozen or gone. Its images are as old as that day and get no more fixes, however
    new the manifest is; where the name itself is given up, someone else may serve it. Move to the successor.`,
  source: 'Kubernetes blog, 2023-02-06: k8s.gcr.io Image Registry Will Be Frozen From the 3rd of April 2023',
  controls: ['OWASP K02'],
  find: (variant) =>
    readableImages(variant).flatMap(({ reference, shown, evidence }) => {
      const place = retired(reference);
      if (place === undefined) return [];
      return {
        weight: place.weight,
        message: `image ${shown}: ${place.says}`,
        evidence,
        remediation: { text: place.instead, patch: [] },
      };
    }),
} satisfies Check;
