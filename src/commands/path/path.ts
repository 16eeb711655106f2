/** `hexarisk path`: how an intruder in a workload comes to what, step by step, with the reader's own rights. */
import { checks } from '../../axes/index.ts';
import { defaultPolicy } from '../../policy/policy.ts';
import { assess } from '../../score/assess.ts';
import type { AttackPath, Consequence } from '../../world/escalation/path.ts';
import { fromOutside, type Lateral } from '../../world/lateral/lateral.ts';
import { surroundingsLayer } from '../../world/surroundings/layer.ts';
import { type Resource, resources, textOf, type World } from '../../world/world.ts';
import { fromCluster, fromFiles, type Where } from '../access/known.ts';
import { json, type Streams, write } from '../output.ts';
import { drawn } from './draw.ts';
import { findWorkload, nameOf } from './find.ts';
import { mermaid } from './mermaid.ts';

export interface PathFlags extends Where {
  readonly output: 'text' | 'json' | 'mermaid';
  readonly to?: Consequence;
}

/** They tell no path, only which of several ways in is the likeliest; to leave them out saves most of the reading. */
const unneeded: ReadonlySet<Resource> = new Set(['vulnerabilityreports', 'configmaps']);

/**
 * @param name `ns/kind/name`
 * @returns the exit code: 2 if something could not be read, 1 if nothing leads where `to` says, else 0
 * @throws CommandError if there is no such workload
 */
export async function path(name: string, flags: PathFlags, streams: Streams = process): Promise<number> {
  const nowMinute = Math.floor(Date.now() / 60_000);
  const needed = resources.filter((resource) => !unneeded.has(resource));
  const { world, errors } =
    flags.files === undefined
      ? await fromCluster(flags, needed, nowMinute, streams)
      : await fromFiles(flags.files, nowMinute, streams);
  const { from, paths, lateral } = pathsOf(name, world);
  const wanted = paths.filter(({ consequence }) => flags.to === undefined || consequence === flags.to);
  await write(streams.stdout, [printed(from, fromOutside(wanted, lateral), flags)]);
  if (errors.length > 0) return 2;
  return flags.to !== undefined && wanted.length === 0 ? 1 : 0;
}

interface Found {
  readonly from: string;
  readonly paths: readonly AttackPath[];
  readonly lateral: Lateral;
}

function pathsOf(name: string, world: World): Found {
  const surroundings = surroundingsLayer();
  const workload = findWorkload(name, surroundings.workloads(world));
  const around = surroundings.of(workload, world, defaultPolicy);
  return {
    from: nameOf(workload),
    paths: assess(workload, around, checks).attackPaths,
    lateral: around.lateral,
  };
}

function printed(from: string, paths: readonly AttackPath[], { output, to }: PathFlags): string {
  switch (output) {
    case 'json':
      return json(paths.map(shown));
    case 'mermaid':
      return mermaid(from, paths);
    case 'text':
      return paths.length > 0
        ? drawn(from, paths)
        : `nothing that could be read leads from ${from} to ${to ?? 'anything beyond it'}\n`;
  }
}

const shown = ({ consequence, steps }: AttackPath) => ({
  consequence,
  steps: steps.map(({ from, to, because }) => ({
    from,
    to,
    because: because.map(({ object, path: place, text }) => ({
      object: textOf(object),
      ...(place === undefined ? {} : { path: place }),
      text,
    })),
  })),
});
