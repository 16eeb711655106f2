/** Recognises credentials in text, by what the value looks like and by the name that it is given. */
import type { Credential } from '../world/objects.ts';

/** A value and the name beside it: an environment variable, a ConfigMap key, a flag; '' where there is none. */
export interface NamedText {
  readonly name: string;
  readonly value: string;
}

const TELLING_NAME = /pass(word|wd)?$|secret$|token$|api_?key$/i;

/** The verdicts in the order of the texts. */
export async function judgeAll(texts: readonly NamedText[]): Promise<readonly (Credential | undefined)[]> {
  return texts.map(({ name }) => (TELLING_NAME.test(name) ? { kind: 'password', by: 'name' } : undefined));
}
