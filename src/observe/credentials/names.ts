/** What the name of a value tells: `DB_PASSWORD` holds a password, `PASSWORD_FILE` and `TOKEN_TTL` do not. */

export interface Telling {
  /** In words, what the value would be. */
  readonly kind: string;
  /** A telling name is enough beside a plain value; else the value must also look random. */
  readonly sure: boolean;
}

/** A name as lower-case words: `spring.datasource.dbPassword2` is `spring datasource db password`. */
function wordsOf(name: string): readonly string[] {
  return name
    .slice(-LONGEST_NAME)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ''))
    .filter((word) => word !== '');
}

const LONGEST_NAME = 128;

/** Matched against the end of the words, joined by single spaces: the last word says what a value is. */
const telling: readonly (Telling & { readonly ending: RegExp })[] = [
  { ending: /(password|passwd|passphrase|passwort|requirepass|masterauth)$/, kind: 'password', sure: true },
  {
    ending: /(^| )(db|user|root|admin|mysql|pg|smtp|ldap|redis)?(pass|pwd|pw)$/,
    kind: 'password',
    sure: true,
  },
  { ending: /(^| )(passcode|psk)$/, kind: 'password', sure: true },
  { ending: /(private|ssh|rsa|pem) ?key( data| content)?$/, kind: 'private key', sure: true },
  {
    ending:
      /(secret|access|api|account|batch|storage|encryption|signing|master|auth|admin|shared|app|session) ?key$/,
    kind: 'key',
    sure: true,
  },
  { ending: /\bkey content$/, kind: 'key', sure: true },
  { ending: /token$/, kind: 'token', sure: true },
  { ending: /(^| )(jwt|bearer)$/, kind: 'token', sure: false },
  {
    ending:
      /(^|client|app|application|consumer|shared|jwt|session|cookie|webhook|oauth|api|hmac|auth|access|master|bot|signing|token|admin|user) ?secret$/,
    kind: 'secret',
    sure: true,
  },
  { ending: /(connection ?string|credentials?|dsn)$/, kind: 'credential', sure: false },
  { ending: /(key|secret|auth|salt|seed|signature|cookie|pin|hash key)$/, kind: 'secret', sure: false },
];

/**
 * Endings that look telling and are not: a public key, the name of a Secret, a switch, the next page of a list. Of
 * whole words: `REDIS_PASSWORD` does not end in `IS_PASSWORD`.
 */
const innocent: readonly RegExp[] = [
  /\b(public|pub|host|primary|foreign|partition|sort|cache|object|label|annotation|sub|map|config|topology|node|row|column|hot|registry|feature|translation) ?key$/,
  /\b(existing|use|using|create|enable|enabled|disable|allow|require|has|is|no|skip|pull|image pull) ?(secret|password|token|key|auth)$/,
  /\b(tls|cert|certificate|ca|ssl) ?(secret|key|auth)$/,
  /\b(next|page|continue|continuation|max|min|num|csrf|xsrf|sync|per|of|by|eos|bos|pad|stop|special|unk|mask) ?(page )?token$/,
  /(access key id|key id|automount service account token|basic auth|enable auth|http auth|oauth)$/,
];

/** Last words that say where or in which form a value is, not what: `DB_PASSWORD_PROD`, `TOKEN_B64` (without its number). */
const qualifier = new RegExp(
  ` (${[
    'b|base|cleartext|decoded|encoded|hex|plain|plaintext|raw|str|string|text|val|value',
    'dev|devel|development|int|live|local|preprod|prod|production|qa|sandbox|stage|staging|test|testing|uat',
    'backup|current|default|initial|main|master|new|old|previous|primary|replica|secondary|temp|tmp',
    'app|backend|cache|database|db|email|ftp|mail|sftp|smtp|ssh',
    'aws|azure|bitbucket|dockerhub|elastic|elasticsearch|gcp|github|gitlab|jira|kafka|ldap|mariadb|mongo|mongodb',
    'mssql|mysql|oracle|pg|postgres|postgresql|rabbitmq|redis|slack|sql|stripe|vault',
  ].join('|')})$`,
);

/** @returns undefined where the name says nothing */
export function tellingOf(name: string): Telling | undefined {
  for (let words = wordsOf(name).join(' '); words !== ''; words = words.replace(qualifier, '')) {
    if (innocent.some((ending) => ending.test(words))) return undefined;
    const found = telling.find(({ ending }) => ending.test(words));
    if (found !== undefined || !qualifier.test(words)) return found;
  }
  return undefined;
}
