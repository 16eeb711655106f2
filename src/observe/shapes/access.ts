/** The shapes of service accounts and RBAC. */
import type * as slim from '../../world/objects.ts';
import { head, strings } from './metadata.ts';
import { labelSelector } from './selector.ts';
import { boolean, list, object, optional, string, withDefault } from './shape.ts';

const named = object<{ name: string }>({ name: withDefault(string, '') });
const namesOf = (value: unknown) => list(named)(value).map(({ name }) => name);

export const serviceAccount = object<slim.ServiceAccount>({
  ...head,
  automountServiceAccountToken: optional(boolean),
  secrets: namesOf,
  imagePullSecrets: namesOf,
});

export const role = object<slim.Role>({
  ...head,
  rules: list(
    object<slim.PolicyRule>({
      verbs: strings,
      apiGroups: strings,
      resources: strings,
      resourceNames: strings,
      nonResourceURLs: strings,
    }),
  ),
  aggregationRule: optional(
    object<NonNullable<slim.Role['aggregationRule']>>({ clusterRoleSelectors: list(labelSelector) }),
  ),
});

export const binding = object<slim.Binding>({
  ...head,
  roleRef: object<slim.Binding['roleRef']>({ kind: string, name: string }),
  subjects: list(
    object<slim.Subject>({
      kind: string,
      apiGroup: optional(string),
      name: string,
      namespace: optional(string),
    }),
  ),
});
