/**
 * Gathers the surroundings of every workload of a world that changes. Each part is derived from named inputs and keeps
 * its reference while they give the same result, so an assessment whose surroundings are the same object need not be
 * made again.
 */
import type { RiskPolicy } from '../../policy/policy.ts';
import { accessLayer, grantsLayer } from '../access/layer.ts';
import { worldEscalation } from '../escalation/layer.ts';
import { networkLayer } from '../exposure/network.ts';
import type { Lateral } from '../lateral/lateral.ts';
import { lateralLayer } from '../lateral/layer.ts';
import { forgetIn, keyedLayer, keyedParts, sameItems, unkeyedParts } from '../layer.ts';
import {
  type Workload,
  type WorkloadsByNamespace,
  workloadsByNamespaceLayer,
  workloadsLayer,
} from '../workload/workloads.ts';
import { inNamespace, type World } from '../world.ts';
import { groundLayer } from './ground.ts';
import { type Section, sectionsLayer } from './section.ts';
import type { Surroundings } from './surroundings.ts';

export interface SurroundingsLayer {
  /** All workloads of a world by key: who surrounds whom. */
  workloads(world: World): ReadonlyMap<string, Workload>;
  byNamespace(world: World): WorkloadsByNamespace;
  /**
   * What all surroundings rest on, in small steps, so that the caller may rest in between. The others do it at once
   * if it was not done.
   */
  prepare(world: World, policy: RiskPolicy): Iterable<undefined>;
  /** The same object as long as `of` gives the same for every workload of the namespace, and they are the same. */
  state(namespace: string, world: World, policy: RiskPolicy): object;
  of(workload: Workload, world: World, policy: RiskPolicy): Surroundings;
}

/** @param lasting whether a workload is asked for again and again, or once */
export function surroundingsLayer({ lasting } = { lasting: true }): SurroundingsLayer {
  const byNamespace = workloadsByNamespaceLayer();
  const workloads = workloadsLayer(byNamespace);
  const network = networkLayer({ lasting });
  const ground = groundLayer(network, workloads);
  const own = sectionsLayer(network, lasting);
  const grants = grantsLayer();
  const access = accessLayer(grants);
  const escalation = worldEscalation({ workloads: byNamespace, grants });
  const lateral = lateralLayer();
  /** Of all workloads of a section: most are reached as before when the ways of others change. */
  const laterals = keyedLayer(
    (section: Section | undefined, _found: object): readonly Lateral[] =>
      section?.footholds.map(({ key }) => lateral.of(key)) ?? [],
    sameItems,
  );
  const states = keyedParts<State>();
  const combined = lasting ? keyedParts<Surroundings>() : unkeyedParts<Surroundings>();
  let sections: ReadonlyMap<string, Section> = new Map();
  let prepared: { readonly world: World; readonly policy: RiskPolicy } | undefined;

  const forget = (before: ReadonlyMap<string, Section>, now: ReadonlyMap<string, Section>): void => {
    const names = [...before.keys()].filter((name) => !now.has(name));
    ground.forget(names);
    escalation.forgetNamespaces(names);
    own.forgetNamespaces(names);
    forgetIn({ laterals, states }, names);
    const keys = [...before].flatMap(([name, { workloads: then }]) => {
      const present = now.get(name)?.workloads;
      return present === then ? [] : [...then.keys()].filter((key) => present?.has(key) !== true);
    });
    own.forgetWorkloads(keys);
    escalation.forgetWorkloads(keys);
    forgetIn({ lateral, combined }, keys);
  };
  function* prepare(world: World, policy: RiskPolicy): Generator<undefined> {
    if (prepared?.world === world && prepared.policy === policy) return;
    const now = new Map<string, Section>();
    for (const [namespace, here] of byNamespace(world)) {
      const around = ground.of(namespace, world, policy);
      now.set(namespace, yield* own.section(namespace, here, around, sections.get(namespace)));
    }
    yield* lateral.update(
      world,
      [...now.values()].map(({ footholds }) => footholds),
    );
    forget(sections, now);
    [sections, prepared] = [now, { world, policy }];
  }
  const sectionOf = (namespace: string, world: World, policy: RiskPolicy): Section | undefined => {
    for (const _ of prepare(world, policy)); // to its end
    return sections.get(namespace);
  };
  return {
    workloads,
    byNamespace,
    prepare,
    state(namespace, world, policy) {
      const { tables, source } = world;
      const section = sectionOf(namespace, world, policy);
      return states.get(namespace, {
        section,
        grants: grants(tables, source),
        namespaces: inNamespace(tables.namespaces, ''),
        escalation: escalation.state(world),
        laterals: laterals.get(namespace, section, lateral.found()),
      });
    },
    of(workload, world, policy) {
      const { key, ref } = workload;
      const known = sectionOf(ref.namespace, world, policy)?.owns.get(key);
      const mine = known ?? own.of(workload, ground.of(ref.namespace, world, policy));
      return combined.get(key, {
        ...mine,
        access: access(mine.account, world),
        escalation: escalation.of(workload, world),
        lateral: lateral.of(key),
      });
    },
  };
}

/** What decides the surroundings of a namespace's workloads. */
interface State {
  readonly section: Section | undefined;
  readonly grants: object;
  readonly namespaces: object;
  readonly escalation: object;
  readonly laterals: object;
}
