import { pointer } from '../../world/workload/variants.ts';
import { refOf } from '../../world/world.ts';
import type { Check } from '../check.ts';
import { withArticle } from './places.ts';

/** By what it was recognised: a shape that nothing else has, or a name beside a value that may be an example. */
const weights = { pattern: 0.65, name: 0.45, entropy: 0.45 };

export default {
  id: 'secrets/credential-in-config-map',
  family: 'plain-credential',
  title: 'A ConfigMap that it uses holds a credential in plain',
  docs: `A ConfigMap is made for what anyone may know: nearly every role for reading includes it, it is not encrypted
    at rest where Secrets are, and it is usually kept in version control. Move the credential into a Secret, leave
    the rest of the file as it is, and replace the credential: it is known.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: Protecting Secrets',
  controls: ['OWASP K08'],
  find: (variant, workload, { configMaps }) => {
    if (variant !== workload.variants[0]) return [];
    return [...configMaps.values()].flatMap((configMap) =>
      Object.entries(configMap.credentials).map(([key, credential]) => ({
        weight: weights[credential.by],
        message: `ConfigMap ${configMap.metadata.name}, which its pods use, holds under ${key} what looks like ${withArticle(credential)}`,
        evidence: [{ object: refOf(configMap), path: pointer(['data', key]) }],
        remediation: {
          text: `Move the credential of ${key} into a Secret, and replace the credential`,
          patch: [],
        },
      })),
    );
  },
} satisfies Check;
