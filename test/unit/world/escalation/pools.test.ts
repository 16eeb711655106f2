import { expect } from 'chai';
import { pod as podShape } from '../../../../src/observe/shapes/workload.ts';
import { node as nodeShape } from '../../../../src/observe/shapes/node.ts';
import { admits, classesOf, poolOf } from '../../../../src/world/escalation/pools.ts';
import type { Pool } from '../../../../src/world/escalation/pools.ts';
import type { Raw } from '../../../support/rbac.ts';

type Labels = Readonly<Record<string, string>>;
type Expression = readonly [key: string, operator: string, ...values: string[]];

const written = ([key, operator, ...values]: Expression) => ({
  key,
  operator,
  ...(values.length === 0 ? {} : { values }),
});
/** A term: all of its expressions. */
const all = (...expressions: readonly Expression[]): Raw => ({ matchExpressions: expressions.map(written) });
const fields = (...expressions: readonly Expression[]): Raw => ({ matchFields: expressions.map(written) });
/** Node affinity: any of its terms. */
const any = (...nodeSelectorTerms: readonly Raw[]): Raw => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const where = (...expressions: readonly Expression[]): Raw => any(all(...expressions));

const rawPod = (spec: Raw, owner?: Raw): Raw => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', ...(owner === undefined ? {} : { ownerReferences: [owner] }) },
  spec: { containers: [{ name: 'main', image: 'main:1' }], ...spec },
});
const specOf = (spec: Raw, owner?: Raw) => podShape(rawPod(spec, owner)).spec;
const pool = (spec: Raw): Pool => poolOf(specOf(spec));

const node = (name: string, labels: Labels = {}, taints: readonly Raw[] = []) =>
  nodeShape({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } });

/** The names of the nodes that take it. */
function takers(spec: Raw, ...nodes: ReturnType<typeof node>[]): readonly string[] {
  const own = pool(spec);
  return nodes
    .filter((each) => {
      const [only] = classesOf([own], [each]).filter(({ key }) => !key.startsWith('awaited'));
      return only !== undefined && admits(only, own);
    })
    .map(({ metadata }) => metadata.name);
}

/** Whether two pods may come to the same node. */
function share(a: Raw, b: Raw, ...nodes: ReturnType<typeof node>[]): boolean {
  const [one, other] = [pool(a), pool(b)];
  return classesOf([one, other], nodes).some((each) => admits(each, one) && admits(each, other));
}

const nodes = [
  node('bare'),
  node('red', { color: 'red', size: '4' }),
  node('blue', { color: 'blue', size: '16' }),
  node('odd', { color: '', size: 'many' }),
];

describe('node affinity', () => {
  const cases: readonly (readonly [title: string, spec: Raw, takers: string])[] = [
    ['none: every node', {}, 'bare red blue odd'],
    [
      'none is required: every node',
      { affinity: { nodeAffinity: {}, podAffinity: {} } },
      'bare red blue odd',
    ],
    ['In: a label that is one of the values', where(['color', 'In', 'red', 'green']), 'red'],
    ['In: an empty value is a value', where(['color', 'In', '']), 'odd'],
    ['NotIn: another value, or no such label', where(['color', 'NotIn', 'red']), 'bare blue odd'],
    ['Exists: whatever the value', where(['color', 'Exists']), 'red blue odd'],
    ['DoesNotExist: no such label', where(['color', 'DoesNotExist']), 'bare'],
    ['Gt: more, as a number', where(['size', 'Gt', '4']), 'blue'],
    ['Lt: less, as a number', where(['size', 'Lt', '16']), 'red'],
    ['Gt with no number: none', where(['size', 'Gt', 'few']), ''],
    ['expressions of a term: all', where(['color', 'Exists'], ['size', 'Gt', '4']), 'blue'],
    ['terms: any', any(all(['color', 'In', 'red']), all(['color', 'DoesNotExist'])), 'bare red'],
    ['no terms: none', any(), ''],
    ['an empty term: none', any({}), ''],
    ['an empty term beside another: only that', any({}, all(['color', 'In', 'red'])), 'red'],
    ['an unknown operator: none', any(all(['color', 'Like', 'red']), all(['color', 'In', 'blue'])), 'blue'],
    ['values where none may be: none', where(['color', 'Exists', 'red']), ''],
    ['In without values: none', where(['color', 'In']), ''],
    ['matchFields: by name', any(fields(['metadata.name', 'In', 'blue'])), 'blue'],
    ['matchFields: by another name', any(fields(['metadata.name', 'NotIn', 'blue'])), 'bare red odd'],
    ['matchFields: one value only', any(fields(['metadata.name', 'In', 'blue', 'red'])), ''],
    ['matchFields: In and NotIn only', any(fields(['metadata.name', 'Exists'])), ''],
    [
      'matchFields and matchExpressions: both',
      any({ ...all(['color', 'Exists']), ...fields(['metadata.name', 'NotIn', 'blue']) }),
      'red odd',
    ],
    ['nodeSelector too: both', { nodeSelector: { color: 'red' }, ...where(['size', 'Exists']) }, 'red'],
    ['against its nodeSelector: none', { nodeSelector: { color: 'red' }, ...where(['size', 'Gt', '4']) }, ''],
    ['a label of an uncommon name is a label', where(['constructor', 'Exists']), ''],
  ];
  for (const [title, spec, expected] of cases) {
    it(title, () => {
      expect(takers(spec, ...nodes).join(' ')).to.equal(expected);
    });
  }

  it('that is only preferred keeps no pod from a node', () => {
    const preference = { weight: 1, preference: all(['color', 'In', 'red']) };
    const preferred = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preference] } };
    expect(takers({ affinity: preferred }, ...nodes)).to.have.length(4);
  });

  it('of a DaemonSet pod is not kept: its controller put its node there', () => {
    const pinned = any(fields(['metadata.name', 'In', 'red']));
    const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'u', controller: true };
    expect(specOf(pinned, owner)).to.deep.equal(specOf({}));
    expect(specOf(pinned)).to.not.deep.equal(specOf({}));
  });
});

describe('pods share a node', () => {
  const red = where(['color', 'In', 'red']);

  it('if one that is there takes both', () => {
    expect(share(red, {}, ...nodes)).to.equal(true);
    expect(share(red, where(['size', 'Exists']), ...nodes)).to.equal(true);
    expect(share(red, where(['size', 'Gt', '4']), ...nodes)).to.equal(false);
    expect(share(red, { nodeSelector: { color: 'blue' } }, ...nodes)).to.equal(false);
  });

  it('never if one of them fits nowhere by itself', () => {
    expect(share(any(), {}, ...nodes)).to.equal(false);
    expect(share(where(['color', 'In', 'red'], ['color', 'In', 'blue']), {}, ...nodes)).to.equal(false);
  });

  it('that one of them waits for, unless what they ask for cannot be of one node', () => {
    const green = where(['color', 'In', 'green']);
    expect(share(green, {}, ...nodes)).to.equal(true);
    expect(share(green, where(['size', 'Lt', '0']), ...nodes)).to.equal(true);
    expect(share(green, where(['color', 'NotIn', 'red']), ...nodes)).to.equal(true);
    expect(share(green, red, ...nodes)).to.equal(false);
    expect(share(green, { nodeSelector: { color: 'red' } }, ...nodes)).to.equal(false);
    expect(share(green, where(['color', 'DoesNotExist']), ...nodes)).to.equal(false);
    expect(share(any(all(['color', 'In', 'green']), all(['zone', 'In', 'z'])), red, ...nodes)).to.equal(true);
  });

  it('as far as their numbers leave room', () => {
    const more = where(['size', 'Gt', '3']);
    expect(share(more, where(['size', 'Lt', '5']))).to.equal(true);
    expect(share(more, where(['size', 'Lt', '4']))).to.equal(false);
    expect(share(more, where(['size', 'Lt', '5'], ['size', 'NotIn', '4']))).to.equal(false);
    expect(share(more, where(['size', 'NotIn', '4']))).to.equal(true);
  });

  it('by its name, where it is asked for', () => {
    const named = (name: string) => any(fields(['metadata.name', 'In', name]));
    expect(share(named('red'), named('red'), ...nodes)).to.equal(true);
    expect(share(named('red'), named('blue'), ...nodes)).to.equal(false);
    expect(share(named('red'), { nodeSelector: { color: 'red' } }, ...nodes)).to.equal(true);
    expect(share(named('gone'), named('gone'))).to.equal(true);
    expect(share(named('gone'), named('other'))).to.equal(false);
  });
});

describe('classes of nodes', () => {
  it('are few, however many nodes there are: values that no pod names are all alike', () => {
    const many = Array.from({ length: 100 }, (_, index) => node(`n${index}`, { host: `n${index}` }));
    const pinned = { nodeSelector: { host: 'n7' } };
    expect(classesOf([pool(pinned), pool({})], many)).to.have.length(2);
  });
});
