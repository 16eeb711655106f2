/** The flags of `hexarisk access`, and which of them do not go together. */
import { CommandError } from '../error.ts';
import type { Where } from './known.ts';
import type { QuestionFlags } from './question.ts';

export interface AccessFlags extends Where, Partial<QuestionFlags> {
  readonly output: 'table' | 'wide' | 'json';
  readonly all?: boolean;
  readonly audit?: boolean;
  readonly asGroup?: readonly string[];
}

/** How a subject is written. */
export const FORMS = 'sa:NAMESPACE/NAME, user:NAME or group:NAME';
const SUBJECT = /^(sa|user|group):/;

interface Given {
  readonly whom: string | undefined;
  readonly flags: AccessFlags;
}

/** A subject that stands after the values of a flag that takes several is the subject all the same. */
export function aboutOne(whom: string | undefined, flags: AccessFlags): Given {
  if (whom !== undefined) return { whom, flags };
  for (const flag of ['can', 'files'] as const) {
    const last = flags[flag]?.at(-1) ?? '';
    if (SUBJECT.test(last)) return { whom: last, flags: { ...flags, [flag]: flags[flag]?.slice(0, -1) } };
  }
  return { whom, flags };
}

const isForMany = ({ all = false, audit = false }: AccessFlags): boolean => all || audit;

const mistakes: readonly {
  readonly is: (flags: AccessFlags, whom: string | undefined) => boolean;
  readonly says: string;
}[] = [
  {
    is: ({ all = false, audit = false }) => all && audit,
    says: '--all and --audit exclude each other',
  },
  {
    is: (flags) => isForMany(flags) && flags.can !== undefined,
    says: `--can asks about one subject: ${FORMS}`,
  },
  {
    is: (flags, whom) => isForMany(flags) && whom !== undefined,
    says: '--all and --audit are about everyone: leave out the subject',
  },
  {
    is: (flags, whom) => !isForMany(flags) && whom === undefined,
    says: `say whom it is about: ${FORMS}; or --all, or --audit`,
  },
  {
    is: ({ can, namespace, allNamespaces = false, subresource }) =>
      can === undefined && (namespace !== undefined || allNamespaces || subresource !== undefined),
    says: '--namespace, --all-namespaces and --subresource are part of a question: add --can VERB RESOURCE',
  },
];

/** @throws CommandError */
export function refuseMistakes(whom: string | undefined, flags: AccessFlags): void {
  for (const { is, says } of mistakes) if (is(flags, whom)) throw new CommandError(says);
}
