/** Prometheus rules as data. */
import { load } from 'js-yaml';

export interface Rule {
  readonly expr: string;
  readonly alert?: string;
  readonly record?: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Alert = Required<Omit<Rule, 'record'>>;

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

export const rulesOf = (text: string): readonly Rule[] =>
  (load(text) as RuleFile).groups.flatMap(({ rules }) => rules);

export const alertsOf = (rules: readonly Rule[]): readonly Alert[] =>
  rules.filter((rule): rule is Alert => rule.alert !== undefined);
