import { linuxContainersOf } from '../../world/workload/containers.ts';
import type { Container, PodSpec } from '../../world/objects.ts';
import { isConfined } from '../../world/pod-security/baseline.ts';
import type { Check } from '../check.ts';
import { placeIn, setContext } from './security-context.ts';

const profileOf = (pod: PodSpec, container: Container) =>
  container.securityContext?.seccompProfile ?? pod.securityContext?.seccompProfile;

export default {
  id: 'privileges/seccomp-profile',
  family: 'seccomp',
  title: 'Runs without a seccomp profile',
  docs: `A seccomp profile refuses the rare system calls through which most kernel flaws are used. Kubernetes sets none
    unless the pod asks for it or the kubelet is told to (seccompDefault). RuntimeDefault is right for nearly every
    program, and costs nothing.`,
  source: 'Pod Security Standards, restricted: Seccomp',
  controls: ['PSS baseline: Seccomp', 'PSS restricted: Seccomp', 'CIS 5.7.2'],
  find: (variant) =>
    linuxContainersOf(variant.pod).flatMap((located) => {
      const { container } = located;
      const profile = profileOf(variant.pod, container);
      if (isConfined(profile?.type)) return [];
      // said explicitly, it switches off what the kubelet may give by default
      const explicit = profile !== undefined;
      const own = container.securityContext?.seccompProfile !== undefined;
      return {
        weight: explicit ? 0.2 : 0.15,
        message: `container ${container.name} ${explicit ? 'switches seccomp off' : 'sets no seccomp profile'}`,
        evidence: [
          explicit && !own
            ? { object: variant.ref, path: variant.at('securityContext', 'seccompProfile') }
            : placeIn(variant, located, 'securityContext', 'seccompProfile', 'type'),
        ],
        remediation: {
          text: 'Set seccompProfile.type to RuntimeDefault',
          patch: setContext(variant, located, { seccompProfile: { type: 'RuntimeDefault' } }),
        },
      };
    }),
} satisfies Check;
