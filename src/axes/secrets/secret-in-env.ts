import type { Check } from '../check.ts';
import { holdersOf } from './places.ts';

export default {
  id: 'secrets/secret-in-env',
  family: 'secret-delivery',
  title: 'A Secret comes as a variable, not as a file',
  docs: `Variables are inherited by every child process, show up in crash reports and debug pages, and keep their old
    value until the pod is made anew. A file can be read by the one process that needs it and follows when the Secret
    changes. Many programs take NAME_FILE in place of NAME; where one does not, this is a small risk to accept.`,
  source: 'CIS Kubernetes Benchmark',
  controls: ['CIS 5.4.1', 'OWASP K08'],
  find: (variant) =>
    holdersOf(variant).flatMap(({ container, evidence }) =>
      container.env.flatMap(({ name, valueFrom }, index) =>
        valueFrom?.secretKeyRef === undefined
          ? []
          : {
              weight: 0.1,
              message: `variable ${name} of container ${container.name} is a key of Secret ${valueFrom.secretKeyRef.name}`,
              evidence: [evidence('env', index, 'valueFrom', 'secretKeyRef')],
              remediation: { text: `Mount the Secret as a file in place of ${name}`, patch: [] },
            },
      ),
    ),
} satisfies Check;
