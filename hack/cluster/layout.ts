import { join } from 'node:path';

/** Where a control plane keeps what, below its folder. */
export interface Layout {
  readonly dir: string;
  readonly kubeconfig: string;
  readonly auditLog: string;
  readonly auditPolicy: string;
  readonly certificates: string;
  readonly etcdData: string;
  readonly kwokConfig: string;
  readonly schedulerConfig: string;
  /** Written while it runs; `status`, `stop` and `kubeconfig` read it. */
  readonly state: string;
  readonly logOf: (component: string) => string;
  readonly kubeconfigOf: (user: string) => string;
}

export function layoutOf(dir: string): Layout {
  return {
    dir,
    kubeconfig: join(dir, 'kubeconfig'),
    auditLog: join(dir, 'audit.log'),
    auditPolicy: join(dir, 'audit-policy.yaml'),
    certificates: join(dir, 'certificates'),
    etcdData: join(dir, 'etcd'),
    kwokConfig: join(dir, 'kwok.yaml'),
    schedulerConfig: join(dir, 'scheduler.yaml'),
    state: join(dir, 'state.json'),
    logOf: (component) => join(dir, 'logs', `${component}.log`),
    kubeconfigOf: (user) => join(dir, `${user}.kubeconfig`),
  };
}
