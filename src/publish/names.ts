/** What the report of a workload is called. */
import { hash } from 'node:crypto';
import type { Ref } from '../world/objects.ts';
import { apiGroupOf } from '../world/world.ts';

const LONGEST_NAME = 253;
const DIGITS = 10;
const builtinGroups: ReadonlySet<string> = new Set(['', 'apps', 'batch']);
/** Kinds whose name is said without their group. */
const builtinKinds: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'ReplicaSet',
  'ReplicationController',
  'Pod',
]);

/** `deployment` for built-in kinds, `statefulset.apps.kruise.io` for others. */
export function kindName(ref: Ref): string {
  const group = apiGroupOf(ref.apiVersion);
  const kind = ref.kind.toLowerCase();
  return builtinGroups.has(group) && builtinKinds.has(ref.kind) ? kind : `${kind}.${group}`;
}

/**
 * `<kind>-<name>`. Where that would be too long, or could be the name of another workload too (a group with a `-` in
 * it leaves open where the group ends), a cut of it with a hash of the whole identity behind.
 */
export function reportName(ref: Ref): string {
  const plain = `${kindName(ref)}-${ref.name}`;
  if (plain.length <= LONGEST_NAME && !kindName(ref).includes('-')) return plain;
  const digits = hash(
    'sha256',
    `${apiGroupOf(ref.apiVersion)}/${ref.kind}/${ref.namespace}/${ref.name}`,
  ).slice(0, DIGITS);
  return `${plain.slice(0, LONGEST_NAME - DIGITS - 1).replace(/[.-]+$/, '')}-${digits}`;
}
