/** Faults that the cluster itself has: what can be read there comes and goes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../bench-run/objects.ts';
import { ask, create, itemsOf, patch, pathOf, remove, untilGone } from '../api.ts';
import type { Fault, Stage } from '../stage.ts';
import { shuffled } from './choice.ts';
import { allWatched, askedAgain } from './watches.ts';

/** Deletes the definition, and with it all objects; waits until the operator has asked in vain; makes it again. */
const crdLost = (name: string, resource: string, crd: (stage: Stage) => KubeObject): Fault => ({
  name,
  async inject(stage) {
    const { proxy, api, until } = stage;
    const definition = crd(stage);
    const group = definition.metadata.name.slice(resource.length + 1);
    // whether it is installed may be asked instead
    const isAsked = [resource, group].map((what) => askedAgain({ proxy }, [what]));
    await remove(api, definition);
    await untilGone(api, definition);
    await until(`${resource} to be asked for`, () => isAsked.some((is) => is()));
    const isAskedAgain = askedAgain({ proxy }, [resource]);
    await create(api, definition);
    await until(`${resource} to be asked for again`, isAskedAgain);
  },
});

interface Role extends KubeObject {
  readonly rules: readonly { readonly resources: readonly string[] }[];
}

/** The role's rules without one resource. */
const without = ({ rules }: Role, resource: string) =>
  rules
    .map((rule) => ({ ...rule, resources: rule.resources.filter((name) => name !== resource) }))
    .filter(({ resources }) => resources.length > 0);

const rightLost: Fault = {
  name: 'right taken away and given back',
  async inject(stage) {
    const { proxy, api, random, until } = stage;
    const resource = random.pick(await allWatched(stage));
    const [role] = (await itemsOf(api, ROLES)).filter(
      ({ metadata }) => metadata.name === 'hexarisk',
    ) as Role[];
    if (role === undefined) throw new Error('there is no ClusterRole hexarisk');
    await patch(api, role, { rules: without(role, resource) });
    try {
      const watches = [...proxy.watches].filter((watch) => watch.resource === resource);
      const isAsked = askedAgain({ proxy }, [resource]);
      for (const watch of watches) watch.end(); // a watch that is open goes on without the right
      await until(`${resource} to be asked for`, isAsked);
      await sleep(random.int(6000)); // a moment, or long enough to be believed
    } finally {
      await patch(api, role, { rules: role.rules });
    }
    await until(`${resource} to be asked for again`, askedAgain({ proxy }, [resource]));
  },
};

const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';

const deletedUnseen: Fault = {
  name: 'objects deleted while disconnected',
  async inject(stage) {
    const { proxy, api, load, random, until } = stage;
    const isAsked = askedAgain(stage, await allWatched(stage));
    const accept = proxy.relay.refuse();
    try {
      const gone = shuffled(random, load.changeable).slice(0, 3);
      for (const deployment of gone) await remove(api, deployment);
      const policies = load.objects.filter(({ kind }) => kind === 'NetworkPolicy');
      await remove(api, random.pick(policies));
      for (const deployment of gone) await ask(api, { path: pathOf(deployment) });
      await sleep(500 + random.int(1000));
    } finally {
      accept();
    }
    await until('all to be asked for again', isAsked);
  },
};

export const clusterFaults: readonly Fault[] = [
  crdLost('CRD of RiskReport deleted and made again', 'riskreports', ({ crds }) => crds.reports),
  crdLost(
    'CRD of VulnerabilityReport deleted and made again',
    'vulnerabilityreports',
    ({ crds }) => crds.vulnerabilities,
  ),
  rightLost,
  deletedUnseen,
];
