/**
 * The escalation primitives: permissions of the Kubernetes API that give more than they say. One row is one
 * mechanism; what it gives depends on where it is held. Everything that judges permissions reads this table.
 */
import { denialAndReconnaissance } from './primitives/denial-and-reconnaissance.ts';
import type { Primitive } from './primitives/primitive.ts';
import { toNodeOrNamespace } from './primitives/to-a-node-or-namespace.ts';
import { toTheCluster } from './primitives/to-the-cluster.ts';
import { trafficAndEvasion } from './primitives/traffic-and-evasion.ts';

export { ANYTHING } from './primitives/primitive.ts';
export type { Gain, Need, Primitive } from './primitives/primitive.ts';

export const primitives: readonly Primitive[] = [
  ...toTheCluster,
  ...toNodeOrNamespace,
  ...trafficAndEvasion,
  ...denialAndReconnaissance,
];
