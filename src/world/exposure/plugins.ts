/**
 * Network plugins, and whether they enforce NetworkPolicies: what the API does not say. They are recognised by the
 * DaemonSets of their own install manifests, which all are on their nodes' network.
 */
import type { Container, Controller } from '../objects.ts';

export interface Plugin {
  readonly name: string;
  /** Undefined: it depends on what cannot be seen. */
  readonly enforces: boolean | undefined;
}

interface Known {
  readonly name: string;
  readonly daemonSet: RegExp;
  readonly enforces: boolean | undefined | ((containers: readonly Container[]) => boolean | undefined);
}

const repositoryOf = ({ image = '' }: Container): string => image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
const runs = (containers: readonly Container[], image: RegExp): Container | undefined =>
  containers.find((container) => image.test(repositoryOf(container)));
const says = (container: Container | undefined, argument: RegExp): boolean =>
  [...(container?.command ?? []), ...(container?.args ?? [])].some(({ text }) => argument.test(text));

/** Since this build, which kind 0.24 brought, kindnet enforces policies; its tags begin with the date. */
const KINDNET_ENFORCES = 20240813;

export const knownPlugins: readonly Known[] = [
  { name: 'Calico', daemonSet: /^(calico-node|canal)$/, enforces: true },
  { name: 'Cilium', daemonSet: /^(cilium|anetd)$/, enforces: true },
  { name: 'Antrea', daemonSet: /^antrea-agent$/, enforces: true },
  { name: 'OVN-Kubernetes', daemonSet: /^ovnkube-node/, enforces: true },
  { name: 'Kube-OVN', daemonSet: /^kube-ovn-cni$/, enforces: true },
  { name: 'Azure NPM', daemonSet: /^azure-npm/, enforces: true },
  { name: 'kube-network-policies', daemonSet: /^kube-network-policies/, enforces: true },
  {
    name: 'kube-router',
    daemonSet: /^kube-router$/,
    enforces: (containers) => !says(runs(containers, /kube-router$/), /^--run-firewall=false$/),
  },
  {
    name: 'Weave Net',
    daemonSet: /^weave-net$/,
    enforces: (containers) => runs(containers, /weave-npc$/) !== undefined,
  },
  {
    name: 'Amazon VPC CNI',
    daemonSet: /^aws-node$/,
    enforces: (containers) =>
      says(runs(containers, /network-policy-agent$/), /^--enable-network-policy(=true)?$/),
  },
  {
    name: 'kindnet',
    daemonSet: /^kindnet$/,
    enforces: (containers) => {
      const [, day] = /:v(\d{8})/.exec(runs(containers, /kindnetd$/)?.image ?? '') ?? [];
      return day === undefined ? undefined : Number(day) >= KINDNET_ENFORCES;
    },
  },
  {
    name: 'Flannel',
    daemonSet: /^kube-flannel/,
    enforces: (containers) => runs(containers, /kube-network-policies$/) !== undefined,
  },
  { name: 'Azure CNI', daemonSet: /^azure-cns$/, enforces: false },
  { name: 'Terway', daemonSet: /^terway/, enforces: undefined },
];

/** Those whose DaemonSets are in a namespace. */
export function pluginsIn(daemonSets: ReadonlyMap<string, Controller>): readonly Plugin[] {
  return [...daemonSets.values()].flatMap(({ metadata, template }) => {
    const { hostNetwork, containers } = template.spec;
    const known = knownPlugins.find(({ daemonSet }) => daemonSet.test(metadata.name));
    if (known === undefined || hostNetwork !== true) return [];
    const { name, enforces } = known;
    return [{ name, enforces: typeof enforces === 'function' ? enforces(containers) : enforces }];
  });
}

const rank = ({ enforces }: Plugin): number => [true, undefined, false].indexOf(enforces);

/** The one that decides: of several, one that enforces does it for all (a policy engine beside a plain plugin). */
export function decidingPlugin(plugins: readonly Plugin[]): Plugin | undefined {
  return plugins.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))[0];
}
