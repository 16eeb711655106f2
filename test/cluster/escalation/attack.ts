/** What an attack is. */
import { subject, type SubjectOf } from '../../support/rbac.ts';
import type { Actor } from './actor.ts';
import type { Attacker, Right, Stage } from './stage.ts';

/** Something that the attacker may not do before. */
export type Goal = (actor: Actor, stage: Stage) => Promise<unknown>;

export interface Attack {
  /** Of the primitive that it carries out. */
  readonly slug: string;
  /** The least that the primitive needs, each verb of it by itself. */
  readonly rights: readonly Right[];
  /** What the goal takes besides: it is no part of the escalation. */
  readonly besides?: readonly Right[];
  /** @returns whoever the attacker can act as now @throws Refused if a right is missing */
  readonly attack: (attacker: Attacker) => Promise<Actor>;
  readonly goal?: Goal;
  readonly labels?: Readonly<Record<string, string>>;
}

export const home = (verb: string, on: string, name?: string): Right => right('home', verb, on, name);
export const cluster = (verb: string, on: string, name?: string): Right => right('cluster', verb, on, name);
export const right = (where: Right['where'], verb: string, on: string, name?: string): Right => ({
  where,
  verb,
  on,
  ...(name === undefined ? {} : { name }),
});

/** The attacker as the subject of a binding. */
export const me = ({ name, stage }: Attacker): SubjectOf => subject(`sa:${stage.home}/${name}`);
