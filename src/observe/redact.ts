/**
 * Judges every text that may be a credential while the object still is what the API server sent, and puts the
 * verdict in its place. Nothing behind this edge ever sees the value: not the world, reports, logs or metrics.
 */
import type { Credential } from '../world/objects.ts';
import { judgeAll, type NamedText } from './credentials.ts';
import { isUser } from './credentials/guessable.ts';
import { isRecord } from './shapes/shape.ts';

type Raw = Record<string, unknown>;

/** Rewrites, in place, the pod specs and ConfigMaps among freshly parsed objects. */
export async function redact(objects: readonly unknown[]): Promise<void> {
  const texts: NamedText[] = [];
  const verdicts: ((credential: Credential | undefined) => void)[] = [];
  const judge: Judge = (named, put) => {
    texts.push(named);
    verdicts.push(put);
  };
  for (const object of objects) {
    if (!isRecord(object)) continue;
    if (object['kind'] === 'ConfigMap') redactConfigMap(object as Raw, judge);
    else for (const spec of podSpecsIn(object)) redactPodSpec(spec, judge);
  }
  const credentials = await judgeAll(texts);
  verdicts.forEach((put, index) => put(credentials[index]));
}

type Judge = (text: NamedText, put: (credential: Credential | undefined) => void) => void;

function* podSpecsIn(object: Readonly<Raw>): Iterable<Raw> {
  const spec = child(object, 'spec');
  if (spec === undefined) return;
  if (object['kind'] === 'Pod') yield spec;
  const template = child(spec, 'template') ?? child(child(child(spec, 'jobTemplate'), 'spec'), 'template');
  const templateSpec = child(template, 'spec');
  if (templateSpec !== undefined) yield templateSpec;
}

function redactPodSpec(spec: Raw, judge: Judge): void {
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    for (const container of records(spec[list])) {
      const near = namesOf(container);
      const judgeHere: Judge = (text, put) => {
        if (isUser(text.name)) near.push(text.value);
        judge({ ...text, near }, put);
      };
      for (const variable of records(container['env'])) redactVariable(variable, judgeHere);
      const program = redactWords(container, 'command', '', judgeHere);
      redactWords(container, 'args', program, judgeHere);
      for (const handler of handlersOf(container)) redactHandler(handler, judgeHere);
    }
  }
}

/** What the container is called, and its image: `postgres` of `registry.example/library/postgres:17`. */
function namesOf({ name, image }: Raw): string[] {
  const product =
    typeof image === 'string' ? /([^/:@]+)(?::[^/@]*)?(?:@[^/]*)?$/.exec(image)?.[1] : undefined;
  return [name, product].filter((text) => typeof text === 'string');
}

function redactVariable(variable: Raw, judge: Judge): void {
  const { name, value } = variable;
  delete variable['value'];
  delete variable['credential'];
  variable['literal'] = value !== undefined && value !== null && value !== '';
  if (variable['literal'] !== true) return;
  judge({ name: String(name), value: String(value) }, (credential) => {
    if (credential !== undefined) variable['credential'] = credential;
  });
}

/** What is kept of the words before one: the program and its options, not what else it is told. */
const LONGEST_WORD = 64;
const LONGEST_LINE = 512;

/** @returns the line so far, beginning with that of the list before */
function redactWords(container: Raw, key: 'command' | 'args', before: string, judge: Judge): string {
  const words = container[key];
  if (!Array.isArray(words)) return before; // the shape says what is wrong with it
  let line = before;
  container[key] = words.map((word: unknown, index): unknown => {
    // no object passes for a word that was judged: the shape says what is wrong with the rest
    if (typeof word !== 'string') return isRecord(word) ? null : word;
    const slim: Raw = { text: word };
    judge({ ...flagOf(words, index, word), before: line }, (credential) => {
      if (credential === undefined) return;
      slim['text'] = '***';
      slim['credential'] = credential;
    });
    line = extended(line, word);
    return slim;
  });
  return line;
}

const extended = (line: string, word: string): string =>
  `${line} ${word.slice(0, LONGEST_WORD)}`.slice(-LONGEST_LINE);

const handlersOf = (container: Raw): readonly Raw[] =>
  [
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((probe) => child(container, probe)),
    ...['postStart', 'preStop'].map((hook) => child(child(container, 'lifecycle'), hook)),
  ].filter((handler) => handler !== undefined);

/** Its command and its headers; of these the world keeps nothing else. */
function redactHandler(handler: Raw, judge: Judge): void {
  delete handler['credential'];
  const put = (credential: Credential | undefined): void => {
    if (credential !== undefined) handler['credential'] ??= credential;
  };
  for (const { name, value } of records(child(handler, 'httpGet')?.['httpHeaders']))
    judge({ name: String(name), value: String(value) }, put);
  const words = child(handler, 'exec')?.['command'];
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) return;
  let before = '';
  for (const [index, word] of words.entries()) {
    judge({ ...flagOf(words, index, word), before }, put);
    before = extended(before, word);
  }
}

/** `--password=x`, `--password x` and `PASSWORD=x` name their value; any other word has no name. */
function flagOf(words: readonly unknown[], index: number, word: string): NamedText {
  const assigned = /^(?:-{1,2})?([A-Za-z][\w.-]*)=([\s\S]*)$/.exec(word);
  if (assigned !== null) return { name: assigned[1] ?? '', value: assigned[2] ?? '' };
  const before = words[index - 1];
  const flag = typeof before === 'string' ? /^-{1,2}([A-Za-z][\w.-]*)$/.exec(before) : null;
  return { name: word.startsWith('-') ? '' : (flag?.[1] ?? ''), value: word };
}

function redactConfigMap(object: Raw, judge: Judge): void {
  const data = isRecord(object['data']) ? object['data'] : {};
  const binary = isRecord(object['binaryData']) ? object['binaryData'] : {};
  const credentials: Record<string, Credential> = {};
  object['keys'] = [...Object.keys(data), ...Object.keys(binary)].sort();
  object['credentials'] = credentials;
  const users = Object.keys(data).filter(isUser);
  const near = users.map((key) => String(data[key]));
  for (const key of Object.keys(data).sort()) {
    judge({ name: key, value: String(data[key]), near }, (credential) => {
      if (credential !== undefined) credentials[key] = credential;
    });
  }
  delete object['data'];
  delete object['binaryData'];
}

function child(object: unknown, key: string): Raw | undefined {
  const value = isRecord(object) ? object[key] : undefined;
  return isRecord(value) ? value : undefined;
}

const records = (value: unknown): readonly Raw[] =>
  Array.isArray(value) ? value.filter((item): item is Raw => isRecord(item)) : [];
