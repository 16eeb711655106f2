import {
  containersOf,
  linuxContainersOf,
  type Located,
  runsOnWindows,
  userOf,
} from '../../world/workload/containers.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Check, Evidence, Found } from '../check.ts';
import { placeIn, repair, setContext } from './security-context.ts';

/** Where the uid comes from that a container has. */
const placeOfUser = (variant: Variant, located: Located): Evidence =>
  located.container.securityContext?.runAsUser === undefined
    ? { object: variant.ref, path: variant.at('securityContext', 'runAsUser') }
    : placeIn(variant, located, 'securityContext', 'runAsUser');

function asRoot(variant: Variant): readonly Found[] {
  // in a user namespace of its own, root of the pod is nobody on the node
  if (variant.pod.hostUsers === false) return [];
  return linuxContainersOf(variant.pod).flatMap((located): readonly Found[] => {
    const { name } = located.container;
    const user = userOf(variant.pod, located.container);
    if (user === 'not root') return [];
    if (user === 'root') {
      const remediation = { text: 'Run as a user of its own, with runAsNonRoot', patch: [] };
      const message = `container ${name} asks to run as root (uid 0)`;
      return [{ weight: 0.45, message, evidence: [placeOfUser(variant, located)], remediation }];
    }
    return [
      {
        weight: 0.4,
        message: `container ${name} runs as root unless its image says otherwise`,
        evidence: [placeIn(variant, located, 'securityContext', 'runAsNonRoot')],
        remediation: {
          text: 'Set runAsNonRoot to true, with an image that has a user of its own',
          patch: setContext(variant, located, { runAsNonRoot: true }),
        },
      },
    ];
  });
}

const ADMINISTRATOR = 'containeradministrator';

function asAdministrator(variant: Variant): readonly Found[] {
  const { pod, ref, at } = variant;
  if (!runsOnWindows(pod)) return [];
  const found = (path: string, container?: string): Found => ({
    weight: 0.4,
    message: `${container === undefined ? 'the pod' : `container ${container}`} runs as ContainerAdministrator`,
    evidence: [{ object: ref, ...(container === undefined ? {} : { container }), path }],
    remediation: {
      text: 'Run as ContainerUser',
      patch: repair(variant, { op: 'replace', path, value: 'ContainerUser' }),
    },
  });
  const field = ['securityContext', 'windowsOptions', 'runAsUserName'] as const;
  const isAdministrator = (name: string | undefined) => name?.toLowerCase() === ADMINISTRATOR;
  return [
    ...(isAdministrator(pod.securityContext?.windowsOptions?.runAsUserName) ? [found(at(...field))] : []),
    ...containersOf(pod).flatMap(({ container, list, index }) =>
      isAdministrator(container.securityContext?.windowsOptions?.runAsUserName)
        ? [found(at(list, index, ...field), container.name)]
        : [],
    ),
  ];
}

export default {
  id: 'privileges/runs-as-root',
  family: 'run-as-root',
  title: 'Runs as root',
  docs: `Root in a container is root of the node as soon as it finds a way out, and to files of the node that are mounted
    it already is. Unless the pod says otherwise, the image decides, and most images say root. Set runAsNonRoot, or a
    uid above 0; a pod with a user namespace of its own (hostUsers: false) is safe from this.`,
  source: 'Pod Security Standards, restricted: Running as Non-root',
  controls: [
    'PSS restricted: Running as Non-root',
    'PSS restricted: Running as Non-root user',
    'CIS 5.2.7',
    'OWASP K01',
  ],
  find: (variant) => [...asRoot(variant), ...asAdministrator(variant)],
} satisfies Check;
