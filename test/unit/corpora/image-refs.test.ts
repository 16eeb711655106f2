import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { normalized, parseImageReference } from '../../../src/world/workload/image-reference.ts';

const folder = join(import.meta.dirname, '../../../../shared/corpora/image-refs');

interface Case {
  readonly input: string;
  readonly valid: boolean;
  readonly domain?: string;
  readonly path?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly normalized?: string;
  readonly mutableLatest?: boolean;
  readonly pinnedByDigest?: boolean;
}

const read = (name: string): readonly Case[] =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Case);

const parsed = (input: string): unknown => {
  const reference = parseImageReference(input);
  if (reference === undefined) return { input, valid: false };
  const { domain, path, tag, digest } = reference;
  return {
    input,
    valid: true,
    domain,
    path,
    tag,
    digest,
    normalized: normalized(reference),
    mutableLatest: digest === undefined && (tag === undefined || tag === 'latest'),
    pinnedByDigest: digest !== undefined,
  };
};

const expected = ({ input, valid, ...rest }: Case): unknown =>
  valid
    ? {
        input,
        valid,
        domain: rest.domain,
        path: rest.path,
        tag: rest.tag,
        digest: rest.digest,
        normalized: rest.normalized,
        mutableLatest: rest.mutableLatest,
        pinnedByDigest: rest.pinnedByDigest,
      }
    : { input, valid };

describe('image references of others', () => {
  before(function () {
    if (existsSync(folder)) return;
    console.log(`      skipped: ${folder} is not there`);
    this.skip();
  });

  for (const name of ['upstream-tests.jsonl', 'real-images.jsonl']) {
    it(`reads ${name} exactly as the runtimes do`, () => {
      const cases = read(name);
      expect(cases).to.not.be.empty;
      expect(cases.map(({ input }) => parsed(input))).to.deep.equal(cases.map(expected));
    });
  }
});
