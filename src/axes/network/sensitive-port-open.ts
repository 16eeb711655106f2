import { type ExposureLevel, widest } from '../../world/exposure/levels.ts';
import { hasPort, type Protocol } from '../../world/exposure/ports.ts';
import type { VariantExposure } from '../../world/exposure/exposure.ts';
import { type SensitiveListener, sensitiveListeners } from '../../world/exposure/sensitive-listeners.ts';
import type { Sensitivity } from '../../world/exposure/sensitive-ports.ts';
import { pointer, type Variant } from '../../world/workload/variants.ts';
import { refOf } from '../../world/world.ts';
import type { Check, Evidence } from '../check.ts';
import { exposureIn } from './exposed.ts';

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
  docs: `A container declares a port, or a Service leads to one, that is well known for what it gives: a database's
    contents, or, with debuggers, dashboards and control interfaces, the right to run code, often without a password.
    Such a port is for a few callers, but the whole cluster or more can connect to it. List its callers in a
    NetworkPolicy; a password alone is one guess or one leaked Secret away.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: Network separation and hardening',
  controls: ['OWASP K07'],
  find: (variant, workload, around) => {
    const exposure = exposureIn(variant, workload, around);
    if (exposure === undefined) return [];
    return sensitiveListeners(variant.pod, around.exposure.services).flatMap(({ known, by }) => {
      const level = levelAt(exposure, known.protocol, known.port);
      const weight = weights[known.sensitivity][level];
      if (weight === undefined) return [];
      const { of, evidence } = placeOf(variant, by);
      return [
        {
          weight,
          message: `port ${known.port} (${known.what}) ${of} is open to ${openTo[level]}`,
          evidence: [evidence],
          remediation: {
            text: `Let only its callers connect to port ${known.port}, with a NetworkPolicy that lists them`,
            patch: [],
          },
        },
      ];
    });
  },
} satisfies Check;

function placeOf(variant: Variant, by: SensitiveListener['by']): { of: string; evidence: Evidence } {
  if ('service' in by) {
    const { service, index } = by;
    return {
      of: `behind Service ${service.metadata.name}`,
      evidence: { object: refOf(service), path: pointer(['spec', 'ports', index]) },
    };
  }
  const { container, index } = by;
  const list = variant.pod.containers.includes(container) ? 'containers' : 'initContainers';
  const path = variant.at(list, variant.pod[list].indexOf(container), 'ports', index);
  return {
    of: `of container ${container.name}`,
    evidence: { object: variant.ref, container: container.name, path },
  };
}

/** The widest level at which this very port is open. */
function levelAt({ ingress, ways }: VariantExposure, protocol: Protocol, port: number): ExposureLevel {
  const inside: ExposureLevel = hasPort(ingress.cluster, protocol, port) ? 'cluster' : 'none';
  const through = ways.filter(({ ports }) => hasPort(ports, protocol, port));
  return widest([inside, ...through.map(({ level }) => level)]);
}
