/** Constrained impersonation against what the API server asks its authorizer: two questions, one by one. */
import { expect } from 'chai';
import fc from 'fast-check';
import { allows, type Grant } from '../../src/world/access.ts';
import { holdingsOf } from '../../src/world/escalation/holdings.ts';
import { maybe, pick, some } from '../support/random-specs.ts';

const IDENTITIES = 'authentication.k8s.io';
const namespaces = ['a', 'b'] as const;
const names = ['a', 'b', 'x', '*'] as const;
const resources = ['users', 'serviceaccounts', 'nodes', 'pods', 'pods/log', 'namespaces'] as const;
const modes = ['user-info', 'serviceaccount', 'arbitrary-node', 'associated-node'] as const;
const whoms = {
  'user-info': 'users',
  serviceaccount: 'serviceaccounts',
  'arbitrary-node': 'nodes',
  'associated-node': 'nodes',
} as const;

/** Every request of which the rules below may tell: of a custom group too, in which all is in namespaces. */
const things = ['', IDENTITIES, 'example.com'].flatMap((group) =>
  resources.flatMap((path) =>
    names.flatMap((name) =>
      namespaces.map((namespace) => {
        const [resource = '', subresource = ''] = path.split('/');
        return { group, resource, subresource, name, namespace };
      }),
    ),
  ),
);

const mayDo = (grants: readonly Grant[], mode: string): boolean =>
  ['get', 'list'].some((verb) =>
    things.some(
      (thing) => allows({ grants }, { ...thing, verb: `impersonate-on:${mode}:${verb}` }) !== undefined,
    ),
  );

/** Of a node that is associated with oneself the name is not asked, but `*`. */
const mayBe = (grants: readonly Grant[], mode: keyof typeof whoms, namespace: string | undefined): boolean =>
  (mode === 'associated-node' ? ['*'] : names).some(
    (name) =>
      allows(
        { grants },
        {
          verb: `impersonate:${mode}`,
          group: IDENTITIES,
          resource: whoms[mode],
          name,
          ...(namespace === undefined ? {} : { namespace }),
        },
      ) !== undefined,
  );

/** What holds everywhere is not told again of a namespace. */
function naivePlaces(grants: readonly Grant[]): readonly string[] {
  const holds = (namespace?: string) =>
    modes.some((mode) => mayBe(grants, mode, namespace) && mayDo(grants, mode));
  return holds() ? ['everywhere'] : namespaces.filter((namespace) => holds(namespace));
}

const randomGrant = fc
  .record({
    namespace: maybe(pick(...namespaces)),
    verbs: some(
      [
        ...modes.flatMap((mode) => [
          `impersonate:${mode}`,
          `impersonate-on:${mode}:get`,
          `impersonate-on:${mode}:list`,
        ]),
        '*',
      ],
      2,
    ),
    apiGroup: pick('', IDENTITIES, '*'),
    resources: some([...resources, 'pods/*'], 2),
    resourceNames: fc.oneof(fc.constant([]), some(names, 2)),
  })
  .map(
    ({ namespace, verbs, apiGroup, resources, resourceNames }): Grant => ({
      namespace,
      rule: { verbs, apiGroups: [apiGroup], resources, resourceNames, nonResourceURLs: [] },
      binding: { apiVersion: 'v1', kind: 'RoleBinding', namespace: namespace ?? '', name: 'b' },
      role: { apiVersion: 'v1', kind: 'Role', namespace: namespace ?? '', name: 'r' },
      subject: '/subjects/0',
      identity: 'ServiceAccount/a/x',
      path: '/rules/0',
      bootstrap: false,
    }),
  );

describe('constrained impersonation', () => {
  it('is held exactly where the authorizer says yes to both questions, of one mode', () => {
    let held = 0;
    fc.assert(
      fc.property(fc.array(randomGrant, { maxLength: 8 }), (grants) => {
        const expected = naivePlaces(grants);
        const found = holdingsOf(grants).filter(
          ({ primitive }) => primitive.slug === 'impersonate-constrained',
        );
        expect(found.map(({ namespace = 'everywhere' }) => namespace)).to.deep.equal(expected);
        if (found.length > 0) held += 1;
        for (const { namespace, grants: both } of found) {
          const mode = modes.find((each) => mayBe(both, each, namespace) && mayDo(both, each));
          expect(mode, 'the two grants that it names are enough').to.not.equal(undefined);
        }
      }),
      { numRuns: 3000 },
    );
    expect(held).to.be.above(200);
  });
});
