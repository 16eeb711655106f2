/** YAML as kubectl reads it: one document at a time, so that one broken document costs only itself. */
import { load, loadAll, type LoadOptions, YAMLException } from 'js-yaml';
import { type AliasBudget, aliasBudget, withoutSharing } from './aliases.ts';
import { mergingInOrder, schema } from './yaml-schema.ts';

export interface Document {
  readonly value: unknown;
  /** Line in the file, from 1, on which the document begins. */
  readonly line: number;
}

export interface Problem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export interface Documents {
  readonly documents: readonly Document[];
  /** Documents that could not be parsed. */
  readonly problems: readonly Problem[];
  /** Documents that were read although something is wrong with them, e.g. a key given twice. */
  readonly warnings: readonly Problem[];
}

interface Budget extends AliasBudget {
  /** How many characters may be read once more because of a line that was mended. */
  again: number;
}

/** What one part between two `---` gives. */
interface Reading {
  readonly values: readonly unknown[];
  readonly doubt?: { readonly error: YAMLException; readonly means: string };
}

/** What aliases stand for is bounded by their budget; this bounds how many there are. */
const MAX_ALIASES = 10_000;
const HAS_CONTENT = /^[ \t]*(?!\.\.\.\s*$)[^#\s]/m;
const SEPARATOR = /^---(?=[ \t\r\n]|$)/gm;

/** All of a text at once. */
export function readYaml(content: string): Documents {
  const all = [...documentsIn(content)];
  return {
    documents: all.flatMap(({ documents }) => documents),
    problems: all.flatMap(({ problems }) => problems),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

/** What each part between two `---` holds, so that nobody needs to keep the whole of a large file in memory. */
export function* documentsIn(content: string): Iterable<Documents> {
  const budget: Budget = { ...aliasBudget(content), again: 20_000_000 + 2 * content.length };
  let line = 1;
  for (const part of content.replace(/^\uFEFF/, '').split(SEPARATOR)) {
    const start = HAS_CONTENT.exec(part)?.index;
    if (start !== undefined) yield documentsOf(part, line, line + linesIn(part.slice(0, start)), budget);
    line += linesIn(part);
  }
}

/** @param first the line on which the content begins: before it are comments, and the rest of `---` */
function documentsOf(part: string, line: number, first: number, budget: Budget): Documents {
  try {
    const { values, doubt } = read(part, budget);
    const doubtful = doubt && problemOf(doubt.error, part, line);
    return {
      documents: values.map((value) => ({ value, line: first })),
      problems: [],
      warnings: doubtful ? [{ ...doubtful, message: `${doubtful.message}: ${doubt.means}` }] : [],
    };
  } catch (error) {
    return { documents: [], problems: [problemOf(error, part, line, first)], warnings: [] };
  }
}

function read(part: string, budget: Budget): Reading {
  const reading = readShared(part, budget);
  // an alias without an anchor does not parse, and `&&` in a script costs no more than this look
  if (!part.includes('&') || !part.includes('*')) return reading;
  return { ...reading, values: reading.values.map((value) => withoutSharing(value, budget)) };
}

/** Aliases still are the value that they stand for. */
function readShared(part: string, budget: Budget): Reading {
  try {
    const value = loadMended(part, {}, budget);
    return { values: [hasMerge(part) ? loadMended(part, { schema: mergingInOrder }, budget) : value] };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    for (const [reason, readOtherwise] of remedies) {
      if (!reason.test(error.reason)) continue;
      const reading = readOtherwise(part, error, budget);
      if (reading !== undefined) return reading;
    }
    throw error;
  }
}

/** What kubectl reads and the parser refuses. */
const remedies: readonly (readonly [
  reason: RegExp,
  read: (part: string, error: YAMLException, budget: Budget) => Reading | undefined,
])[] = [
  [
    /duplicated? mapping key/i, // real charts have them
    (part, error, budget) => ({
      values: [loadMended(part, { schema: hasMerge(part) ? mergingInOrder : schema, json: true }, budget)],
      doubt: { error, means: 'the last one counts' },
    }),
  ],
  [
    /expected a single document/,
    (part, error) => ({
      values: loadAll(part, options).slice(0, 1),
      doubt: { error, means: 'what follows the end marker ... is not read, nor does kubectl read it' },
    }),
  ],
  [
    /document separator is expected/, // JSON objects one after the other need none
    (part) => {
      const texts = jsonObjects(part);
      return texts && { values: texts.map((text) => load(text, options)) };
    },
  ],
];

const options: LoadOptions = { schema, maxAliases: MAX_ALIASES };

/** A list of merged mappings has an order of its own, which the parser keeps. */
const hasMerge = (part: string): boolean => part.includes('<<') && !/<<['"]?\s*:\s*[[-]/.test(part);

/** Within brackets and quotes kubectl heeds no indentation, and allows tabs. */
function loadMended(part: string, special: LoadOptions, budget: Budget): unknown {
  for (let text = part; ; ) {
    try {
      return load(text, { ...options, ...special });
    } catch (error) {
      if (!(error instanceof YAMLException) || error.reason !== 'deficient indentation') throw error;
      budget.again -= text.length;
      const mended = budget.again < 0 ? text : mend(text, error.mark?.position ?? 0);
      if (mended === text) throw error;
      text = mended;
    }
  }
}

/** Deeper than any place in brackets whose line it begins. */
const DEEP = ' '.repeat(1000);

/** Before `position` stands space between two tokens, to which a tab or too little of it is no matter. */
function mend(text: string, position: number): string {
  let begin = position;
  while (text[begin - 1] === ' ' || text[begin - 1] === '\t') begin -= 1;
  const space = text.slice(begin, position);
  const beginsLine = begin === 0 || text[begin - 1] === '\n' || text[begin - 1] === '\r';
  const better = beginsLine && space !== DEEP ? DEEP : space.replaceAll('\t', ' ');
  return text.slice(0, begin) + better + text.slice(position);
}

/** @returns undefined if the text is something else than JSON objects one after the other */
function jsonObjects(text: string): readonly string[] | undefined {
  const texts: string[] = [];
  let depth = 0;
  let start = -1;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]|[^\s{}"]+/gs)) {
    if (token === '{') {
      if (depth === 0) start = index;
      depth += 1;
    } else if (depth === 0) return undefined;
    else if (token === '}') {
      depth -= 1;
      if (depth === 0) texts.push(text.slice(start, index + 1));
    }
  }
  return depth === 0 ? texts : undefined;
}

function linesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** @param first where the document begins, for what has no place of its own */
function problemOf(error: unknown, part: string, line: number, first = line): Problem {
  if (!(error instanceof YAMLException))
    return { message: error instanceof Error ? error.message : String(error), line: first, column: 1 };
  const at = error.mark?.line ?? 0;
  // a line that was mended is longer than the one in the file
  const longest = part.split('\n', at + 1)[at]?.length ?? 0;
  return { message: error.reason, line: line + at, column: Math.min(error.mark?.column ?? 0, longest) + 1 };
}
