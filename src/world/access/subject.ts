/** Whom one can ask about, written as `sa:shop/runner`, `user:alice` or `group:ops`. */
import { identitiesOf } from '../access.ts';
import type { Account } from '../surroundings/account.ts';

export interface Who {
  /** As it was written. */
  readonly text: string;
  /** The names under which the authorizer knows it, as keys of `Grants`: its own first, then those of its groups. */
  readonly identities: readonly string[];
  /** What it is, if it is a service account. */
  readonly account?: Pick<Account, 'namespace' | 'name'>;
}

const ACCOUNT = /^sa:([^/:\s]+)\/([^/:\s]+)$/;
const USER = /^user:(.+)$/;
const GROUP = /^group:(.+)$/;
/** The user name of a service account. */
const ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/;
const ANONYMOUS = 'system:anonymous';
const MASTERS = 'Group/system:masters';

/**
 * @param groups that a user is said to be in, beside those that everyone is in
 * @returns undefined if it is written in none of the three ways
 */
export function whoIs(text: string, groups: readonly string[] = []): Who | undefined {
  const more = groups.map((group) => `Group/${group}`);
  const [, namespace, name] = ACCOUNT.exec(text) ?? [];
  if (namespace !== undefined && name !== undefined) return accountNamed({ namespace, name }, text, more);
  const [, user] = USER.exec(text) ?? [];
  if (user !== undefined) {
    const [, home, account] = ACCOUNT_USER.exec(user) ?? [];
    if (home !== undefined && account !== undefined)
      return accountNamed({ namespace: home, name: account }, text, more);
    const everyone = user === ANONYMOUS ? 'Group/system:unauthenticated' : 'Group/system:authenticated';
    return { text, identities: [`User/${user}`, ...more, everyone] };
  }
  const [, group] = GROUP.exec(text) ?? [];
  return group === undefined ? undefined : { text, identities: [`Group/${group}`, ...more] };
}

export const textOfAccount = ({ namespace, name }: Pick<Account, 'namespace' | 'name'>): string =>
  `sa:${namespace}/${name}`;

function accountNamed(
  account: Pick<Account, 'namespace' | 'name'>,
  text: string,
  more: readonly string[],
): Who {
  return { text, account, identities: [...identitiesOf(account), ...more] };
}

/** The API server lets this group do anything, before it asks RBAC. */
export const isMaster = ({ identities }: Who): boolean => identities.includes(MASTERS);

const prefixes: Readonly<Record<string, string>> = { ServiceAccount: 'sa', User: 'user', Group: 'group' };

/** How one asks about a key of `Grants`: `group:system:authenticated`. */
export function textOfIdentity(identity: string): string {
  const kind = identity.slice(0, identity.indexOf('/'));
  return `${prefixes[kind] ?? kind}:${identity.slice(kind.length + 1)}`;
}
