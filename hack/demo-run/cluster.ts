import { loadKubeConfig } from '../../src/commands/kubeconfig.ts';
import { type Connection, connect } from '../../src/observe/connection.ts';
import { pendingBuild } from '../cluster/binaries.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { stderrLog } from '../cluster/progress.ts';
import type { BinaryName } from '../cluster/versions.ts';
import { kubectlOnPath, runToEnd } from './kubectl.ts';
import { scanTable } from './manifests.ts';
import { dim, heading, say } from './print.ts';
import { type Session, together } from './session.ts';

/** Where the demo happens: a control plane of our own, or a cluster that is there already. */
export interface DemoCluster {
  /** What tells kubectl and the operator which cluster: `--kubeconfig FILE` or `--context NAME`. */
  readonly flags: readonly string[];
  readonly connection: Connection;
  readonly kubectl: (...args: string[]) => Promise<string>;
  /** How the user calls kubectl for it, once `preparation` is done. */
  readonly shownKubectl: string;
  /** Lines for the user's shell. */
  readonly preparation: readonly string[];
  /** Do its pods run? A cluster with kubelets cannot pull made-up images. */
  readonly isOurs: boolean;
}

export const kubectlFor =
  (path: string, flags: readonly string[], signal: AbortSignal) =>
  (...args: string[]): Promise<string> =>
    runToEnd(path, [...flags, ...args], { signal });

/** Starts a control plane that ends with the session. */
export async function ownCluster(session: Session): Promise<DemoCluster> {
  const { signal } = session;
  const pending = await pendingBuild();
  const starting = startControlPlane({ log: stderrLog, signal, onFailure: session.fail }).then((plane) => {
    session.cleanup.defer(() => plane.stop());
    return plane;
  });
  const [plane] = await together(session, [starting, showFiles(pending, signal)]);
  return clusterOf(plane, signal);
}

function clusterOf({ kubeconfig, kubectl }: ControlPlane, signal: AbortSignal): DemoCluster {
  const flags = ['--kubeconfig', kubeconfig];
  const hasKubectl = kubectlOnPath() !== undefined;
  return {
    flags,
    connection: connect(loadKubeConfig({ kubeconfig })),
    kubectl: kubectlFor(kubectl, flags, signal),
    shownKubectl: 'kubectl',
    preparation: [`export KUBECONFIG=${kubeconfig}`, ...(hasKubectl ? [] : [`alias kubectl=${kubectl}`])],
    isOurs: true,
  };
}

/** While programs of the control plane are missing. */
async function showFiles(pending: readonly BinaryName[], signal: AbortSignal): Promise<void> {
  if (pending.length === 0) return;
  const table = await scanTable(signal);
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K'); // a progress line may stand there
  heading('First, how the manifests score as files: hack/hexarisk scan demo/*.yaml    (the worst first)');
  say(
    dim(
      `The control plane follows once there is ${pending.join(', ')}: ten minutes or more if they must be built.`,
    ),
  );
  say(dim('Files cannot tell what runs, nor which addresses load balancers got: the cluster will.'));
  say(table.trimEnd());
}
