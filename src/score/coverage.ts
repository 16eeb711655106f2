/** How much of the evidence that each axis needs could be read, and what is missing. */
import type { Axis } from '../axes/check.ts';
import { flawsOf, flawsOfService } from '../world/exposure/flaws.ts';
import type { Surroundings } from '../world/surroundings/surroundings.ts';
import type { Workload } from '../world/workload/workloads.ts';
import { refOf, type Resource, textOf } from '../world/world.ts';

export interface Coverage {
  /** 0 to 100, floored. */
  readonly percent: number;
  readonly missing: readonly string[];
}

/** One kind of evidence that an axis needs. */
interface Need {
  readonly weight: number;
  /** How much of it is there, 0 to 1, and what to say when it is not all. */
  readonly have: (
    workload: Workload,
    around: Surroundings,
  ) => { readonly share: number; readonly missing: readonly string[] };
}

const complete = { share: 1, missing: [] } as const;

/** The workload's own spec: always there, or there would be no workload. */
const spec = (weight: number): Need => ({ weight, have: () => complete });

const listed = (weight: number, ...resources: readonly Resource[]): Need => ({
  weight,
  have: (_, { missing }) => {
    const gone = resources.filter((resource) => missing.has(resource));
    return {
      share: 1 - gone.length / resources.length,
      missing: gone.map((resource) => `${resource}: ${missing.get(resource)}`),
    };
  },
});

/** What exists only while the cluster runs. */
const onlyLive = (weight: number, what: string): Need => ({
  weight,
  have: (_, { source }) =>
    source === 'cluster' ? complete : { share: 0, missing: [`${what}: not in files`] },
});

const scanned: Need = {
  weight: 1,
  have: ({ variants }, { vulnerabilities }) => {
    const containers = variants.flatMap(({ pod }) => [...pod.initContainers, ...pod.containers]);
    const gone = containers.filter(({ image = '' }) => !vulnerabilities.has(image));
    const names = [...new Set(gone.map(({ name }) => name))].sort();
    return {
      share: containers.length === 0 ? 1 : 1 - gone.length / containers.length,
      missing: names.length === 0 ? [] : [`vulnerability data of ${names.join(', ')}`],
    };
  },
};

/** What the NetworkPolicy specification leaves to the network plugin. */
const enforcement: Need = {
  weight: 2,
  have: ({ variants }, { exposure, network }) => {
    const { plugin } = network.enforcement;
    const { ingressPolicies, egressPolicies } = exposure;
    if (ingressPolicies.length + egressPolicies.length === 0) return complete;
    if (plugin?.enforces === false)
      return {
        share: 0,
        missing: [`${plugin.name} does not enforce NetworkPolicies: what they close is open`],
      };
    if (variants.some(({ pod }) => pod.hostNetwork === true))
      return {
        share: 0.5,
        missing: ["what NetworkPolicies do to pods on the node's network: the plugin decides"],
      };
    if (plugin?.enforces === true) return complete;
    const who = plugin === undefined ? 'the network plugin' : plugin.name;
    return { share: 0.5, missing: [`whether ${who} enforces NetworkPolicies`] };
  },
};

/** What few workloads need. Of what comes with a CRD, one that is not installed is no gap, one that cannot be read is. */
const rarelyNeeded = [
  'ingressclasses',
  'endpointslices',
  'gateways',
  'gatewayclasses',
  'listenersets',
  'httproutes',
  'grpcroutes',
  'tlsroutes',
  'tcproutes',
  'udproutes',
  'referencegrants',
  'ciliumnetworkpolicies',
  'ciliumclusterwidenetworkpolicies',
  'networkpolicies.crd.projectcalico.org',
  'globalnetworkpolicies',
  'clusternetworkpolicies',
  'adminnetworkpolicies',
  'baselineadminnetworkpolicies',
] as const satisfies readonly Resource[];

/** Objects that say who can connect, and could not be understood. */
const unread: Need = {
  weight: 2,
  have: (_, { exposure, network, missing }) => {
    const { ingressPolicies, egressPolicies, services, doubts } = exposure;
    const flawed = [
      ...[...new Set([...ingressPolicies, ...egressPolicies])].map((one) => ({ one, flaws: flawsOf(one) })),
      ...services.map((one) => ({ one, flaws: flawsOfService(one) })),
    ];
    const all = [
      ...doubts,
      ...network.enforcement.unevaluated.map((name) => `${name}: not evaluated`),
      ...flawed.flatMap(({ one, flaws }) =>
        flaws.map(({ path, problem }) => `${textOf(refOf(one))} ${path}: ${problem}`),
      ),
      ...rarelyNeeded.flatMap((resource) => missing.get(resource) ?? []),
    ];
    const more = all.length - MOST_NAMED;
    const named = more > 0 ? [...all.slice(0, MOST_NAMED), `${more} more`] : all;
    return { share: all.length === 0 ? 1 : 0, missing: named };
  },
};

/** A report is small. */
const MOST_NAMED = 5;

/** Beside the Pod Security level, these decide which pods an account may really create. */
const admission: Need = {
  weight: 1,
  have: (_, { policyEngines, escalation }) => {
    const makesPods = escalation.rights.some(
      ({ primitive: { gives } }) => gives === 'pods' || gives === 'everything',
    );
    return policyEngines.length === 0 || !makesPods
      ? complete
      : {
          share: 0,
          missing: [`what ${policyEngines.join(' and ')} forbids of the pods that the account may create`],
        };
  },
};

const needs: Readonly<Record<Axis, readonly Need[]>> = {
  image: [spec(1), scanned],
  privileges: [
    spec(8),
    onlyLive(1, 'live pods'),
    listed(1, 'pods', 'persistentvolumeclaims', 'persistentvolumes'),
  ],
  api: [
    listed(4, 'roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'),
    listed(1, 'serviceaccounts'),
    admission,
  ],
  // what an account may read through the API is part of the secrets axis, too
  secrets: [
    spec(2),
    listed(1, 'configmaps'),
    listed(1, 'roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'),
  ],
  labels: [spec(3), listed(1, 'namespaces')],
  network: [
    listed(4, 'networkpolicies'),
    listed(4, 'services', 'ingresses'),
    onlyLive(1, 'addresses of load balancers'),
    enforcement,
    unread,
  ],
};

export function coverageOf(axis: Axis, workload: Workload, around: Surroundings): Coverage {
  let whole = 0;
  let there = 0;
  const missing: string[] = [];
  for (const { weight, have } of needs[axis]) {
    const found = have(workload, around);
    whole += weight;
    there += weight * found.share;
    missing.push(...found.missing);
  }
  return { percent: Math.floor((100 * there) / whole), missing };
}
