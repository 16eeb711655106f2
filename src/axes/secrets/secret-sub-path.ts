import type { Check } from '../check.ts';
import { holdersOf } from './places.ts';

export default {
  id: 'secrets/secret-sub-path',
  family: 'secret-rotation',
  title: 'Mounts a key of a Secret so that changes never arrive',
  docs: `A mount with subPath is a copy from the start of the container: when the Secret is replaced, because it leaked
    or on schedule, the container goes on with the old one until it is made anew. Mount the volume as a folder, and
    choose its keys with items.`,
  source: 'Kubernetes: Secrets, mounted Secrets are updated automatically',
  controls: ['OWASP K08'],
  find: (variant) => {
    const secrets = new Map(
      variant.pod.volumes.flatMap(({ name, secret }) =>
        secret === undefined ? [] : [[name, secret.secretName ?? name]],
      ),
    );
    return holdersOf(variant).flatMap(({ container, evidence }) =>
      container.volumeMounts.flatMap(({ name, subPath }, index) => {
        const secret = secrets.get(name);
        if (secret === undefined || subPath === undefined || subPath === '') return [];
        return {
          weight: 0.1,
          message: `container ${container.name} mounts a key of Secret ${secret} by subPath, so a replaced one does not arrive`,
          evidence: [evidence('volumeMounts', index, 'subPath')],
          remediation: { text: 'Mount the volume as a folder and choose its keys with items', patch: [] },
        };
      }),
    );
  },
} satisfies Check;
