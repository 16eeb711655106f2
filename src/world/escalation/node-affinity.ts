/** On which nodes a pod may run: `nodeSelector` and required node affinity, as the scheduler reads them. */
import type { LabelSelector, NodeSelectorTerm, PodSpec } from '../objects.ts';
import { type Operator, operators } from '../selector.ts';

/** What a node must have: of a label, or of its `NAME`. */
export type Requirement = LabelSelector['matchExpressions'][number];

/** All of them together. */
export type Requirements = readonly Requirement[];

/** The name of a node stands among its labels; no label has such a key. */
export const NAME = 'field:metadata.name';

/** For all values of a label that nobody names: no label can have it. */
export const UNNAMED = '*';

const one = (values: number): boolean => values === 1;
/** A comparison with what is no integer does not hold. */
const comparing = (holds: (value: bigint, bound: bigint) => boolean): Operator => ({
  takes: one,
  holds: (value = '', [limit = '']) => {
    const [number, bound] = [integerOf(value), integerOf(limit)];
    return number !== undefined && bound !== undefined && holds(number, bound);
  },
});

/** Of labels. */
const ofLabels: Readonly<Record<string, Operator>> = {
  ...operators,
  Gt: comparing((value, bound) => value > bound),
  Lt: comparing((value, bound) => value < bound),
};
/** Of fields. */
const ofFields: Readonly<Record<string, Operator>> = Object.fromEntries(
  ['In', 'NotIn'].flatMap((name) => {
    const operator = operators[name];
    return operator === undefined ? [] : [[name, { ...operator, takes: one }]];
  }),
);

/** The numbers of the API have 64 bits. */
function integerOf(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const number = BigInt(text);
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

const NOTHING: Requirements = [];
/** Every node. */
export const ANYWHERE: readonly Requirements[] = [NOTHING];

/** A node that meets all of one of these takes the pod, but for its taints. None: no node does. */
export function requirementsOf({ nodeSelector, requiredNodeAffinity }: PodSpec): readonly Requirements[] {
  const selected = Object.entries(nodeSelector).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  if (requiredNodeAffinity === undefined) return selected.length === 0 ? ANYWHERE : [selected];
  return requiredNodeAffinity
    .filter(isReadable)
    .map(({ matchExpressions, matchFields }) => [
      ...selected,
      ...matchExpressions,
      ...matchFields.map((requirement) => ({ ...requirement, key: fieldKey(requirement) })),
    ]);
}

const fieldKey = ({ key }: Requirement): string => `field:${key}`;

/** An empty term selects no node, nor does one that the API would refuse. */
const isReadable = ({ matchExpressions, matchFields }: NodeSelectorTerm): boolean =>
  matchExpressions.length + matchFields.length > 0 &&
  matchExpressions.every((each) => isOf(ofLabels, each)) &&
  matchFields.every((each) => isOf(ofFields, each));

const isOf = (known: Readonly<Record<string, Operator>>, { operator, values }: Requirement): boolean =>
  Object.hasOwn(known, operator) && known[operator]?.takes(values.length) === true;

/** Whether a node with these labels, `NAME` among them, meets them all. */
export const meetsAll = (labels: ReadonlyMap<string, string>, requirements: Requirements): boolean =>
  requirements.every((requirement) => meets(requirement, labels.get(requirement.key)));

const meets = ({ operator, values }: Requirement, value: string | undefined): boolean =>
  ofLabels[operator]?.holds(value, values) ?? false;

/** Whether there could be a node that meets them all. */
export const canBeMet = (requirements: Requirements): boolean =>
  [...Map.groupBy(requirements, ({ key }) => key).values()].every((ofOne) =>
    candidates(ofOne).some((value) => ofOne.every((requirement) => meets(requirement, value))),
  );

/** If any value will do, one of these does: none, one that nobody names, one that is named, a number next to a bound. */
function candidates(requirements: Requirements): readonly (string | undefined)[] {
  const named = requirements.flatMap(({ operator, values }) => (isComparison(operator) ? [] : values));
  // those next to a bound may be the ones that are excluded by name
  const beside = requirements
    .filter(({ operator }) => isComparison(operator))
    .flatMap(({ operator, values: [limit = ''] }) => {
      const bound = integerOf(limit);
      if (bound === undefined) return [];
      const away = operator === 'Gt' ? 1n : -1n;
      return Array.from({ length: named.length + 1 }, (_, index) => String(bound + away * BigInt(index + 1)));
    });
  return [undefined, UNNAMED, ...named, ...beside];
}

/** Of which the value counts, whether or not it is named. */
export const isComparison = (operator: string): boolean => operator === 'Gt' || operator === 'Lt';
