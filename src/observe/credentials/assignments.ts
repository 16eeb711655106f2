/** Names and values inside longer text: lines of a configuration file, words of a shell script. */
import { tellingOf } from './names.ts';
import { isPlainCredential, looksRandom } from './values.ts';
import type { Credential } from '../../world/objects.ts';

/** `name=value`, `name: value`, `"name": "value"`, `--name value`, `<name>value<`; bounded, so linear in the text. */
const assignment =
  /(?:^|[\s,;{&"'(<[])(?:-{1,2})?([A-Za-z_][\w.-]{1,80})["']?( ?[:=]{1,2} ?|: {1,8}|>)(?:"([^"\n]{0,512})"|'([^'\n]{0,512})'|([^\s"'<>,;&]{1,512}))(?=([^\n]{0,2}))/g;

export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/** Every assignment of a text that is no code, whatever its name tells. */
export const namedIn = (text: string): readonly Assignment[] =>
  text
    .matchAll(assignment)
    .flatMap(([, name = '', sign = '', double, single, bare, after = '']) => {
      const value = double ?? single ?? bare ?? '';
      const isNone = bare !== undefined && (isCode(bare) || (sign.endsWith(' ') && !/^\s*$/.test(after)));
      return isNone ? [] : [{ name, value }];
    })
    .toArray();

interface Found extends Assignment {
  /** In words, what the value is. */
  readonly kind: string;
  readonly by: Credential['by'];
}

/** The assignments of a text whose values are credentials. */
export const assignmentsIn = (text: string): readonly Found[] =>
  namedIn(text).flatMap(({ name, value }): Found | [] => {
    const telling = tellingOf(name);
    if (telling === undefined || !isPlainCredential(value, telling.kind)) return [];
    const { kind, sure } = telling;
    const by = sure && value.length >= SHORTEST ? 'name' : looksRandom(value) ? 'entropy' : undefined;
    return by === undefined ? [] : { name, value, kind, by };
  });

/** What a name gives away, else what looks random. */
export function assignedIn(text: string): Credential | undefined {
  const found = assignmentsIn(text);
  const [first] = found;
  const { kind, by } = found.find((one) => one.by === 'name') ?? first ?? {};
  return kind === undefined || by === undefined ? undefined : { kind, by };
}

/** In longer text more is only an example, so more is asked of the value. */
const SHORTEST = 5;

/** `getPassword()`, `os.environ[...]`, `config.password` are no values. */
const isCode = (bare: string): boolean =>
  /[()[\]{}|]/.test(bare) ||
  /^(self|this|process|os|args?|opts?|options|config|cfg|settings|values)\./i.test(bare);
