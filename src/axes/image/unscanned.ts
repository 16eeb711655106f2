import type { Check } from '../check.ts';
import { imagesOf } from './images.ts';

export default {
  id: 'image/unscanned',
  family: 'vulnerabilities',
  title: 'Runs an image of which no vulnerability data is known',
  docs: `No scanner has reported on this image, so holes in it stay unseen. Unknown is not safe: most images that
    nobody scans have known vulnerabilities. Any result replaces this finding, also one that finds nothing.`,
  source: 'NIST SP 800-190, 4.1.1: image vulnerabilities',
  controls: ['OWASP K02'],
  find: (variant, _, { vulnerabilities }) =>
    imagesOf(variant)
      // ephemeral containers come and go by hand, and scanners do not follow them
      .filter(({ list, text }) => list !== 'ephemeralContainers' && !vulnerabilities.has(text))
      .map(({ container, text, shown, evidence }) => ({
        weight: 0.35,
        message: `no vulnerability data of ${text === '' ? `container ${container.name}` : `image ${shown}`}`,
        evidence,
        remediation: {
          text: 'Run a scanner that writes VulnerabilityReports, such as trivy-operator, or find out why it skips this image',
          patch: [],
        },
      })),
} satisfies Check;
