/** NetworkPolicies that select no pod, and the workloads that they were meant for, as far as their labels tell. */
import type { Labels, LabelSelector, NetworkPolicy, Pod, Ref } from '../objects.ts';
import { isEmptySelector, isInvalidSelector, selects, selectorText } from '../selector.ts';
import type { Declared } from '../surroundings/selection.ts';
import type { Workload } from '../workload/workloads.ts';
import { refOf } from '../world.ts';

export interface StrayPolicy {
  readonly policy: Ref;
  /** `app=shop-web, but the pods have app=web`. */
  readonly because: string;
}

const none: readonly never[] = Object.freeze([]);

/** Those of a namespace that select nothing there. One for the whole namespace waits for what will come. */
export function strayPoliciesOf(
  policies: ReadonlyMap<string, NetworkPolicy>,
  declared: readonly Declared[],
  pods: ReadonlyMap<string, Pod>,
): readonly NetworkPolicy[] {
  const found = [...policies.values()].filter(
    ({ podSelector }) =>
      !isEmptySelector(podSelector) &&
      !declared.some(({ labels }) => selects(podSelector, labels)) &&
      !pods.values().some(({ metadata }) => selects(podSelector, metadata.labels)),
  );
  return found.length === 0 ? none : found;
}

/** The stray policies that are one label away from selecting the workload. */
export function missedBy({ variants }: Workload, strays: readonly NetworkPolicy[]): readonly StrayPolicy[] {
  if (strays.length === 0) return none;
  return strays.flatMap((policy) => {
    const miss = variants
      .map(({ labels }) => nearMiss(policy.podSelector, labels))
      .find((one) => one !== undefined);
    if (miss === undefined) return [];
    return [{ policy: refOf(policy), because: `${selectorText(policy.podSelector)}, but ${miss}` }];
  });
}

/** Keys whose values name the application; each may stand in for another by mistake. */
const naming = ['app', 'app.kubernetes.io/name', 'k8s-app', 'name', 'app.kubernetes.io/instance', 'run'];
const component = ['component', 'app.kubernetes.io/component'];
const identifying: ReadonlySet<string> = new Set([...naming, ...component]);

/**
 * What keeps a selector from selecting, if that is one thing which looks like a mistake: a name that is misspelt or
 * written under another key; or, where a name agrees, one other label.
 */
function nearMiss({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): string | undefined {
  const terms = [
    ...Object.entries(matchLabels).map(
      ([key, value]): LabelSelector => ({
        matchLabels: { [key]: value },
        matchExpressions: [],
      }),
    ),
    ...matchExpressions.map((one): LabelSelector => ({ matchLabels: {}, matchExpressions: [one] })),
  ];
  const unmet = terms.filter((term) => !selects(term, labels));
  const [wrong] = unmet;
  if (wrong === undefined || unmet.length > 1) return undefined;
  const [entry] = Object.entries(wrong.matchLabels);
  const hasName = terms.some((term) => term !== wrong && identifying.has(keyOf(term)));
  if (isInvalidSelector(wrong)) {
    const isMeant = wrong.matchExpressions.some(({ key, values }) => values.includes(labels[key] ?? ''));
    return hasName || isMeant ? `${selectorText(wrong)} is no label expression` : undefined;
  }
  if (entry === undefined) return hasName ? `${keyOf(wrong)} does not fit` : undefined;
  const [key, value] = entry;
  const own = Object.hasOwn(labels, key) ? labels[key] : undefined;
  const has = own === undefined ? `have no label ${key}` : `have ${key}=${own}`;
  if (!identifying.has(key)) return hasName ? `the pods ${has}` : undefined;
  if (own !== undefined && isAlike(own, value)) return `the pods ${has}`;
  const elsewhere = naming.find((other) => other !== key && labels[other] === value);
  return own === undefined && elsewhere !== undefined ? `the pods have ${elsewhere}=${value}` : undefined;
}

const keyOf = ({ matchLabels, matchExpressions }: LabelSelector): string =>
  Object.keys(matchLabels)[0] ?? matchExpressions[0]?.key ?? '';

/** One is the other with a prefix or a suffix of its own (`web`, `shop-web`), or two letters apart at most. */
function isAlike(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length < 3) return false;
  const words = long.split(/[-_.]/);
  const parts = short.split(/[-_.]/).length;
  if (words.slice(0, parts).join('-') === short || words.slice(-parts).join('-') === short) return true;
  return short.length > 3 && distance(short, long) <= (short.length > 5 ? 2 : 1);
}

/** How many letters must be put in, taken out or replaced; capped by the difference of lengths first. */
function distance(a: string, b: string): number {
  if (b.length - a.length > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j += 1) {
      const [left = 0, above = 0, corner = 0] = [next[j - 1], row[j], row[j - 1]];
      next.push(Math.min(left + 1, above + 1, corner + (b[j - 1] === a[i] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 3;
}
