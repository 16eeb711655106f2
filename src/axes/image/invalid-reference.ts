import type { Check } from '../check.ts';
import { imagesOf } from './images.ts';

export default {
  id: 'image/invalid-reference',
  family: 'invalid-reference',
  title: 'Names an image that no runtime can read',
  docs: `The image is missing, or is no valid reference: often a variable of a template that was never filled in. No
    pod starts with it, and nothing of this axis can be judged until it is repaired. Fill in the real image.`,
  source: 'distribution/reference, the grammar of image references',
  find: (variant) =>
    imagesOf(variant)
      .filter(({ reference }) => reference === undefined)
      .map(({ container, text, shown, evidence }) => ({
        weight: 0.15, // it does not run; what does run in its place will be judged by itself
        message:
          text === ''
            ? `container ${container.name} names no image`
            : `image ${shown} of container ${container.name} is no valid reference`,
        evidence,
        remediation: { text: 'Name an image as registry/repository:tag@digest', patch: [] },
      })),
} satisfies Check;
