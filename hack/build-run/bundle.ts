/** The bundle: all of Hexarisk in one folder that needs nothing but Node 24. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

export const root = join(import.meta.dirname, '../..');

/** The file that one runs. */
export const ENTRY = 'hexarisk.mjs';

/** Bundled CommonJS (winston, the operator shell) still calls `require` for what Node itself has. */
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

export interface Bundle {
  /** Where the bundle is. */
  readonly folder: string;
  /** Its code. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** Writes the bundle into `folder`, which is emptied first. */
export async function bundle(folder: string): Promise<Bundle> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    // the light commands and the cluster's code are behind `import()`, and so become chunks of their own
    entryPoints: { main: 'src/main.ts', hexarisk: fileURLToPath(import.meta.resolve('./entry.ts')) },
    external: ['./main.mjs'],
    outdir: folder,
    bundle: true,
    splitting: true,
    // names stay and lines are short, so that a stack trace can be read. Source maps would give it the `.ts` line, but
    // Node reads them at the first error of any stream, half a second of work and 30 MiB for good
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    banner: { js: banner },
    metafile: true,
    logLevel: 'warning',
    // `import()` of bundled CommonJS has no named exports: take the same release as an ES module
    alias: { '@peculiar/x509': '@peculiar/x509/build/x509.es.js' },
    plugins: [smallClientNode],
  });
  await copyFiles(folder);
  const files = Object.entries(metafile.outputs)
    .filter(([path]) => path.endsWith('.mjs'))
    .map(([path, { bytes }]) => ({ name: path.slice(path.lastIndexOf('/') + 1), bytes }));
  return { folder, files: files.toSorted((a, b) => b.bytes - a.bytes) };
}

/** What the code reads beside itself: it looks for both in the folder of the nearest package.json. */
async function copyFiles(folder: string): Promise<void> {
  const { name, version, license, type } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  ) as Record<string, string>;
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify({ name, version, license, type }, undefined, 2)}\n`,
  );
  await cp(join(root, 'crds/riskreport.yaml'), join(folder, 'crds/riskreport.yaml'));
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

/** `@dot-i/k8s-operator` requires all of client-node, where it uses five of its exports: 2 MB less. */
const smallClientNode: esbuild.Plugin = {
  name: 'small-client-node',
  setup(build) {
    build.onResolve({ filter: /^@kubernetes\/client-node$/ }, ({ importer, resolveDir }) =>
      importer.includes('/@dot-i/')
        ? { path: 'used', namespace: 'client-node', pluginData: resolveDir }
        : null,
    );
    build.onLoad(
      { filter: /^used$/, namespace: 'client-node' },
      async ({ pluginData }: { pluginData: string }) => {
        // to the very modules that our own imports resolve to: there must be one KubeConfig
        const { path, errors } = await build.resolve('@kubernetes/client-node', {
          kind: 'import-statement',
          resolveDir: pluginData,
        });
        return {
          errors,
          contents: `export { KubeConfig, Watch, CoreV1Api, ApiextensionsV1Api, loadYaml } from ${JSON.stringify(path)};`,
          resolveDir: pluginData,
        };
      },
    );
  },
};
