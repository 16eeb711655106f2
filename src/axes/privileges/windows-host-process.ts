import type { Check } from '../check.ts';
import { pathToNode } from './node-takeover.ts';
import { repair } from './security-context.ts';
import { placesOf } from './standard.ts';

export default {
  id: 'privileges/windows-host-process',
  family: 'node-takeover',
  title: 'Runs as a process of a Windows node',
  docs: `A Windows HostProcess container is no container: its processes run on the node, with the files, the network
    and the accounts of the node. Only agents that set up Windows nodes need that.`,
  source: 'Pod Security Standards, baseline: HostProcess',
  controls: ['PSS baseline: HostProcess', 'CIS 5.2.11'],
  find: (variant, { ref }) =>
    placesOf('windowsHostProcess', variant).map((place) => {
      const { container, path } = place;
      const who = container === undefined ? 'every container of the pod' : `container ${container}`;
      const message = `${who} runs as a process of the Windows node, with its accounts and files`;
      return {
        weight: 0.95,
        message,
        evidence: [place],
        remediation: {
          text: 'Set windowsOptions.hostProcess to false',
          patch: repair(variant, { op: 'replace', path, value: false }),
        },
        leadsTo: pathToNode(ref, place, message),
      };
    }),
} satisfies Check;
