/** Whether a value can be a credential that stands there in plain: not a reference, a path, a switch or a key's name. */

/** The value comes from elsewhere, or is a gap in a template: `$(DB_PASSWORD)`, `${X}`, `{{ .x }}`, `<your token>`. */
const references: readonly RegExp[] = [
  /^["'`]?\$/,
  /\$[({]|\{\{|\}\}/,
  /^<[^>]*>?$/,
  /^%[\w.-]+%?$|^%\(|^%[sdv]/,
  /^@[\w.]+@$|^@env|^#\{/,
  /^(ref\+|vault:|env:|file:|secret:|secrets:|arn:|op:|sm:|gcp:|awssm:|projects\/[^/]+\/secrets\/)/i,
  /^ENC\[|^AQICA|^AgA[A-Za-z0-9+/]{40}/,
  /^[*.•\-_]+$/,
];

/** What is never a secret in itself. */
const plain: readonly RegExp[] = [
  /^(true|false|yes|no|on|off|none|null|nil|undefined|default|auto|enabled?|disabled?|required|optional|always|never|empty|unset)$/i,
  /^(string|str|text|bytes?|int|integer|bool|boolean|object|any|secret|token|key|bearer|basic|oidc|ldap|oauth2?|jwt|hmac|sasl|plain|md5|trust|peer|scram-sha-256)$/i,
  /^(\.{0,2}|~)\/[\w./@+-]*$|^[A-Za-z]:[\\/]/,
  /^[\w./-]+\.(pem|crt|cer|key|pub|json|ya?ml|txt|jks|p12|pfx|conf|cfg|ini|toml|properties|env|sh|py|js|go|local|svc|com|net|org|io)(:\d+)?$/i,
  /^[a-z][a-z0-9+.-]*:\/\//i,
  /^-----BEGIN (CERTIFICATE|[A-Z ]*PUBLIC KEY)|^(ssh-(rsa|ed25519)|ecdsa-sha2-\S+) /,
  /^\d+(\.\d+)?(ns|us|ms|s|m|h|d|w|y|[kmgt]i?b?|%)$/i,
  /^[\d.,:]*$/,
];

export const isReference = (value: string): boolean => references.some((shape) => shape.test(value));

/** A password may be a number; whatever else is one is a size, a time or a port. */
const NUMERIC_PASSWORD = /^\d{4,}$/;
/** The name of a kind, unless it is the password itself. */
const WORD_PASSWORD = /^secret$/i;

/** @param kind what the value's name says that it is */
export function isPlainCredential(value: string, kind: string): boolean {
  if (value.length < 3 || value.length > LONGEST || isReference(value)) return false;
  if (kind === 'password' && (NUMERIC_PASSWORD.test(value) || WORD_PASSWORD.test(value))) return true;
  if (plain.some((shape) => shape.test(value))) return false;
  // a sentence describes a password; it is none
  if (/\s/.test(value) && kind !== 'private key') return /^\S+( \S+){1,3}$/.test(value) && /\d/.test(value);
  // `my-app-tls`, `grafana-admin`: the name of a Secret, not what is in it
  return kind !== 'secret' || !/^[a-z]+(-[a-z]+)+$/.test(value);
}

/** Longer values are files or lists: their lines are judged instead. */
const LONGEST = 4096;

/** Bits per character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Random letters and digits of some length, mixed as words never are. */
export function looksRandom(value: string): boolean {
  if (value.length < 16 || value.length > 512 || !/^[A-Za-z0-9+/_=.-]+$/.test(value)) return false;
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || isReference(value)) return false;
  if (/^[0-9a-f-]+$/i.test(value))
    return value.length >= 32 && !/^[0-9a-f]{8}-/i.test(value) && entropyOf(value) > 3;
  return (
    !/[/.-]{2}|\.[a-z]{2,}$/.test(value) &&
    !/^[a-z0-9]+([-_./][a-z0-9]+)+$/.test(value) &&
    entropyOf(value) > 3.5
  );
}
