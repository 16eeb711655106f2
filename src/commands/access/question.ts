/** `--can VERB RESOURCE [NAME]`: one request to ask about, written as for `kubectl auth can-i`. */
import { isClusterScoped, type PathRequest, type ResourceRequest } from '../../world/access/rules.ts';
import { resourceText } from '../../world/access/words.ts';
import { CommandError } from '../error.ts';
import { apiResourceNamed } from './api-resources.ts';

export interface QuestionFlags {
  readonly can: readonly string[];
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly subresource?: string;
}

export interface Question {
  readonly request: ResourceRequest | PathRequest;
  /** How it was understood, where that may surprise. */
  readonly doubts: readonly string[];
}

/**
 * @param home the namespace that is meant if none is given
 * @throws CommandError for what is no question
 */
export function questionOf(flags: QuestionFlags, home: string): Question {
  const [verb = '', what = '', name, ...rest] = flags.can;
  if (verb === '' || what === '' || rest.length > 0)
    throw new CommandError(
      '--can needs a verb, a resource and perhaps a name: --can get pods, --can get secrets db -n shop, --can get /metrics',
    );
  if (flags.allNamespaces === true && flags.namespace !== undefined)
    throw new CommandError('--all-namespaces and --namespace exclude each other');
  if (what.startsWith('/')) return { request: { verb, path: what }, doubts: [] };
  const { resource, doubts } = resourceOf(what, flags.subresource);
  const named = { verb, ...resource, ...(name === undefined ? {} : { name }) };
  // of these kubectl, too, asks whether one may write a binding of that namespace
  const isBind = verb === 'bind' && resource.resource === 'clusterroles';
  if (isClusterScoped(resource) && !(isBind && flags.namespace !== undefined)) {
    const ignored =
      flags.namespace === undefined || resource.resource === 'namespaces' ? [] : [flags.namespace];
    return {
      request: named,
      doubts: [
        ...doubts,
        ...ignored.map((given) => `${resourceText(named)} belong to no namespace: ${given} does not matter`),
      ],
    };
  }
  const namespace = flags.allNamespaces === true ? undefined : (flags.namespace ?? home);
  return { request: namespace === undefined ? named : { ...named, namespace }, doubts };
}

type Asked = Pick<ResourceRequest, 'group' | 'resource' | 'subresource'>;

/** `pods`, `deploy`, `deployments.apps`, `pods/log`, `deployments.apps/scale`, `deployments/scale.apps`, `*`. */
function resourceOf(
  what: string,
  flag: string | undefined,
): { readonly resource: Asked; readonly doubts: readonly string[] } {
  const [path = '', ...below] = what.split('/');
  const [name = '', ...groups] = path.split('.');
  const [sub, ...subGroups] = below.join('/').split('.');
  const given = [...groups, ...subGroups].join('.');
  const subresource = sub === undefined || sub === '' ? flag : sub;
  const rest = subresource === undefined ? {} : { subresource };
  if (given !== '') return { resource: { group: given, resource: name, ...rest }, doubts: [] };
  if (name === '*') return { resource: { group: '*', resource: '*', ...rest }, doubts: [] };
  const known = apiResourceNamed(name);
  if (known !== undefined) return { resource: { ...known, ...rest }, doubts: [] };
  return {
    resource: { group: '', resource: name, ...rest },
    doubts: [`${name} is no built-in resource: write ${name}.GROUP to ask about one of another API group`],
  };
}
