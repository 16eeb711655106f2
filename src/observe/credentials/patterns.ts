/** Credentials that the shape of the text alone gives away, and that secretlint does not know. */
import { isReference } from './values.ts';

interface Pattern {
  readonly kind: string;
  /** Global; its first group, if it has one, is the secret itself. Linear in the text. */
  readonly shape: RegExp;
}

const patterns: readonly Pattern[] = [
  {
    kind: 'password in a URL',
    shape: /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:@/'"`]{0,128}:([^\s@/'"`]{1,256})@/gi,
  },
  {
    kind: 'password in a URL',
    shape: /[?&](?:password|passwd|pwd|sig|access_token|api_key|apikey|client_secret)=([^&\s'"`]{3,256})/gi,
  },
  { kind: 'JSON Web Token', shape: /\beyJ[\w-]{8,2048}\.eyJ[\w-]{8,4096}\.[\w-]{8,1024}/g },
  { kind: 'Google API key', shape: /\bAIza[\w-]{35}(?![\w-])/g },
  { kind: 'Google OAuth client secret', shape: /\bGOCSPX-[\w-]{20,64}/g },
  {
    kind: 'authorization header',
    shape: /\b(?:bearer|basic) {1,4}([\w.~+/-]{16,2048}={0,2})(?=[\s'"`,;]|$)/gi,
  },
  { kind: 'registry login', shape: /"auth"\s{0,8}:\s{0,8}"([A-Za-z0-9+/]{8,2048}={0,2})"/g },
  {
    kind: 'private key',
    shape: /-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----[\s\\nr]{1,8}([A-Za-z0-9+/=:]{16})/g,
  },
  { kind: 'client key', shape: /\bclient-key-data["']?: {0,4}["']?([A-Za-z0-9+/]{64})/g },
  { kind: 'storage account key', shape: /\b(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{32,128}={0,2})/g },
  { kind: 'password hash', shape: /(?:^|[\s:"'])(\$(?:2[aby]|apr1|6|5|y|argon2id?)\$[\w./$,=+-]{20,256})/gm },
];

/** @returns what the text holds, in words */
export function patternIn(text: string): string | undefined {
  return patterns.find(({ shape }) => text.matchAll(shape).some((match) => !isGap(match[1] ?? match[0])))
    ?.kind;
}

/** A password hash begins with a dollar, as references do; nothing else that matched may be one. */
const isGap = (secret: string): boolean => !/^\$[\w]{1,8}\$/.test(secret) && isReference(secret);
