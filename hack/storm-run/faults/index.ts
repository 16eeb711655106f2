/** Every fault of list, watch and write that a round injects. */
import type { Fault } from '../stage.ts';
import { answerFaults } from './answers.ts';
import { clusterFaults } from './cluster.ts';
import { connectionFaults } from './connections.ts';
import { objectFaults } from './objects.ts';
import { watchFaults } from './watches.ts';

export const faults: readonly Fault[] = [
  ...watchFaults,
  ...connectionFaults,
  ...answerFaults,
  ...clusterFaults,
  ...objectFaults,
];
