/** Known vulnerabilities of a workload's images, by container. */
import type { Vulnerability, VulnerabilityReport } from './objects.ts';
import type { Workload } from './workloads.ts';

export interface RankedVulnerability extends Vulnerability {
  /** In CISA's catalogue of known exploited vulnerabilities. */
  readonly knownExploited?: boolean;
  /** EPSS: the probability, 0 to 1, that it is exploited within 30 days. */
  readonly epss?: number;
}

/** Container name -> what was found in its image. A container that is absent has not been scanned. */
export type Vulnerabilities = ReadonlyMap<string, readonly RankedVulnerability[]>;

export function vulnerabilitiesOf(
  _workload: Workload,
  _reports: ReadonlyMap<string, VulnerabilityReport>,
): Vulnerabilities {
  return new Map();
}
