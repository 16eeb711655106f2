/** A request of the operator, as the faults see it. */
export interface Exchange {
  readonly verb: 'list' | 'watch' | 'get' | 'create' | 'update' | 'apply' | 'delete' | 'discover';
  /** The plural name, `deployments`; of discovery the group; empty for any other path. */
  readonly resource: string;
  /** `namespace/name`, `name` or `namespace/` as far as the path says. */
  readonly object: string;
}

export const isReportWrite = ({ verb, resource }: Exchange): boolean =>
  resource === 'riskreports' && (verb === 'apply' || verb === 'delete');

const verbs: Readonly<Record<string, Exchange['verb']>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'apply',
  DELETE: 'delete',
};

/** Which versions of a group are served. */
const DISCOVERY = /^\/apis\/(?<group>[^/]+)$/;

export function exchangeOf(method: string, url: URL): Exchange {
  const group = DISCOVERY.exec(url.pathname)?.groups?.['group'];
  if (group !== undefined) return { verb: 'discover', resource: group, object: '' };
  const { namespace = '', resource = '', name = '' } = PATH.exec(url.pathname)?.groups ?? {};
  const read = url.searchParams.has('watch') ? 'watch' : name === '' ? 'list' : 'get';
  return {
    verb: verbs[method] ?? read,
    resource,
    object: namespace === '' ? name : `${namespace}/${name}`,
  };
}

/** Everything of a namespace has it in its path, as the namespace itself does: `/namespaces/shop`. */
const PATH =
  /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+))?/;
