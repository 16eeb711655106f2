/** `hexarisk access`: what a subject may do, whether it may do one thing, and what is wrong with the bindings. */
import { accessOf, grantsIn } from '../../world/access.ts';
import { namedAccounts } from '../../world/access/accounts.ts';
import { type Who, whoIs } from '../../world/access/subject.ts';
import { CommandError } from '../error.ts';
import { json, jsonList, type Streams, write } from '../output.ts';
import { clean } from '../table.ts';
import { answerTo } from './answer.ts';
import { auditReport } from './audit.ts';
import { aboutOne, type AccessFlags, FORMS, refuseMistakes } from './flags.ts';
import { type Known, readKnown } from './known.ts';
import { notesOn } from './notes.ts';
import { type QuestionFlags, questionOf } from './question.ts';
import { rulesOf } from './rules.ts';
import { ruleTable } from './table.ts';

/**
 * @returns the exit code: of a question 0 for yes and 1 for no; 2 if something could not be read
 * @throws CommandError for what cannot be asked, or if there is nothing to ask
 */
export async function access(
  subject: string | undefined,
  given: AccessFlags,
  streams: Streams = process,
): Promise<number> {
  const { whom, flags } = aboutOne(subject, given);
  refuseMistakes(whom, flags);
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
  const who = whoNamed(whom ?? '', flags.asGroup);
  if (flags.can !== undefined) return answer(who, { ...flags, can: flags.can }, streams);
  const known = await readKnown(flags, false, streams);
  note(notesOn(who, known.world), streams);
  return printRules([who], known, flags, streams);
}

async function printRules(
  subjects: readonly Who[],
  known: Known,
  { output }: AccessFlags,
  { stdout }: Streams,
): Promise<number> {
  const { world, errors } = known;
  const grants = grantsIn(world);
  const pieces =
    output === 'json'
      ? jsonList(subjects.values().map((who) => rulesOf(who, grants, world)))
      : subjects
          .values()
          .map((who, index) => (index === 0 ? '' : '\n') + ruleTable(who, grants, known, output === 'wide'));
  await write(stdout, pieces);
  return errors.length > 0 ? 2 : 0;
}

async function answer(who: Who, flags: AccessFlags & QuestionFlags, streams: Streams): Promise<number> {
  questionOf(flags, ''); // what is no question is told before a cluster is read
  const known = await readKnown(flags, false, streams);
  const { request, doubts } = questionOf(flags, who.account?.namespace ?? known.namespace ?? 'default');
  note([...notesOn(who, known.world), ...doubts], streams);
  const { grants } = accessOf(who.identities, grantsIn(known.world), new Map());
  const found = answerTo(request, who, { grants }, known);
  const word = found.allowed === null ? 'unknown' : found.allowed ? 'yes' : 'no';
  await write(streams.stdout, [flags.output === 'json' ? json(found) : `${word}: ${clean(found.reason)}\n`]);
  return found.allowed === null ? 2 : found.allowed ? 0 : 1;
}

function note(notes: readonly string[], { stderr }: Streams): void {
  for (const each of notes) stderr.write(`note: ${clean(each)}\n`);
}

function whoNamed(text: string, groups: readonly string[] = []): Who {
  const who = whoIs(text, groups);
  if (who === undefined) throw new CommandError(`${text || 'an empty text'} names nobody: write ${FORMS}`);
  return who;
}
