/** Makes the bundle, and the image where there is a builder: `hack/build --help`. */
import { join } from 'node:path';
import { Command } from 'commander';
import { explain } from '../cluster/problem.ts';
import { bundle, ENTRY, root } from './bundle.ts';
import { buildImage } from './image.ts';

const program = new Command('hack/build')
  .description('bundles Hexarisk into dist/, which needs nothing but Node 24')
  .option('--image', 'then build the container image; needs docker with a running daemon')
  .option('--tag <reference>', 'how the image is called', 'hexarisk:dev')
  .action(async ({ image, tag }: { readonly image?: boolean; readonly tag: string }) => {
    const begun = performance.now();
    const { folder, files } = await bundle(join(root, 'dist'));
    for (const { name, bytes } of files)
      console.log(`${(bytes / 1024).toFixed(0).padStart(6)} KiB  dist/${name}`);
    console.log(
      `bundled in ${((performance.now() - begun) / 1000).toFixed(1)} s: node ${join(folder, ENTRY)}`,
    );
    if (image) await buildImage(tag);
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`hack/build: ${explain(error)}`);
  process.exitCode = 1;
}
