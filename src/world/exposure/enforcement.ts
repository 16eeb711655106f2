/** What becomes of NetworkPolicies: who enforces them, and which other policies are there and not evaluated. */
import { keyedLayer } from '../layer.ts';
import type { Slim } from '../objects.ts';
import { inNamespace, refOf, type Tables, textOf } from '../world.ts';
import { decidingPlugin, type Plugin, pluginsIn } from './plugins.ts';

export interface Enforcement {
  /** Undefined: none that is known was found. */
  readonly plugin: Plugin | undefined;
  /** Policies of a plugin's own kinds that hold in the namespace, by name; at most 3, then how many more. */
  readonly unevaluated: readonly string[];
}

export interface EnforcementLayer {
  of(namespace: string, tables: Tables): Enforcement;
  forget(namespace: string): void;
}

const inEach = ['ciliumnetworkpolicies', 'networkpolicies.crd.projectcalico.org'] as const;
const clusterWide = ['ciliumclusterwidenetworkpolicies', 'globalnetworkpolicies'] as const;

export function enforcementLayer(): EnforcementLayer {
  const plugins = keyedLayer(pluginsIn);
  const deciding = keyedLayer((...found: readonly Plugin[]) => decidingPlugin(found));
  const whole = keyedLayer(enforcementOf);
  let last: { readonly daemonSets: Tables['daemonsets']; readonly plugin: Plugin | undefined } | undefined;
  const pluginOf = ({ daemonsets }: Tables): Plugin | undefined => {
    if (last?.daemonSets !== daemonsets) {
      const found = [...daemonsets].flatMap(([name, here]) => plugins.get(name, here));
      plugins.keepOnly(daemonsets);
      last = { daemonSets: daemonsets, plugin: deciding.get('', ...found) };
    }
    return last.plugin;
  };
  return {
    of: (namespace, tables) =>
      whole.get(
        namespace,
        pluginOf(tables),
        ...inEach.map((table) => inNamespace(tables[table], namespace)),
        ...clusterWide.map((table) => inNamespace(tables[table], '')),
      ),
    forget: (namespace) => whole.forget(namespace),
  };
}

const MOST = 3;

function enforcementOf(
  plugin: Plugin | undefined,
  ...policies: readonly ReadonlyMap<string, Slim>[]
): Enforcement {
  const names = policies.flatMap((some) => [...some.values()].map(nameOf).sort());
  const more = names.length - MOST;
  return {
    plugin,
    unevaluated: [...names.slice(0, MOST), ...(more > 0 ? [`${more} more such policies`] : [])],
  };
}

/** Calico's share a kind with those of Kubernetes. */
const nameOf = (policy: Slim): string =>
  `${textOf(refOf(policy))}${policy.kind === 'NetworkPolicy' ? ' of Calico' : ''}`;
