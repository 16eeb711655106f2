/** What all ways to take the node have in common: the weight from which they count as one, and the attack path. */
import type { Ref } from '../../world/objects.ts';
import type { AttackPath, Consequence } from '../../world/escalation/path.ts';
import type { Evidence } from '../check.ts';

export function pathToNode(
  { kind, namespace, name }: Ref,
  { object, path }: Evidence,
  text: string,
  consequence: Consequence = 'node',
): AttackPath {
  const from = `${namespace}/${kind.toLowerCase()}/${name}`;
  return { consequence, steps: [{ from, to: 'node', because: [{ object, path, text }] }] };
}
