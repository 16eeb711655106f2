/** `--context NAME`: a cluster that somebody may need. Looks, says what would happen, asks. */
import { createInterface } from 'node:readline/promises';
import { loadKubeConfig } from '../../src/commands/kubeconfig.ts';
import { connect } from '../../src/observe/connection.ts';
import { messageOf, Problem } from '../cluster/problem.ts';
import type { DemoCluster } from './cluster.ts';
import { kubectlFor } from './cluster.ts';
import { anyKubectl, shownPath } from './kubectl.ts';
import { crdFile, demoFolder, type Manifests, readManifests } from './manifests.ts';
import { plural, say, some } from './print.ts';
import type { Session } from './session.ts';

export interface ExistingOptions {
  readonly context: string;
  readonly yes: boolean;
}

/** Set on the demo's namespaces, so that a second run knows them from somebody's own. */
const MARK = 'hexarisk.dev/demo';

/** @throws Problem when it may not be used: nothing was changed then */
export async function existingCluster(
  { context, yes }: ExistingOptions,
  session: Session,
): Promise<DemoCluster> {
  if (!yes && !process.stdin.isTTY)
    throw new Problem('--context asks before it changes a cluster, and there is no terminal: use --yes');
  const config = loadKubeConfig({ context });
  const server = config.getCurrentCluster()?.server ?? '';
  const connection = connect(config);
  await connection.json({ path: '/version', signal: session.signal }).catch((error: unknown) => {
    session.signal.throwIfAborted();
    throw new Problem(`${server} of context ${context} does not answer: ${messageOf(error)}`);
  });
  const flags = ['--context', context];
  const cluster: DemoCluster = {
    flags,
    connection,
    kubectl: kubectlFor(anyKubectl(), flags, session.signal),
    shownKubectl: `kubectl --context ${context}`,
    preparation: [],
    isOurs: false,
  };
  const manifests = readManifests();
  await refuseCollisions(cluster, context);
  const hadCrd = await cluster.kubectl('get', '-f', crdFile, '--ignore-not-found', '-o', 'name');
  if (!yes) await consent(manifests, `${context} (server ${server})`, session.signal);
  session.cleanup.defer(() => tellHowToDelete(cluster, hadCrd !== ''));
  return cluster;
}

interface Found {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** The demo's names are common ones. What is there and not of an earlier demo would be changed, so not at all. */
async function refuseCollisions(cluster: DemoCluster, context: string): Promise<void> {
  const text = await cluster.kubectl('get', '-f', demoFolder, '--ignore-not-found', '-o', 'json');
  if (text.trim() === '') return;
  const parsed = JSON.parse(text) as Found | { readonly items: readonly Found[] };
  const found = 'items' in parsed ? parsed.items : [parsed];
  const namespaces = found.filter(({ kind }) => kind === 'Namespace');
  const isOurs =
    namespaces.length > 0 && namespaces.every(({ metadata }) => metadata.labels?.[MARK] === 'true');
  if (found.length === 0 || isOurs) return;
  const names = found.map(({ kind, metadata: { namespace, name } }) =>
    namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
  );
  throw new Problem(
    `context ${context} has objects of the demo's names already: ${some(names)}.\n` +
      'The demo would change them, so it changes nothing. Use a cluster without them.',
  );
}

async function consent(manifests: Manifests, where: string, signal: AbortSignal): Promise<void> {
  const { objects, namespaces } = manifests;
  say(
    'The demo is insecure on purpose: it makes accounts cluster-admin, opens load balancers, and mounts paths of',
  );
  say(
    'nodes. Hexarisk then runs on this machine with your rights, and writes a RiskReport for every workload there.',
  );
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // on a terminal readline takes Ctrl-C for itself
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const question = `Apply the demo's ${plural(objects, 'object')} in namespaces ${namespaces.join(', ')} to context ${where}? [y/N] `;
  try {
    const answer = await terminal.question(question, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
    if (!/^y(es)?$/i.test(answer.trim())) throw new Problem('nothing was changed');
  } finally {
    terminal.close();
  }
}

/** Call once the demo is applied. */
export async function markAsDemo(cluster: DemoCluster): Promise<void> {
  await cluster.kubectl('label', 'namespace', ...readManifests().namespaces, `${MARK}=true`, '--overwrite');
}

function tellHowToDelete({ shownKubectl }: DemoCluster, hadCrd: boolean): void {
  say('\nThe demo and its reports are still there. To delete them:');
  say(`  ${shownKubectl} delete -f ${shownPath(demoFolder)}/`);
  if (!hadCrd) say(`  ${shownKubectl} delete -f ${shownPath(crdFile)}    # and with it every RiskReport`);
}
