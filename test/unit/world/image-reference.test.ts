import { expect } from 'chai';
import fc from 'fast-check';
import { normalized, parseImageReference, sameImage } from '../../../src/world/workload/image-reference.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const full = (text: string): string | undefined => {
  const reference = parseImageReference(text);
  return reference === undefined ? undefined : normalized(reference);
};
const same = (a: string, b: string): boolean => {
  const [x, y] = [parseImageReference(a), parseImageReference(b)];
  return x !== undefined && y !== undefined && sameImage(x, y);
};

describe('image references', () => {
  it('completes what the runtimes complete: registry, library, tag', () => {
    expect(full('web')).to.equal('docker.io/library/web:latest');
    expect(full('shop/web')).to.equal('docker.io/shop/web:latest');
    expect(full('index.docker.io/web:1')).to.equal('docker.io/library/web:1');
    expect(full('registry.example/web')).to.equal('registry.example/web:latest');
  });

  it('takes the first part for a registry if it has a dot, a port or an upper-case letter, or is localhost', () => {
    expect(full('shop.example/web')).to.equal('shop.example/web:latest');
    expect(full('shop:5000/web')).to.equal('shop:5000/web:latest');
    expect(full('Shop/web')).to.equal('Shop/web:latest');
    expect(full('localhost/web')).to.equal('localhost/web:latest');
    expect(full('[fd00::1]:5000/web')).to.equal('[fd00::1]:5000/web:latest');
    expect(full('shop:5000')).to.equal('docker.io/library/shop:5000');
  });

  it('keeps tag and digest apart', () => {
    expect(parseImageReference(`registry.example/a/web:1.2@${digest}`)).to.deep.equal({
      domain: 'registry.example',
      path: 'a/web',
      tag: '1.2',
      digest,
    });
  });

  it('refuses what no runtime accepts', () => {
    const long = `registry.example/${'a'.repeat(256)}`;
    const bad = [
      '',
      ' web',
      'Web',
      'web:',
      'web@sha256:12',
      'a//b',
      '-a/b',
      'ab'.repeat(32),
      '<image>',
      long,
    ];
    expect(bad.filter((text) => parseImageReference(text) !== undefined)).to.deep.equal([]);
  });

  it('says that two references are one image by digest, else by tag', () => {
    expect(same('web', 'docker.io/library/web:latest')).to.be.true;
    expect(same('web:1', 'web:2')).to.be.false;
    expect(same(`web:1@${digest}`, `web@${digest}`)).to.be.true;
    expect(same(`web:1@${digest}`, 'web:1')).to.be.false;
    expect(same('web:1', 'registry.example/web:1')).to.be.false;
  });

  it('reads its own full form as the same image', () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,8}([_-][a-z0-9]{1,8}){0,2}$/);
    const text = fc
      .tuple(
        fc.option(fc.constantFrom('registry.example', 'localhost:5000')),
        fc.array(name, { minLength: 1, maxLength: 3 }),
        fc.option(fc.stringMatching(/^\w[\w.-]{0,10}$/)),
        fc.option(fc.constant(digest)),
      )
      .map(([domain, path, tag, pin]) =>
        [
          domain === null ? '' : `${domain}/`,
          path.join('/'),
          tag === null ? '' : `:${tag}`,
          pin === null ? '' : `@${pin}`,
        ].join(''),
      );
    fc.assert(
      fc.property(text, (input) => {
        const once = full(input);
        expect(once).to.be.a('string');
        expect(full(once ?? '')).to.equal(once);
        expect(same(input, once ?? '')).to.be.true;
      }),
    );
  });

  it('refuses hostile input at once', () => {
    const n = 50_000;
    const hostile = [
      'a',
      'a-',
      'a.',
      'a_',
      'a__',
      '-',
      '.',
      'a/',
      'A',
      'a:',
      '@',
      '[a:',
      'a@sha256:',
      '0',
      ' ',
    ].flatMap((unit) => {
      const many = unit.repeat(n / unit.length);
      return [many, `${many}!`, `${many}/a!`, `a.b/${many}!`, `a.b/c:${many}`];
    });
    for (const text of hostile) {
      const before = performance.now();
      parseImageReference(text);
      // generous for a busy machine; a regular expression that backtracks takes seconds here
      expect(performance.now() - before, text.slice(0, 20)).to.be.below(50);
    }
  });
});
