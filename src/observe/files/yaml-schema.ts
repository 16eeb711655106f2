/** Which values the plain words of YAML have: those that Go's sigs.k8s.io/yaml gives them, with which kubectl reads. */
import {
  boolYaml11Tag,
  CORE_SCHEMA,
  defineScalarTag,
  floatCoreTag,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  seqTag,
} from 'js-yaml';

const never = () => false;

/** A leading 0 is octal, as in `defaultMode: 0644`. */
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

/** `1_0.5` is a number. Infinity and NaN, which JSON does not have, stay text, so that the field's shape refuses them. */
const float = defineScalarTag('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: '-+.0123456789'.split(''),
  identify: never,
  resolve(text: string, isExplicit: boolean) {
    const value = floatCoreTag.resolve(text.replaceAll('_', ''), isExplicit, floatCoreTag.tagName);
    return typeof value === 'number' && Number.isFinite(value) ? value : NOT_RESOLVED;
  },
});

const text = (tag: string, resolve: (text: string) => string) =>
  defineScalarTag(tag, { matchByTagPrefix: true, resolve, identify: never });

/** Tags that nobody defined change nothing: `!Ref`, `!!set`. */
const undefinedTags = ['!', 'tag:yaml.org,2002:'].flatMap((tagName) => [
  text(tagName, (value) => value),
  { ...seqTag, tagName, matchByTagPrefix: true },
  { ...mapTag, tagName, matchByTagPrefix: true },
]);

const common = [
  mergeTag,
  boolYaml11Tag,
  integer,
  float,
  text('tag:yaml.org,2002:binary', (value) => Buffer.from(value, 'base64').toString('utf8')),
  ...undefinedTags,
];

export const schema = CORE_SCHEMA.withTags(...common);

/** What a `<<` brings replaces what stands before it, as for kubectl; js-yaml lets the mapping's own keys win. */
export const mergingInOrder = schema.withTags({ ...mapTag, has: never });
