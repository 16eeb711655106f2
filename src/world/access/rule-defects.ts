/** What is wrong with a rule: the API server refuses it, or it says something that matches nothing. */
import type { PolicyRule } from '../objects.ts';

interface Defect {
  readonly is: (rule: PolicyRule, inClusterRole: boolean) => boolean;
  readonly text: (rule: PolicyRule) => string;
}

const none = (list: readonly unknown[]): boolean => list.length === 0;
const isOfResources = ({ apiGroups, resources, resourceNames }: PolicyRule): boolean =>
  ![apiGroups, resources, resourceNames].every(none);
const starred = ({ resources }: PolicyRule): readonly string[] =>
  resources.filter((resource) => resource.endsWith('/*'));

/** @see ValidatePolicyRule of the API server (pkg/apis/rbac/validation) */
const defects: readonly Defect[] = [
  { is: ({ verbs }) => none(verbs), text: () => 'it has no verbs, so it gives nothing' },
  {
    is: ({ nonResourceURLs }, inClusterRole) => !none(nonResourceURLs) && !inClusterRole,
    text: () => 'it has nonResourceURLs, which a Role cannot give',
  },
  {
    is: (rule) => !none(rule.nonResourceURLs) && isOfResources(rule),
    text: () => 'it has both resources and nonResourceURLs: the API server wants two rules',
  },
  {
    is: ({ nonResourceURLs, apiGroups }) => none(nonResourceURLs) && none(apiGroups),
    text: () => 'it has no apiGroups, so it gives nothing: the core group is written ""',
  },
  {
    is: ({ nonResourceURLs, resources }) => none(nonResourceURLs) && none(resources),
    text: () => 'it has no resources, so it gives nothing',
  },
  {
    is: (rule) => !none(starred(rule)),
    text: (rule) => `${starred(rule).join(', ')} matches nothing: a subresource has to be named`,
  },
];

export const defectsOf = (rule: PolicyRule, inClusterRole: boolean): readonly string[] =>
  defects.filter(({ is }) => is(rule, inClusterRole)).map(({ text }) => text(rule));
