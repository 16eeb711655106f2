/** Subjects of bindings that are nobody, or not yet anybody: who creates them has what the binding gives. */
import { identityOf } from '../access.ts';
import type { Binding, Subject } from '../objects.ts';
import { find, type World } from '../world.ts';
import { textOfIdentity, whoIs } from './subject.ts';

/** What is known to exist. What cannot be listed counts as existing: nothing can be said of it. */
interface Existence {
  namespace(name: string): boolean;
  account(namespace: string, name: string): boolean;
}

/** Namespaces that the API server makes itself. */
const builtIn = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

export function existence({ tables, source, missing }: World): Existence {
  const namespaces = new Set([...builtIn, ...(tables.namespaces.get('')?.keys() ?? [])]);
  // what files put into a namespace cannot be applied without it
  if (source === 'files')
    for (const table of Object.values(tables))
      for (const namespace of table.keys()) namespaces.add(namespace);
  return {
    namespace: (name) => missing.has('namespaces') || namespaces.has(name),
    account: (namespace, name) =>
      missing.has('serviceaccounts') ||
      find(tables.serviceaccounts, namespace, name) !== undefined ||
      // each namespace gets this one by itself, so files need not have it
      (source === 'files' && name === 'default'),
  };
}

interface Found {
  readonly problem: 'unknown-subject-kind' | 'namespace-missing' | 'account-missing';
  readonly text: string;
}

const kinds: ReadonlySet<string> = new Set(['ServiceAccount', 'User', 'Group']);
const ACCOUNTS_OF = /^system:serviceaccounts:(.+)$/;

export function problemOf(binding: Binding, subject: Subject, exists: Existence): Found | undefined {
  const { kind, name } = subject;
  const text = textOfIdentity(identityOf(subject, binding.metadata.namespace));
  if (!kinds.has(kind))
    return {
      problem: 'unknown-subject-kind',
      text: `${kind} ${name} is nobody: subjects are ServiceAccounts, Users and Groups`,
    };
  if (text.startsWith('sa:/'))
    return { problem: 'account-missing', text: `ServiceAccount ${name} has no namespace, so it is nobody` };
  const { account } = whoIs(text) ?? {};
  const [, members] = kind === 'Group' ? (ACCOUNTS_OF.exec(name) ?? []) : [];
  const namespace = account?.namespace ?? members;
  if (namespace !== undefined && !exists.namespace(namespace))
    return {
      problem: 'namespace-missing',
      text: `${text}: namespace ${namespace} does not exist: who creates it has these rights`,
    };
  if (account === undefined || exists.account(account.namespace, account.name)) return undefined;
  return {
    problem: 'account-missing',
    text: `ServiceAccount ${account.namespace}/${account.name} does not exist: who creates it has these rights`,
  };
}
