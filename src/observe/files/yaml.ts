/** YAML as kubectl reads it: one document at a time, so that one broken document costs only itself. */
import {
  boolYaml11Tag,
  CORE_SCHEMA,
  defineScalarTag,
  load,
  mergeTag,
  NOT_RESOLVED,
  YAMLException,
} from 'js-yaml';

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

const never = () => false;

/** Integers as Go's sigs.k8s.io/yaml reads them: a leading 0 is octal, as in `defaultMode: 0644`. */
const integer = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: '-+0123456789'.split(''),
  identify: never,
  resolve(text: string) {
    const match = /^([-+]?)(?:0b([01]+)|0x([0-9a-fA-F]+)|0o?([0-7]+)|([0-9]+))$/.exec(
      text.replaceAll('_', ''),
    );
    if (match === null) return NOT_RESOLVED;
    const [, sign, binary, hex, octal, decimal] = match;
    const value = binary
      ? Number.parseInt(binary, 2)
      : hex
        ? Number.parseInt(hex, 16)
        : octal
          ? Number.parseInt(octal, 8)
          : Number(decimal);
    return sign === '-' ? -value : value;
  },
});

const text = (tag: string, resolve: (text: string) => string) =>
  defineScalarTag(tag, { matchByTagPrefix: tag === '!', resolve, identify: never });

const schema = CORE_SCHEMA.withTags(
  mergeTag,
  boolYaml11Tag,
  integer,
  text('!', (value) => value),
  text('tag:yaml.org,2002:binary', (value) => Buffer.from(value, 'base64').toString('utf8')),
);

/** An alias may stand for much; this bounds what a hostile file makes us build. */
const MAX_ALIASES = 1000;
const HAS_CONTENT = /^[ \t]*(?!\.\.\.\s*$)[^#\s]/m;

export function readYaml(content: string): Documents {
  const documents: Document[] = [];
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  let line = 1;
  for (const part of content.replace(/^\uFEFF/, '').split(/^---(?=[ \t\r\n]|$)/gm)) {
    if (HAS_CONTENT.test(part)) {
      try {
        documents.push({
          value: load(part, { schema, maxAliases: MAX_ALIASES }),
          line: firstLine(part, line),
        });
      } catch (error) {
        const problem = problemOf(error, line);
        if (!isDuplicateKey(error)) problems.push(problem);
        else {
          warnings.push({ ...problem, message: `${problem.message}: the last one counts` });
          readLenient(part, line, documents, problems);
        }
      }
    }
    line += part.split('\n').length - 1;
  }
  return { documents, problems, warnings };
}

/** Duplicate keys: YAML forbids them, kubectl takes the last, and real charts have them. */
function readLenient(part: string, line: number, documents: Document[], problems: Problem[]): void {
  try {
    documents.push({
      value: load(part, { schema, maxAliases: MAX_ALIASES, json: true }),
      line: firstLine(part, line),
    });
  } catch (error) {
    problems.push(problemOf(error, line));
  }
}

const isDuplicateKey = (error: unknown): boolean =>
  error instanceof YAMLException && /duplicated? mapping key/i.test(error.reason);

function firstLine(part: string, line: number): number {
  const at = part.search(/[^#\s]/);
  return line + part.slice(0, Math.max(0, at)).split('\n').length - 1;
}

function problemOf(error: unknown, line: number): Problem {
  if (error instanceof YAMLException) {
    const { mark, reason } = error;
    return { message: reason, line: line + (mark?.line ?? 0), column: (mark?.column ?? 0) + 1 };
  }
  return { message: error instanceof Error ? error.message : String(error), line, column: 1 };
}
