import { type ExposureLevel, widest } from '../../world/exposure/levels.ts';
import { hasPort, type Protocol } from '../../world/exposure/ports.ts';
import type { VariantExposure } from '../../world/exposure/exposure.ts';
import type { Check } from '../check.ts';
import { exposureIn } from './exposed.ts';
import { type Sensitivity, sensitivityOf } from '../../world/exposure/sensitive-ports.ts';

/** Beyond the namespace only; the levels are those at which the port itself is open. */
const weights: Readonly<Record<Sensitivity, Partial<Record<ExposureLevel, number>>>> = {
  control: { cluster: 0.5, 'node network': 0.6, internet: 0.8 },
  data: { cluster: 0.35, 'node network': 0.45, internet: 0.7 },
};

const openTo: Partial<Record<ExposureLevel, string>> = {
  cluster: 'every pod of the cluster',
  'node network': "the nodes' network",
  internet: 'the internet',
};

export default {
  id: 'network/sensitive-port-open',
  family: 'sensitive-service',
  direction: 'inbound',
  title: 'A database, debugger, dashboard or control port is open beyond its namespace',
  docs: `A container declares a port that is well known for what it gives: a database's contents, or, with debuggers,
    dashboards and control interfaces, the right to run code, often without a password. Such a port is for a few callers, but the
    whole cluster or more can connect to it. List its callers in a NetworkPolicy; a password alone is one guess or one
    leaked Secret away.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: Network separation and hardening',
  controls: ['OWASP K07'],
  find: (variant, workload, around) => {
    const exposure = exposureIn(variant, workload, around);
    if (exposure === undefined) return [];
    return (['containers', 'initContainers'] as const).flatMap((list) =>
      variant.pod[list].flatMap((container, index) =>
        (list === 'containers' || container.restartPolicy === 'Always' ? container.ports : []).flatMap(
          ({ containerPort, protocol = 'TCP' }, at) => {
            const known = sensitivityOf(containerPort, protocol, container.image);
            if (known === undefined) return [];
            const level = levelAt(exposure, known.protocol, known.port);
            const weight = weights[known.sensitivity][level];
            if (weight === undefined) return [];
            return [
              {
                weight,
                message: `port ${containerPort} (${known.what}) of container ${container.name} is open to ${openTo[level]}`,
                evidence: [
                  {
                    object: variant.ref,
                    container: container.name,
                    path: variant.at(list, index, 'ports', at),
                  },
                ],
                remediation: {
                  text: `Let only its callers connect to port ${containerPort}, with a NetworkPolicy that lists them`,
                  patch: [],
                },
              },
            ];
          },
        ),
      ),
    );
  },
} satisfies Check;

/** The widest level at which this very port is open. */
function levelAt({ ingress, ways }: VariantExposure, protocol: Protocol, port: number): ExposureLevel {
  const inside: ExposureLevel = hasPort(ingress.cluster, protocol, port) ? 'cluster' : 'none';
  const through = ways.filter(({ ports }) => hasPort(ports, protocol, port));
  return widest([inside, ...through.map(({ level }) => level)]);
}
