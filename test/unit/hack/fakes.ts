import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BinaryName, pinned } from '../../../hack/cluster/versions.ts';

/** A folder for one test. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'hexarisk-unit-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const wording: Readonly<Record<BinaryName, (version: string) => string>> = {
  etcd: (version) => `etcd Version: ${version.slice(1)}`,
  kwok: (version) => `kwok version ${version} go1.26.0 (linux/amd64)`,
  'kube-apiserver': (version) => `Kubernetes ${version}`,
  'kube-controller-manager': (version) => `Kubernetes ${version}`,
  'kube-scheduler': (version) => `Kubernetes ${version}`,
  kubectl: (version) => `Client Version: ${version}`,
  prometheus: (version) => `prometheus, version ${version.slice(1)} (branch: HEAD, revision: 0)`,
  promtool: (version) => `promtool, version ${version.slice(1)} (branch: HEAD, revision: 0)`,
};

/** A program that can only say its version. */
export const program = (name: BinaryName, version = pinned(name)): string =>
  `#!/bin/sh\necho "${wording[name](version)}"\n`;

export function putProgram(folder: string, name: BinaryName, version?: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, program(name, version));
  chmodSync(path, 0o755);
  return path;
}

/** What the server does for a path: answers a body or a status, or begins one and then stalls. */
export type Reply = string | Buffer | number | { readonly stallsAfter: string };

export interface FileServer {
  readonly url: string;
  readonly requested: readonly string[];
  readonly close: () => Promise<void>;
}

/** A file server on the loopback address; unknown paths are 404. */
export async function serve(files: Readonly<Record<string, Reply>>): Promise<FileServer> {
  const requested: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    requested.push(path);
    const reply = files[path] ?? 404;
    if (typeof reply === 'number') response.writeHead(reply).end();
    else if (typeof reply === 'object' && 'stallsAfter' in reply) {
      // nothing at all: not even the headers
      if (reply.stallsAfter !== '') response.writeHead(200).write(reply.stallsAfter);
    } else response.end(reply);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, requested, close };
}
