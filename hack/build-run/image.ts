/** The container image, where there is something that builds images. */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { Problem } from '../cluster/problem.ts';
import { root } from './bundle.ts';

/** What the Dockerfile builds on: tags here, which become digests before anything is built. */
export const bases = {
  BUILDER: 'docker.io/library/node:24-trixie-slim',
  BASE: 'gcr.io/distroless/nodejs24-debian13:nonroot',
} as const;

const run = promisify(execFile);

/** Builds the image as `tag`. @throws Problem where no builder runs, or a digest cannot be resolved */
export async function buildImage(tag: string): Promise<void> {
  await requireBuilder();
  const args: string[] = [];
  for (const [name, reference] of Object.entries(bases)) {
    const resolved = `${reference}@${await digestOf(reference)}`;
    console.log(`${name}=${resolved}`);
    args.push('--build-arg', `${name}=${resolved}`);
  }
  const child = spawn('docker', ['build', ...args, '--tag', tag, root], { stdio: 'inherit' });
  const code = await new Promise((done, fail) => child.once('close', done).once('error', fail));
  if (code !== 0) throw new Problem(`docker build has failed (exit code ${String(code)})`);
  console.log(
    `built ${tag}: push it, and put its digest into manifests/kustomization.yaml (docs/install.md)`,
  );
}

async function requireBuilder(): Promise<void> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 30_000 });
  } catch (error) {
    throw new Problem(
      `no image was built: ${
        (error as NodeJS.ErrnoException).code === 'ENOENT'
          ? 'docker is not installed here'
          : 'docker has no daemon here that it could ask to build'
      }. The bundle in dist/ is complete; build the image where \`docker version\` shows a server`,
    );
  }
}

/** The digest that the registry has for the tag now. */
async function digestOf(reference: string): Promise<string> {
  const format = ['--format', '{{.Manifest.Digest}}'];
  const { stdout } = await run('docker', ['buildx', 'imagetools', 'inspect', reference, ...format], {
    timeout: 60_000,
  }).catch((error: Error & { readonly stderr?: string }) => {
    throw new Problem(
      `no image was built: the digest of ${reference} cannot be had: ${error.stderr?.trim() || error.message}`,
    );
  });
  const digest = stdout.trim();
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new Problem(`no image was built: ${reference} has no digest, but ${JSON.stringify(digest)}`);
  return digest;
}
