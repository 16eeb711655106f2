import type { Check } from '../check.ts';
import { untaken, weighed } from './rights.ts';

export default {
  id: 'api/default-account-rights',
  family: 'api-default-account',
  title: 'Uses the default account, which was given rights',
  docs: `Every pod that names no service account gets the one called default. When rights are bound to it, all of
    those pods have them, also the ones that come later and need none. Create an account for the workload that needs
    the rights and bind that one.`,
  source: 'CIS Kubernetes Benchmark',
  controls: ['CIS 5.1.5', 'OWASP K03'],
  find: (variant, workload, around) => {
    const { account, access } = around;
    if (variant !== workload.variants[0] || account.name !== 'default') return [];
    const own = access.grants.filter(({ identity }) => !identity.startsWith('Group/'));
    const [first] = own;
    if (first === undefined) return [];
    const bindings = new Map(
      own.map(({ binding, subject }) => [
        `${binding.kind} ${binding.namespace}/${binding.name}`,
        { object: binding, path: subject },
      ]),
    );
    return [
      {
        // the top of the low band: what the rights give is weighed by itself
        weight: weighed(0.3, around),
        message: `runs as the default account, which ${bindings.size === 1 ? 'a binding gives' : `${bindings.size} bindings give`} rights: every pod without an account of its own has them${untaken(around)}`,
        evidence: [...bindings.values()],
        remediation: { text: 'Give the workload its own service account and bind that one', patch: [] },
      },
    ];
  },
} satisfies Check;
