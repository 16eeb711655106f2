/** Recognises credentials in text, by what the value looks like and by the name that it is given. */
import { setImmediate } from 'node:timers/promises';
import type { Credential } from '../world/objects.ts';
import { assignedIn } from './credentials/assignments.ts';
import { commandHasPassword } from './credentials/commands.ts';
import { decoded } from './credentials/encoded.ts';
import { holdsGuessable } from './credentials/guessable.ts';
import { knownIn } from './credentials/known.ts';
import { tellingOf } from './credentials/names.ts';
import { patternIn } from './credentials/patterns.ts';
import { isPlainCredential, looksRandom } from './credentials/values.ts';

/** A value and the name beside it: an environment variable, a ConfigMap key, a flag; '' where there is none. */
export interface NamedText {
  readonly name: string;
  readonly value: string;
  /** Names around it that are tried as passwords: of the user, of the image. */
  readonly near?: readonly string[];
  /** Of a word of a command: the words before it. */
  readonly before?: string;
}

/** Characters of a value that are looked at. Longer ones are data; those that configure are far shorter. */
const LOOKED_AT = 64 * 1024;
/** Characters and texts per pass: some milliseconds of work, then others get their turn. */
const AT_ONCE = 256 * 1024;
const TEXTS_AT_ONCE = 500;

/** The verdicts in the order of the texts. */
export async function judgeAll(texts: readonly NamedText[]): Promise<readonly (Credential | undefined)[]> {
  const verdicts: (Credential | undefined)[] = [];
  for (const batch of batchesOf(texts)) {
    if (verdicts.length > 0) await setImmediate();
    const forms = batch.map(formsOf);
    const known = await knownIn(
      forms.map((some) => some.map(({ name, value }) => `${name}=${value}`).join('\n')),
    );
    for (const [index, some] of forms.entries()) {
      const kind = known.get(index);
      const verdict = kind === undefined ? judgeForms(some) : ({ kind, by: 'pattern' } as const);
      const weak =
        verdict !== undefined && some.some(({ name, value, near = [] }) => holdsGuessable(name, value, near));
      verdicts.push(weak ? { ...verdict, weak } : verdict);
    }
  }
  return verdicts;
}

function* batchesOf(texts: readonly NamedText[]): Iterable<readonly NamedText[]> {
  let batch: NamedText[] = [];
  let size = 0;
  for (const text of texts) {
    batch.push({ ...text, value: text.value.slice(0, LOOKED_AT) });
    size += text.name.length + Math.min(text.value.length, LOOKED_AT);
    if (size < AT_ONCE && batch.length < TEXTS_AT_ONCE) continue;
    yield batch;
    [batch, size] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** The text as it is, and decoded if it is encoded. */
function formsOf(text: NamedText): readonly NamedText[] {
  const value = decoded(text.value);
  return value === undefined ? [text] : [text, { ...text, value }];
}

/** What a form's shape gives away says more than the name that all forms share. */
function judgeForms(forms: readonly NamedText[]): Credential | undefined {
  const verdicts = forms.map(judge).filter((verdict) => verdict !== undefined);
  return verdicts.find(({ by }) => by === 'pattern') ?? verdicts[0];
}

function judge({ name, value, before = '' }: NamedText): Credential | undefined {
  const isPassword = commandHasPassword(`${before} ${value}`, before.length + 1);
  const kind = patternIn(value) ?? (isPassword ? 'password' : undefined);
  if (kind !== undefined) return { kind, by: 'pattern' };
  return byName(name, value.trim()) ?? (/[=:>]/.test(value) ? assignedIn(value) : undefined);
}

function byName(name: string, value: string): Credential | undefined {
  const telling = tellingOf(name);
  if (telling === undefined || !isPlainCredential(value, telling.kind)) return undefined;
  if (telling.sure) return { kind: telling.kind, by: 'name' };
  return looksRandom(value) ? { kind: telling.kind, by: 'entropy' } : undefined;
}
