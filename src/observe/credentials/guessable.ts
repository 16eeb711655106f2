/** Whether a credential is one that everybody tries first: a well-known default, or made of words that lie near. */
import { assignmentsIn, namedIn } from './assignments.ts';
import { tellingOf } from './names.ts';
import { isPlainCredential, isReference } from './values.ts';

/** The words of default passwords and of placeholders that nobody replaced; the names of common products too. */
const common: ReadonlySet<string> = new Set(
  `abc access account admin administrator api app apple asdf asdfgh bar bitnami cassandra change changeit changeme
  client couchbase database db default demo dev dragon elastic example fake football foo foobar foobared from git
  grafana guest hello iloveyou influx jenkins keycloak let letmein localhost login manager mariadb master me minio
  monkey mongo mongodb my mysql nobody none not oracle pass passw passwd password passwort postgres postgresql prod
  production pw pwd qwerty qwertz rabbit rabbitmq redis replace root sa sample secret secure service shadow simple
  staging sunshine super superman superuser sys sysadmin system temp test tester testing the this tomcat toor trustno
  user username very welcome your 1q2w3e 1q2w3e4r 1qaz2wsx zaq12wsx`.split(/\s+/),
);

/** Keys beside each other, and counting. */
const runs = ['01234567890123456789', '98765432109876543210', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop'];

/** Longer ones may be made of words and still be hard to guess. */
const LONGEST = 32;
/** Of a name that lies near: shorter ones are in everything. */
const SHORTEST_NAME = 3;

/**
 * @param near what lies near the value and is tried with it: the user, the image, the variable's own name
 * @param kind what the value is; a few same letters stand for a key that is not there, but are a password
 */
function isGuessable(value: string, kind: string, near: readonly string[]): boolean {
  const text = value
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .toLowerCase();
  if (text === '' || text.length > LONGEST || isReference(text)) return false;
  if (/^(.)\1*$/.test(text)) return kind.startsWith('password');
  if (/^\d{1,6}$/.test(text) || runs.some((run) => run.includes(text))) return true;
  const names = near
    .filter((name) => name.length <= LONGEST)
    .flatMap(wordsIn)
    .filter((word) => word.length >= SHORTEST_NAME);
  const words = new Set([...common, ...names]);
  const [, stem = ''] = /^(.*?)[\W_]*\d{0,4}[\W_]*$/.exec(text) ?? [];
  return [text, stem, unmasked(text), unmasked(stem)].some((form) => isMadeOf(form, words));
}

/** A name, and the parts of it. */
const wordsIn = (name: string): readonly string[] => {
  const lower = name.toLowerCase();
  return [lower, ...lower.split(/[^a-z0-9]+/)];
};

const masks: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};

/** `p4$$w0rd` is `password`. */
const unmasked = (text: string): string => text.replace(/[013457@$]/g, (sign) => masks[sign] ?? sign);

/** Whether the text is words one after another, with any signs between them. */
function isMadeOf(text: string, words: ReadonlySet<string>): boolean {
  const reached = new Set([0]);
  for (let end = 1; end <= text.length; end++) {
    const isSign = /[\W_]/.test(text.charAt(end - 1));
    if ((isSign && reached.has(end - 1)) || [...reached].some((start) => words.has(text.slice(start, end))))
      reached.add(end);
  }
  return /[a-z]/.test(text) && reached.has(text.length);
}

/** The scheme, the user and the password of each URL that has one. */
const login = /\b([a-z][a-z0-9+.-]{1,30}):\/\/([^\s:@/'"`]{0,128}):([^\s@/'"`]{1,256})@/gi;
const parameter = /[?&](?:password|passwd|pwd)=([^&\s'"`]{3,256})/gi;

/** Whether some credential of a text, which is known to hold one, can be guessed. */
export function holdsGuessable(name: string, value: string, near: readonly string[]): boolean {
  const telling = tellingOf(name);
  const named = [...near, name];
  if (telling !== undefined && isPlainCredential(value.trim(), telling.kind))
    return isGuessable(value, telling.kind, named);
  const users = namedIn(value).flatMap((one) => (isUser(one.name) ? one.value : []));
  return (
    value
      .matchAll(login)
      .some(([, scheme = '', user = '', word = '']) =>
        isGuessable(word, 'password', [...named, scheme, user]),
      ) ||
    value.matchAll(parameter).some(([, word = '']) => isGuessable(word, 'password', [...named, ...users])) ||
    assignmentsIn(value).some((one) => isGuessable(one.value, one.kind, [...named, one.name, ...users]))
  );
}

/** The name of a value that says who, or of what the password is. */
export const isUser = (name: string): boolean => /(user|user_?name|login|database|_db)$/i.test(name);
