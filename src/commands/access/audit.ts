/** `hexarisk access --audit`: what is wrong with bindings and roles, in text or JSON. */
import { loadWorld, type Message } from '../../observe/files/load.ts';
import { audit } from '../../world/access/audit.ts';
import { textOf } from '../../world/world.ts';
import { json } from '../output.ts';
import { table } from '../table.ts';
import type { Known } from './known.ts';

/** As `-o json` prints it. */
interface AuditEntry {
  readonly problem: string;
  /** `Kind namespace/name` */
  readonly object: string;
  /** JSON Pointer into the object. */
  readonly path: string;
  readonly text: string;
}

interface AuditReport {
  readonly text: string;
  /** Everything could be read, but for objects that the report itself names. */
  readonly isComplete: boolean;
}

export async function auditReport(
  { world, errors }: Pick<Known, 'world' | 'errors'>,
  output: 'table' | 'wide' | 'json',
): Promise<AuditReport> {
  const { world: bootstrap } = await loadWorld([], 0);
  const unreadable = errors.flatMap(unreadableIn);
  const malformed = new Set(unreadable.map(({ object }) => object));
  const found = audit(world, { bootstrap, unreadable: malformed }).map(
    ({ object, ...rest }): AuditEntry => ({ ...rest, object: textOf(object) }),
  );
  const entries = [...found, ...unreadable];
  return {
    text:
      output === 'json'
        ? json(entries)
        : `${entries.length === 0 ? 'nothing found' : table(columns, entries)}\n`,
    isComplete: errors.length === unreadable.length,
  };
}

const kinds: Readonly<Record<string, string>> = {
  roles: 'Role',
  clusterroles: 'ClusterRole',
  rolebindings: 'RoleBinding',
  clusterrolebindings: 'ClusterRoleBinding',
};

/** A role or binding that is misshapen gives nothing as it stands. */
function unreadableIn({ object }: Message): readonly AuditEntry[] {
  const kind = object === undefined ? undefined : kinds[object.resource];
  if (object === undefined || kind === undefined) return [];
  const [, path = '', text = object.problem] = /^(\/\S*): (.*)$/s.exec(object.problem) ?? [];
  return [{ problem: 'malformed', object: `${kind} ${object.name}`, path, text }];
}

const columns = [
  { title: 'PROBLEM', text: ({ problem }: AuditEntry) => problem },
  { title: 'OBJECT', text: ({ object }: AuditEntry) => object },
  { title: 'AT', text: ({ path }: AuditEntry) => path },
  { title: 'WHAT', text: ({ text }: AuditEntry) => text },
];
