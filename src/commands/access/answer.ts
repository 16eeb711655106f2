/** The answer to one question, with the rule that allows it, or the one that comes nearest. */
import { type Access, allows, allowsPath, type Grant } from '../../world/access.ts';
import { nearestOf } from '../../world/access/nearest.ts';
import type { PathRequest, ResourceRequest } from '../../world/access/rules.ts';
import { isMaster, textOfIdentity, type Who } from '../../world/access/subject.ts';
import { requestText, ruleText } from '../../world/access/words.ts';
import { textOf, type World } from '../../world/world.ts';
import { entryOf, roleRefOf, type RuleEntry } from './rules.ts';

/** As `-o json` prints it. */
export interface Answer {
  readonly subject: string;
  readonly request: ResourceRequest | PathRequest;
  /** null: nothing that could be read allows it, and not everything could be read. */
  readonly allowed: boolean | null;
  readonly reason: string;
  /** What allows it. */
  readonly rule?: RuleEntry;
  /** What would allow it, were it not for one thing. */
  readonly nearest?: RuleEntry;
}

export function answerTo(
  request: ResourceRequest | PathRequest,
  who: Who,
  { grants }: Pick<Access, 'grants'>,
  { world, isPartial }: { readonly world: World; readonly isPartial: boolean },
): Answer {
  const asked = { subject: who.text, request };
  const grant = 'path' in request ? allowsPath({ grants }, request) : allows({ grants }, request);
  if (grant !== undefined)
    return { ...asked, allowed: true, reason: givenBy(grant, who, world), rule: entryOf(grant, world) };
  if (isMaster(who))
    return { ...asked, allowed: true, reason: 'the API server lets the group system:masters do anything' };
  const near = nearestOf(grants, request);
  const refused = `nothing allows ${who.text} to ${requestText(request)}`;
  return {
    ...asked,
    allowed: isPartial ? null : false,
    reason: [
      isPartial ? `${refused}, but not everything could be read` : refused,
      ...(near === undefined ? [] : [`nearest is ${near.only}: ${givenBy(near.grant, who, world)}`]),
    ].join('; '),
    ...(near === undefined ? {} : { nearest: entryOf(near.grant, world) }),
  };
}

/** `RoleBinding shop/b gives sa:shop/ci the Role reader; /rules/0: get,list pods`. */
function givenBy({ binding, identity, role, path, rule }: Grant, who: Who, world: World): string {
  const { kind, name } = roleRefOf(binding, world);
  const as = identity === who.identities[0] ? who.text : `${who.text} as ${textOfIdentity(identity)}`;
  const holder = role.name === name ? '' : ` from ${textOf(role)}`;
  return `${textOf(binding)} gives ${as} the ${kind} ${name}; ${path}${holder}: ${ruleText(rule)}`;
}
