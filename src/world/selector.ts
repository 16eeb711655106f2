/** Label selectors, by the rules of the API: what the API server would refuse selects nothing. */
import type { Labels, LabelSelector } from './objects.ts';

type Expression = LabelSelector['matchExpressions'][number];

export interface Operator {
  /** Whether the API accepts a list of so many values. */
  readonly takes: (values: number) => boolean;
  /** Whether it holds for a label's value; undefined if there is no such label. */
  readonly holds: (value: string | undefined, values: readonly string[]) => boolean;
}

const some = (values: number): boolean => values > 0;
const no = (values: number): boolean => values === 0;

/** Those that all selectors have. */
export const operators: Readonly<Record<string, Operator>> = {
  In: { takes: some, holds: (value, values) => value !== undefined && values.includes(value) },
  // a label that is not there is not in the list either
  NotIn: { takes: some, holds: (value, values) => value === undefined || !values.includes(value) },
  Exists: { takes: no, holds: (value) => value !== undefined },
  DoesNotExist: { takes: no, holds: (value) => value === undefined },
};

const valueOf = (labels: Labels, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

/** Fails closed: with an operator or a value list that the API does not know, it selects nothing. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(selector.matchLabels).every(([key, value]) => valueOf(labels, key) === value) &&
    selector.matchExpressions.every((expression) => {
      const { key, values } = expression;
      return validOperator(expression)?.holds(valueOf(labels, key), values) ?? false;
    })
  );
}

/** The plain selector of a Service or a ReplicationController; an empty one selects nothing there. */
export function selectsPlainly(selector: Labels, labels: Labels): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => valueOf(labels, key) === value);
}

/** An empty selector selects everything of its kind. */
export function isEmptySelector({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** Some expression is one that the API refuses, so that the selector selects nothing. */
export function isInvalidSelector({ matchExpressions }: LabelSelector): boolean {
  return matchExpressions.some((expression) => validOperator(expression) === undefined);
}

function validOperator({ operator, values }: Expression): Operator | undefined {
  const known = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
  return known?.takes(values.length) === true ? known : undefined;
}

/** `app=web,tier in (front,back),!canary`, as kubectl writes it; empty for a selector that selects everything. */
export function selectorText({ matchLabels, matchExpressions }: LabelSelector): string {
  const list = (values: readonly string[]) => `(${values.join(',')})`;
  const words: Readonly<Record<string, (e: Expression) => string>> = {
    In: ({ key, values }) => `${key} in ${list(values)}`,
    NotIn: ({ key, values }) => `${key} notin ${list(values)}`,
    Exists: ({ key }) => key,
    DoesNotExist: ({ key }) => `!${key}`,
  };
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map((e) =>
      Object.hasOwn(words, e.operator) ? words[e.operator]?.(e) : `${e.key} ${e.operator}?`,
    ),
  ].join(',');
}
