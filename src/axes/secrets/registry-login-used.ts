import type { Check } from '../check.ts';
import { secretUses } from './places.ts';

export default {
  id: 'secrets/registry-login-used',
  family: 'registry-login',
  title: 'Gets the login with which its own images are pulled',
  docs: `The Secret is listed in imagePullSecrets, which the kubelet uses by itself, and a container gets it besides.
    An intruder can pull the organisation's private images with it, and push changed ones where the login may push.
    Remove it from the container; a build job should have a login of its own for the one repository that it writes.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: Protecting Secrets',
  controls: ['OWASP K08'],
  find: (variant, _workload, { account }) => {
    const logins = new Set([
      ...variant.pod.imagePullSecrets.map(({ name }) => name),
      ...(account.object?.imagePullSecrets ?? []),
    ]);
    return secretUses(variant)
      .filter(({ secret }) => logins.has(secret))
      .map(({ secret, where, evidence }) => ({
        weight: 0.45,
        message: `${where} brings Secret ${secret}, the login to the registry of its own images`,
        evidence: [evidence],
        remediation: {
          text: `Remove ${secret} from the containers, or give them a login that may do less`,
          patch: [],
        },
      }));
  },
} satisfies Check;
