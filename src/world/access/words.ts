/** Rules and requests in words. */
import type { PolicyRule } from '../objects.ts';
import type { PathRequest, ResourceRequest } from './rules.ts';

/** `a,b,+3` */
export const listed = (items: readonly string[], most = Infinity): string =>
  items.length <= most ? items.join(',') : `${items.slice(0, most).join(',')},+${items.length - most}`;

/** `get,list pods,services`, `* deployments in apps named web`, `get /metrics`. @param most items of a list to name */
export function ruleText(rule: PolicyRule, most = Infinity): string {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  const groups = apiGroups.filter((group) => group !== '');
  const what = [
    listed(resources, most),
    ...(groups.length === 0 || resources.length === 0 ? [] : [`in ${groupsText(apiGroups)}`]),
    ...(resourceNames.length === 0 ? [] : [`named ${listed(resourceNames, most)}`]),
    listed(nonResourceURLs, most),
  ];
  return [listed(verbs, most) || '(no verb)', ...what.filter((part) => part !== '')].join(' ');
}

/** The core group has no name: it is written `core`. */
export const groupsText = (apiGroups: readonly string[]): string =>
  apiGroups.map((group) => (group === '' ? 'core' : group)).join(',');

/** `get pods/log web in namespace shop`. */
export function requestText(request: ResourceRequest | PathRequest): string {
  if ('path' in request) return `${request.verb} ${request.path}`;
  const { verb, name = '', namespace } = request;
  return [verb, resourceText(request), name, namespace === undefined ? '' : `in namespace ${namespace}`]
    .filter((part) => part !== '')
    .join(' ');
}

/** `deployments.apps/scale`. */
export function resourceText({ resource, group, subresource = '' }: ResourceRequest): string {
  return `${resource}${group === '' ? '' : `.${group}`}${subresource === '' ? '' : `/${subresource}`}`;
}
