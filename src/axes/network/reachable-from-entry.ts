import type { Approach } from '../../world/lateral/lateral.ts';
import type { Check, Found } from '../check.ts';

/**
 * By how many on the way do not readily give way. Never more than a gap of its own would weigh: the workload itself may
 * hold, and one open dashboard must not make all of a flat cluster look alike.
 */
const weights: readonly { readonly named: number; readonly other: number; readonly says: string }[] = [
  { named: 0.6, other: 0.45, says: 'each on the way readily gives way' },
  { named: 0.25, other: 0.15, says: 'one on the way has to be broken into' },
  { named: 0.1, other: 0.05, says: 'two on the way have to be broken into' },
];
/** Nothing says that anything listens. */
const SILENT = 0.05;

export default {
  id: 'network/reachable-from-entry',
  family: 'lateral-movement',
  direction: 'inbound',
  title: 'An intruder from outside gets to it over other workloads',
  docs: `It has no door to the internet itself, but some workload has, and from there policies let an intruder connect to
    it, perhaps over others. It counts most where everybody on the way readily gives way (a known exploit, a console
    that runs code, a password that can be guessed), and where the port is a database or a console. List its callers in
    a NetworkPolicy, keep those that face the internet from connecting to what they do not need, and repair what gives
    way. Whatever is left is the price of being called by what faces the internet.`,
  source: 'MITRE ATT&CK, TA0008: Lateral Movement',
  controls: ['OWASP K07'],
  find: (variant, workload, { lateral }) => {
    if (variant !== workload.variants[0]) return [];
    const [worst] = lateral.approaches
      .flatMap((approach) => judged(approach) ?? [])
      .toSorted((a, b) => b.weight - a.weight);
    if (worst === undefined) return [];
    const { weight, says, approach } = worst;
    const { rule } = approach;
    const found: Found = {
      weight,
      message: `${wayText(approach, workload.ref.namespace)}; ${says}`,
      evidence: [
        rule === undefined
          ? { object: variant.ref, path: variant.at() }
          : { object: rule.policy, path: rule.path },
      ],
      remediation: {
        text: 'Let only the callers that need it connect, with a NetworkPolicy that lists them, and repair what gives way before it',
        patch: [],
      },
    };
    return [found];
  },
} satisfies Check;

function judged(approach: Approach) {
  const grade = weights[approach.doubts];
  if (grade === undefined) return undefined;
  const weight = approach.isSilent ? SILENT : approach.gives === undefined ? grade.other : grade.named;
  return { weight, says: grade.says, approach };
}

/** Of other namespaces it says no more than that they are others. */
function wayText({ steps, ports, gives, isSilent }: Approach, namespace: string): string {
  const names = steps.map(({ from }) =>
    !from.includes('/') || from.startsWith(`${namespace}/`) ? from : 'another namespace',
  );
  const through = names.filter((name, index) => name !== names[index - 1]);
  const where = isSilent ? 'any port' : `${ports}${gives === undefined ? '' : ` (${gives})`}`;
  return `${through.join(' -> ')} -> ${where}`;
}
