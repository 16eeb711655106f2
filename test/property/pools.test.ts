/** Which pods may share a node, against asking each pod about each node: those there are, and all there could be. */
import { expect } from 'chai';
import fc from 'fast-check';
import { admits, classesOf, poolOf } from '../../src/world/escalation/pools.ts';
import { node as nodeShape } from '../../src/observe/shapes/node.ts';
import { podSpec } from '../../src/observe/shapes/pod.ts';
import type { Node, NodeSelectorTerm, PodSpec } from '../../src/world/objects.ts';
import { maybe, pick, some } from '../support/random-specs.ts';

const keys = ['color', 'size'] as const;
const values = ['red', '1', '2', '3'] as const;
const names = ['one', 'two'] as const;

// the plainest reading of one pod and one node

function holds(operator: string, asked: readonly string[], value: string | undefined): boolean {
  const count = asked.length;
  const numbers = [value, asked[0]].map((text) => (/^\d+$/.test(text ?? '') ? Number(text) : Number.NaN));
  const [own = Number.NaN, bound = Number.NaN] = numbers;
  if (operator === 'In') return count > 0 && value !== undefined && asked.includes(value);
  if (operator === 'NotIn') return count > 0 && (value === undefined || !asked.includes(value));
  if (operator === 'Exists') return count === 0 && value !== undefined;
  if (operator === 'DoesNotExist') return count === 0 && value === undefined;
  if (operator === 'Gt') return count === 1 && own > bound;
  return operator === 'Lt' && count === 1 && own < bound;
}

const fits = (
  { nodeSelector, requiredNodeAffinity }: PodSpec,
  { metadata: { name, labels } }: Node,
): boolean => {
  const matches = ({ matchExpressions, matchFields }: NodeSelectorTerm): boolean =>
    matchExpressions.length + matchFields.length > 0 &&
    matchExpressions.every(({ key, operator, values: asked }) => holds(operator, asked, labels[key])) &&
    matchFields.every(
      ({ operator, values: asked }) =>
        asked.length === 1 && ['In', 'NotIn'].includes(operator) && holds(operator, asked, name),
    );
  return (
    Object.entries(nodeSelector).every(([key, value]) => labels[key] === value) &&
    (requiredNodeAffinity === undefined || requiredNodeAffinity.some(matches))
  );
};

const tolerates = ({ tolerations }: PodSpec, { taints }: Node): boolean =>
  taints.every(({ key }) => tolerations.some((each) => each.key === key));

const takes = (node: Node, spec: PodSpec): boolean => fits(spec, node) && tolerates(spec, node);

// all nodes that there could be: every name and every label that could matter, and others

const options = [undefined, ...values, '0', '4', '5', '6', 'other'];
const imaginable = [...names, 'other'].flatMap((name) =>
  options.flatMap((color) => options.map((size) => nodeOf({ name, color, size, tainted: false }))),
);

interface Drawn {
  readonly name: string;
  readonly color: string | undefined;
  readonly size: string | undefined;
  readonly tainted: boolean;
}

function nodeOf({ name, color, size, tainted }: Drawn): Node {
  const labels = { ...(color === undefined ? {} : { color }), ...(size === undefined ? {} : { size }) };
  const taints = tainted ? [{ key: 'only', effect: 'NoSchedule' }] : [];
  return nodeShape({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } });
}

const expression = fc.record({
  key: pick(...keys),
  operator: pick('In', 'In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt', 'Like'),
  values: some(values, 2),
});
const field = fc.record({
  key: pick('metadata.name'),
  operator: pick('In', 'NotIn', 'Exists'),
  values: some(names, 2),
});
const term = fc.record({
  matchExpressions: fc.array(expression, { maxLength: 3 }),
  matchFields: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(field, { maxLength: 1 })),
});
const spec = fc
  .record({
    selector: maybe(pick(...values)),
    terms: maybe(fc.array(term, { maxLength: 2 }), 12),
    tolerant: fc.boolean(),
  })
  .map(({ selector, terms, tolerant }) =>
    podSpec({
      containers: [],
      ...(selector === undefined ? {} : { nodeSelector: { color: selector } }),
      ...(terms === undefined
        ? {}
        : {
            affinity: {
              nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
            },
          }),
      tolerations: tolerant ? [{ key: 'only', operator: 'Exists' }] : [],
    }),
  );
const someNodes = fc.uniqueArray(
  fc
    .record({
      name: pick(...names, 'three', 'four'),
      color: pick(undefined, 'red', '1', 'other'),
      size: pick(undefined, '1', '2', '7', 'other'),
      tainted: fc.boolean(),
    })
    .map(nodeOf),
  { maxLength: 4, selector: ({ metadata }) => metadata.name },
);

describe('pools of nodes', () => {
  it('share a node exactly if one that is there takes both, or one that a pod waits for could', () => {
    const seen = { there: 0, awaited: 0, apart: 0 };
    fc.assert(
      fc.property(fc.tuple(spec, spec), someNodes, (pods, nodes) => {
        const pools = pods.map(poolOf);
        const classes = classesOf(pools, nodes);
        const found = classes.some((each) => pools.every((pool) => admits(each, pool)));
        const there = nodes.some((node) => pods.every((pod) => takes(node, pod)));
        const waits = pods.some((pod) => !nodes.some((node) => takes(node, pod)));
        const awaited = waits && imaginable.some((node) => pods.every((pod) => fits(pod, node)));
        expect(found).to.equal(there || awaited);
        seen[there ? 'there' : awaited ? 'awaited' : 'apart'] += 1;
      }),
      { numRuns: 3000 },
    );
    for (const [outcome, count] of Object.entries(seen)) expect(count, outcome).to.be.above(100);
  }).timeout(60_000);
});
