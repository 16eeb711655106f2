/**
 * What surrounds a workload, gathered before anything is judged: a check sees this and its workload, nothing else.
 */
import type { RiskPolicy } from '../../policy/policy.ts';
import type { Access } from '../access.ts';
import type { Escalation } from '../escalation/escalation.ts';
import type { Exposure } from '../exposure/exposure.ts';
import type { Network } from '../exposure/network.ts';
import type { Lateral } from '../lateral/lateral.ts';
import type { ConfigMap, Namespace } from '../objects.ts';
import type { Missing, World } from '../world.ts';
import type { Account } from './account.ts';
import type { Owner } from './ownership.ts';
import type { SharedSecret } from './secret-use.ts';
import type { SharedService } from './selection.ts';
import type { Storage } from './storage.ts';
import type { Vulnerabilities } from './vulnerabilities.ts';

export interface Surroundings {
  /** The namespace's object; undefined if it is not in the world. */
  readonly namespace: Namespace | undefined;
  readonly policy: RiskPolicy;
  readonly owner: Owner;
  readonly account: Account;
  readonly access: Access;
  /** What the account can become, and what falls with the workload. */
  readonly escalation: Escalation;
  /** Of the cluster: they forbid more than Pod Security levels do. */
  readonly policyEngines: readonly string[];
  readonly exposure: Exposure;
  /** The exposure again, and what else the network axis reads. */
  readonly network: Network;
  /** How an intruder from outside gets to it over the network, and over whom. */
  readonly lateral: Lateral;
  readonly vulnerabilities: Vulnerabilities;
  readonly storage: Storage;
  /** The Services that select the workload together with others that are no version of it. */
  readonly sharedServices: readonly SharedService[];
  /** The Secrets that the workload gets, and others of its namespace as well. */
  readonly sharedSecrets: readonly SharedSecret[];
  /** The ConfigMaps of the namespace that the workload refers to, by name. */
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly source: World['source'];
  readonly missing: Missing;
}
