/** `hexarisk access`: what a subject may do, whether it may do one thing, and what is wrong with the bindings. */
import { accessOf, type Grants, grantsBySubject } from '../../world/access.ts';
import { namedAccounts } from '../../world/access/accounts.ts';
import { type Who, whoIs } from '../../world/access/subject.ts';
import type { World } from '../../world/world.ts';
import { CommandError } from '../error.ts';
import { json, type Streams, write } from '../output.ts';
import { clean } from '../table.ts';
import { answerTo } from './answer.ts';
import { auditReport } from './audit.ts';
import { type Known, readKnown, type Where } from './known.ts';
import { notesOn } from './notes.ts';
import { type QuestionFlags, questionOf } from './question.ts';
import { rulesOf } from './rules.ts';
import { ruleTable } from './table.ts';

export interface AccessFlags extends Where, Partial<QuestionFlags> {
  readonly output: 'table' | 'wide' | 'json';
  readonly all?: boolean;
  readonly audit?: boolean;
  readonly asGroup?: readonly string[];
}

/**
 * @returns the exit code: of a question 0 for yes and 1 for no; 2 if something could not be read
 * @throws CommandError for what cannot be asked, or if there is nothing to ask
 */
export async function access(
  subject: string | undefined,
  given: AccessFlags,
  streams: Streams = process,
): Promise<number> {
  const { whom, flags } = sorted(subject, given);
  if (flags.audit === true) {
    const known = await readKnown(flags, false, streams);
    const { text, isComplete } = await auditReport(known, flags.output);
    await write(streams.stdout, [text]);
    return isComplete ? 0 : 2;
  }
  if (flags.all === true) {
    const known = await readKnown(flags, true, streams);
    return printRules(
      namedAccounts(known.world).map((text) => whoNamed(text)),
      known,
      flags,
      streams,
    );
  }
  const who = whoNamed(whom, flags.asGroup);
  if (flags.can !== undefined) return answer(who, { ...flags, can: flags.can }, streams);
  const known = await readKnown(flags, false, streams);
  note(notesOn(who, known.world), streams);
  return printRules([who], known, flags, streams);
}

async function printRules(
  subjects: readonly Who[],
  { world, errors }: Known,
  { output }: AccessFlags,
  { stdout }: Streams,
): Promise<number> {
  const grants = grantsOf(world);
  const pieces =
    output === 'json'
      ? [json(subjects.map((who) => rulesOf(who, grants, world)))]
      : subjects.map((who, i) => `${i === 0 ? '' : '\n'}${ruleTable(who, grants, world, output === 'wide')}`);
  await write(stdout, pieces);
  return errors.length > 0 ? 2 : 0;
}

async function answer(who: Who, flags: AccessFlags & QuestionFlags, streams: Streams): Promise<number> {
  questionOf(flags, ''); // what is no question is told before a cluster is read
  const known = await readKnown(flags, false, streams);
  const { request, doubts } = questionOf(flags, who.account?.namespace ?? known.namespace ?? 'default');
  note([...notesOn(who, known.world), ...doubts], streams);
  const { grants } = accessOf(who.identities, grantsOf(known.world), new Map());
  const found = answerTo(request, who, { grants }, known);
  const word = found.allowed === null ? 'unknown' : found.allowed ? 'yes' : 'no';
  await write(streams.stdout, [flags.output === 'json' ? json(found) : `${word}: ${clean(found.reason)}\n`]);
  return found.allowed === null ? 2 : found.allowed ? 0 : 1;
}

function grantsOf({ tables, source }: World): Grants {
  const { roles, clusterroles, rolebindings, clusterrolebindings } = tables;
  return grantsBySubject(roles, clusterroles, rolebindings, clusterrolebindings, source);
}

function note(notes: readonly string[], { stderr }: Streams): void {
  for (const each of notes) stderr.write(`note: ${clean(each)}\n`);
}

const FORMS = 'sa:NAMESPACE/NAME, user:NAME or group:NAME';

function whoNamed(text: string, groups: readonly string[] = []): Who {
  const who = whoIs(text, groups);
  if (who === undefined) throw new CommandError(`${text || 'an empty text'} names nobody: write ${FORMS}`);
  return who;
}

interface Sorted {
  readonly whom: string;
  readonly flags: AccessFlags;
}

const SUBJECT = /^(sa|user|group):/;

/** Exactly one of a subject, all and audit. A subject after `--files` or `--can`, which take several values, is one. */
function sorted(subject: string | undefined, flags: AccessFlags): Sorted {
  const { all = false, audit = false, can, files } = flags;
  const isForMany = all || audit;
  if (isForMany && can !== undefined) throw new CommandError(`--can asks about one subject: ${FORMS}`);
  if (all && audit) throw new CommandError('--all and --audit exclude each other');
  if (subject !== undefined) {
    if (isForMany) throw new CommandError(`${all ? '--all' : '--audit'} is about all: leave out ${subject}`);
    return { whom: subject, flags };
  }
  if (isForMany) return { whom: '', flags };
  if (SUBJECT.test(can?.at(-1) ?? ''))
    return { whom: can?.at(-1) ?? '', flags: { ...flags, can: can?.slice(0, -1) ?? [] } };
  if (SUBJECT.test(files?.at(-1) ?? ''))
    return { whom: files?.at(-1) ?? '', flags: { ...flags, files: files?.slice(0, -1) ?? [] } };
  throw new CommandError(`say whom it is about: ${FORMS}; or --all, or --audit`);
}
