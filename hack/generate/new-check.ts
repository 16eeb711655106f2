/**
 * `npm run new-check AXIS/SLUG`: writes the skeleton of a check and its two fixtures, and makes the index anew.
 * CONTRIBUTING.md shows the whole way.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { axes } from '../../src/axes/check.ts';
import { generateIndex } from './checks.ts';

const here = join(import.meta.dirname, '../..');
const SLUG = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST_SLUG = 60;
const USAGE = 'npm run new-check AXIS/SLUG, e.g. npm run new-check privileges/tolerates-everything';

/** Why there is no new check, in one line for whoever asked for it. */
export class Refusal extends Error {}

/**
 * Writes the files of a new check; the index stays as it is.
 * @param root the folder that holds `src`
 * @returns what was written, as paths below `root`
 * @throws Refusal for a name that cannot be used; then nothing is written
 */
export function newCheck(id: string, root: string): readonly string[] {
  const [axis = '', slug = '', ...rest] = id.split('/');
  if (rest.length > 0 || !id.includes('/')) throw new Refusal(`${id}: expected AXIS/SLUG: ${USAGE}`);
  if (!axes.some((known) => known === axis)) {
    throw new Refusal(`${id}: there is no axis ${axis}: choose one of ${axes.join(', ')}`);
  }
  if (!SLUG.test(slug) || slug.length > LONGEST_SLUG) {
    throw new Refusal(
      `${id}: a slug is lower-case words with - in between, at most ${LONGEST_SLUG} characters: tolerates-everything`,
    );
  }
  const files = new Map([
    [`src/axes/${id}.ts`, skeleton(axis, slug)],
    [`src/axes/${id}.fires.yaml`, firesFixture],
    [`src/axes/${id}.clean.yaml`, workload],
  ]);
  const taken = [...files.keys()].find((path) => existsSync(join(root, path)));
  if (taken !== undefined) throw new Refusal(`${id}: ${taken} is there already: choose another slug`);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return [...files.keys()];
}

const skeleton = (axis: string, slug: string): string => `import type { Check } from '../check.ts';

export default {
  id: '${axis}/${slug}',
  // checks that are one mechanism share a family, and only the worst of it counts; on its own, the slug will do
  family: '${slug}',
${axis === 'network' ? "  // does it help someone in (inbound), or widen what an intruder reaches (outbound)?\n  direction: 'inbound',\n" : ''}  title: 'TODO: what is wrong, without a full stop',
  docs: \`TODO: why it matters and what to do, for someone who has never heard of it.\`,
  source: 'TODO: a standard, a KEP, a CVE, a paper',
  // one entry for each place where it fires; src/axes/check.ts says what an entry holds
  find: () => [],
} satisfies Check;
`;

const workload = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  selector:
    matchLabels: { app: cart }
  template:
    metadata:
      labels: { app: cart }
    spec:
      containers:
        - name: web
          image: registry.example/web:1.2.3
`;

// the words in capitals are to be replaced: until then the fixture's test fails and shows what the check gives
const firesFixture = `# expect: SEVERITY /spec/template/spec/PLACE\n${workload}`;

function main(args: readonly string[]): void {
  const [id, ...rest] = args;
  try {
    if (id === undefined || rest.length > 0) throw new Refusal(`usage: ${USAGE}`);
    const written = newCheck(id, here);
    writeFileSync(join(here, 'src/axes/index.ts'), generateIndex());
    for (const path of [...written, 'src/axes/index.ts']) console.log(`written: ${path}`);
    console.log(`Fill in the check and its fixtures, then: npm test -- --grep ${id}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

if (import.meta.main) main(process.argv.slice(2));
