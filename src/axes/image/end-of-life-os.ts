import type { Check } from '../check.ts';
import { imagesOf } from './images.ts';

export default {
  id: 'image/end-of-life-os',
  family: 'end-of-life',
  title: 'Runs an image whose operating system gets no security updates any more',
  docs: `The distribution in the image has reached its end of life. New vulnerabilities in it are neither fixed nor
    even listed by the distribution, so a scan that finds little means little. Rebuild on a release that is
    supported.`,
  source: 'NIST SP 800-190, 4.1.1: image vulnerabilities',
  controls: ['OWASP K02'],
  find: (variant, _, { vulnerabilities }) =>
    imagesOf(variant).flatMap(({ text, shown, evidence }) => {
      const system = vulnerabilities.get(text)?.endOfLife;
      if (system === undefined) return [];
      return {
        weight: 0.45, // certain to rot, but no hole by itself
        message: `image ${shown} is built on ${system}, which gets no security updates any more`,
        evidence,
        remediation: { text: 'Rebuild the image on a release that is supported', patch: [] },
      };
    }),
} satisfies Check;
