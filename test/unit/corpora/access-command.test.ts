/** The same cases over what `hexarisk access` prints: whoever reads its JSON has to come to the same answers. */
import { join } from 'node:path';
import { expect } from 'chai';
import { access } from '../../../src/commands/access/access.ts';
import { answerTo } from '../../../src/commands/access/answer.ts';
import { type RuleEntry, rulesOf, type SubjectRules } from '../../../src/commands/access/rules.ts';
import { accessOf, allows, allowsPath, type Grant, grantsIn } from '../../../src/world/access.ts';
import type { Who } from '../../../src/world/access/subject.ts';
import { ran } from '../commands/streams.ts';
import {
  actionsOf,
  type Asked,
  type Authorized,
  corpora,
  type Expected,
  expectedActions,
  foldersOfAccounts,
  lines,
  requestOf,
  ruleOf,
  worldWith,
} from './rbac-cases.ts';

/** Only what is printed: where a rule holds, and the rule. */
function grantOf({ namespace, via, ...rule }: RuleEntry): Grant {
  const binding = { apiVersion: 'v1', kind: via.kind, namespace: via.namespace ?? '', name: via.name };
  return {
    namespace: namespace ?? undefined,
    rule: ruleOf(rule),
    binding,
    role: { ...binding, kind: 'Role', name: via.role },
    subject: '',
    identity: '',
    path: '',
    bootstrap: false,
  };
}

describe('hexarisk access --all -o json, over real installs', () => {
  const folders = foldersOfAccounts.filter(([, path]) => lines(path).length > 0);
  if (folders.length === 0) it('needs the corpora beside the checkout');
  for (const [folder, path] of folders) {
    const expected = lines<Expected>(path);
    it(`${folder}: the accounts of ${expected.length} workloads`, async () => {
      const { stdout } = await ran((streams) =>
        access(undefined, { files: [join(corpora, folder)], all: true, output: 'json' }, streams),
      );
      const printed = new Map(
        (JSON.parse(stdout) as SubjectRules[]).map(({ subject, rules }) => [subject, rules]),
      );
      for (const each of expected) {
        const rules = printed.get(`sa:${each.namespace}/${each.serviceAccount}`);
        if (rules === undefined) throw new Error(`${each.namespace}/${each.serviceAccount} is not printed`);
        expect(actionsOf(rules.map(grantOf)), `${each.kind} ${each.namespace}/${each.name}`).to.deep.equal(
          expectedActions(each),
        );
      }
    });
  }
});

describe('hexarisk access, over the cases of the upstream authorizer', () => {
  const cases = lines<Authorized>('rbac-k8s-authorizer/authorizer.jsonl');
  if (cases.length === 0) it('needs the corpora beside the checkout');
  for (const [index, each] of cases.entries()) {
    const world = worldWith(each);
    const grants = grantsIn(world);
    const whoAsks = ({ user = '', groups }: Asked): Who => ({
      text: `user:${user}`,
      identities: [`User/${user}`, ...(groups ?? []).map((group) => `Group/${group}`)],
    });
    /** By the printed rules, and by the answer to the question. */
    const answers = (asked: Asked): readonly (boolean | null)[] => {
      const who = whoAsks(asked);
      const printed = { grants: rulesOf(who, grants, world).rules.map(grantOf) };
      const request = asked.resourceRequest ? requestOf(asked) : { verb: asked.verb, path: asked.path };
      const byRules = 'path' in request ? allowsPath(printed, request) : allows(printed, request);
      const own = accessOf(who.identities, grants, new Map());
      return [byRules !== undefined, answerTo(request, who, own, { world, isPartial: false }).allowed];
    };
    it(`case ${index + 1}: ${each.allowed.length} allowed, ${each.denied.length} refused`, () => {
      for (const asked of each.allowed)
        expect(answers(asked), JSON.stringify(asked)).to.deep.equal([true, true]);
      for (const asked of each.denied)
        expect(answers(asked), JSON.stringify(asked)).to.deep.equal([false, false]);
    });
  }
});
