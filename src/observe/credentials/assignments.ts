/** Names and values inside longer text: lines of a configuration file, words of a shell script. */
import { tellingOf } from './names.ts';
import { isPlainCredential, looksRandom } from './values.ts';
import type { Credential } from '../../world/objects.ts';

/** `name=value`, `name: value`, `"name": "value"`, `--name value`, `<name>value<`; bounded, so linear in the text. */
const assignment =
  /(?:^|[\s,;{&"'(<[])(?:-{1,2})?([A-Za-z_][\w.-]{1,80})["']?( ?[:=]{1,2} ?|: {1,8}|>)(?:"([^"\n]{0,512})"|'([^'\n]{0,512})'|([^\s"'<>,;&]{1,512}))(?=([^\n]{0,2}))/g;

export function assignedIn(text: string): Credential | undefined {
  let byEntropy: Credential | undefined;
  for (const [, name = '', sign = '', double, single, bare, after = ''] of text.matchAll(assignment)) {
    const telling = tellingOf(name);
    if (telling === undefined) continue;
    const value = double ?? single ?? bare ?? '';
    if (bare !== undefined && (isCode(bare) || (sign.endsWith(' ') && !/^\s*$/.test(after)))) continue;
    if (!isPlainCredential(value, telling.kind)) continue;
    if (telling.sure && value.length >= SHORTEST) return { kind: telling.kind, by: 'name' };
    if (looksRandom(value)) byEntropy ??= { kind: telling.kind, by: 'entropy' };
  }
  return byEntropy;
}

/** In longer text more is only an example, so more is asked of the value. */
const SHORTEST = 5;

/** `getPassword()`, `os.environ[...]`, `config.password` are no values. */
const isCode = (bare: string): boolean =>
  /[()[\]{}|]/.test(bare) ||
  /^(self|this|process|os|args?|opts?|options|config|cfg|settings|values)\./i.test(bare);
