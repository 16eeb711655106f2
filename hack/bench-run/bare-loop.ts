/**
 * The limit: a process that does nothing but write the reports it is given, through the operator's own connection and
 * as many at once. Run as `bare-loop.ts KUBECONFIG FILE` with one report a line; exits with 1 if a write failed.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { loadKubeConfig } from '../../src/commands/kubeconfig.ts';
import { connect } from '../../src/observe/connection.ts';
import { API_VERSION } from '../../src/publish/report.ts';
import { forEachOf } from './parallel.ts';

interface Line {
  readonly namespace: string;
  readonly name: string;
  readonly body: string;
}

async function writeAll(kubeconfig: string, file: string): Promise<void> {
  const connection = connect(loadKubeConfig({ kubeconfig }));
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  await forEachOf(
    lines.map((line) => JSON.parse(line) as Line),
    async ({ namespace, name, body }) => {
      await connection.json({
        method: 'PATCH',
        path: `/apis/${API_VERSION}/namespaces/${namespace}/riskreports/${name}?fieldManager=hexarisk&force=true`,
        contentType: 'application/apply-patch+yaml',
        body,
      });
    },
  );
}

const [, script = '', kubeconfig = '', file = ''] = process.argv;
if (import.meta.url === pathToFileURL(script).href) await writeAll(kubeconfig, file);
