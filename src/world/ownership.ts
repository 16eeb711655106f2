/** Who owns a workload and whom an alert reaches. */
import type { RiskPolicy } from '../policy/policy.ts';
import type { Namespace } from './objects.ts';
import type { Workload } from './workloads.ts';

export interface Owner {
  readonly team?: string;
  readonly contact?: string;
  /** Where the team was found: `label team`, `namespace annotation hexarisk.dev/owner`. */
  readonly source?: string;
}

export function ownerOf(_workload: Workload, _namespace: Namespace | undefined, _policy: RiskPolicy): Owner {
  return {};
}
