/** Why a request is refused: the grants that would allow it, were it not for one thing. */
import type { Grant } from '../access.ts';
import type { PolicyRule } from '../objects.ts';
import { matchesPath, matchesResource, type PathRequest, type ResourceRequest, scopeOf } from './rules.ts';
import { groupsText, resourceText } from './words.ts';

export interface Near {
  readonly grant: Grant;
  /** What it allows instead: `only objects named db`. */
  readonly only: string;
}

interface Relief<Request> {
  readonly allows: (grant: Grant, request: Request) => boolean;
  readonly only: (grant: Grant, request: Request) => string;
}

const everyVerb = (rule: PolicyRule): PolicyRule => ({ ...rule, verbs: ['*'] });
const isInScope = ({ namespace }: Grant, request: ResourceRequest): boolean =>
  namespace === undefined || namespace === scopeOf(request);
const inScope =
  (relaxed: (rule: PolicyRule, request: ResourceRequest) => boolean) =>
  (grant: Grant, request: ResourceRequest): boolean =>
    isInScope(grant, request) && relaxed(grant.rule, request);

/** One difference each; the one that most likely was meant first. */
const reliefs: readonly Relief<ResourceRequest>[] = [
  {
    allows: inScope((rule, request) => matchesResource({ ...rule, resourceNames: [] }, request)),
    only: ({ rule }) => `only objects named ${rule.resourceNames.join(', ')}`,
  },
  {
    allows: ({ rule }, request) => matchesResource(rule, request),
    only: ({ namespace }, request) =>
      scopeOf({ ...request, namespace: namespace ?? '' }) === undefined
        ? `only in namespace ${namespace}, while ${resourceText(request)} belong to none`
        : `only in namespace ${namespace}`,
  },
  {
    allows: inScope((rule, request) => matchesResource(everyVerb(rule), request)),
    only: ({ rule }) => `only the verbs ${rule.verbs.join(', ')}`,
  },
  {
    allows: inScope(
      (rule, { subresource = '', ...request }) =>
        subresource !== '' &&
        (matchesResource(rule, request) || rule.resources.includes(`${request.resource}/*`)),
    ),
    only: ({ rule }, { resource }) =>
      rule.resources.includes(`${resource}/*`)
        ? `${resource}/*, which matches nothing, as a rule has to name the subresource`
        : `only ${resource} themselves, as a rule has to name the subresource`,
  },
  {
    allows: inScope((rule, request) => matchesResource({ ...rule, apiGroups: ['*'] }, request)),
    only: ({ rule }, { resource }) => `only ${resource} of the API group ${groupsText(rule.apiGroups)}`,
  },
];

const pathReliefs: readonly Relief<PathRequest>[] = [
  {
    allows: ({ namespace, rule }, request) => namespace !== undefined && matchesPath(rule, request),
    only: () => 'only by a RoleBinding, which gives no paths',
  },
  {
    allows: ({ namespace, rule }, request) =>
      namespace === undefined && matchesPath(everyVerb(rule), request),
    only: ({ rule }) => `only the verbs ${rule.verbs.join(', ')}`,
  },
];

/** @param grants of a subject that may not do it */
export function nearestOf(
  grants: readonly Grant[],
  request: ResourceRequest | PathRequest,
): Near | undefined {
  return 'path' in request ? first(pathReliefs, grants, request) : first(reliefs, grants, request);
}

function first<Request>(
  kinds: readonly Relief<Request>[],
  grants: readonly Grant[],
  request: Request,
): Near | undefined {
  for (const { allows, only } of kinds) {
    const grant = grants.find((each) => allows(each, request));
    if (grant !== undefined) return { grant, only: only(grant, request) };
  }
  return undefined;
}
