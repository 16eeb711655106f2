/** Every service account that anything names: an object of its own, a workload, or a binding. */
import { identityOf } from '../access.ts';
import { all, type World } from '../world.ts';
import { workloadsLayer } from '../workload/workloads.ts';
import { textOfAccount, textOfIdentity, whoIs } from './subject.ts';

/** As `sa:namespace/name`, in order. */
export function namedAccounts(world: World): readonly string[] {
  const { serviceaccounts } = world.tables;
  const named = new Set([...all(serviceaccounts)].map(({ metadata }) => textOfAccount(metadata)));
  for (const account of [...usedAccounts(world), ...boundAccounts(world)]) named.add(account);
  return [...named].sort();
}

function* usedAccounts(world: World): Iterable<string> {
  for (const { ref, variants } of workloadsLayer()(world).values()) {
    for (const { pod } of variants)
      yield textOfAccount({ namespace: ref.namespace, name: pod.serviceAccountName || 'default' });
  }
}

/** Also those that a binding names as the user that they are. */
function* boundAccounts({ tables }: World): Iterable<string> {
  for (const binding of [...all(tables.rolebindings), ...all(tables.clusterrolebindings)]) {
    for (const subject of binding.subjects) {
      const who = whoIs(textOfIdentity(identityOf(subject, binding.metadata.namespace)));
      if (who?.account !== undefined) yield textOfAccount(who.account);
    }
  }
}
