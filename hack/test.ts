/** Runs every check of the project, one after the other, and ends with how many passed and failed. */
import { spawn } from 'node:child_process';
import { resolvePrograms } from './cluster/binaries.ts';
import { explain } from './cluster/problem.ts';
import { controlPlaneNames, monitoringNames } from './cluster/versions.ts';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Needs the programs of a control plane and of its monitoring, which may still be in the making. */
  readonly cluster?: boolean;
}

const mocha = (spec: string) => [
  'mocha',
  '--no-config',
  '--extension',
  'ts',
  '--forbid-only',
  '--spec',
  spec,
];

const steps: readonly Step[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'format', command: ['biome', 'format', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', 'src', 'test', 'hack'] },
  { name: 'unused code', command: ['knip'] },
  { name: 'unit tests', command: [...mocha('test/unit/**/*.test.ts'), '--timeout', '10000'] },
  { name: 'property tests', command: [...mocha('test/property/**/*.test.ts'), '--timeout', '60000'] },
  {
    name: 'cluster tests',
    command: [...mocha('test/cluster/**/*.test.ts'), '--timeout', '60000'],
    cluster: true,
  },
];

interface Result {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

/** Runs a command, shows what it prints, and returns that with the exit code. */
function run([command = '', ...args]: readonly string[]): Promise<{
  readonly code: number;
  readonly output: string;
}> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const show = (chunk: Buffer) => {
      output += chunk.toString();
      process.stdout.write(chunk);
    };
    child.stdout.on('data', show);
    child.stderr.on('data', show);
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

async function perform({ name, command }: Step): Promise<Result> {
  process.stdout.write(`\n--- ${name}: ${command.join(' ')}\n`);
  const begun = performance.now();
  const { code, output } = await run(command);
  const seconds = (performance.now() - begun) / 1000;
  const counted = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
  if (command[0] !== 'mocha') {
    return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, seconds };
  }
  const passed = counted('passing');
  const failed = counted('failing');
  // a runner that ran nothing, or died, is a failure whatever it counted
  const died = passed + failed === 0 || (code !== 0 && failed === 0);
  return { name, passed, failed: died ? failed + 1 : failed, skipped: counted('pending'), seconds };
}

const help = `Usage: hack/test [--only STEP]
Runs: ${steps.map(({ name }) => name).join(', ')}.
The control plane and Prometheus for the cluster tests are built on the first run, in the background (ten minutes or more).`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(help);
    return 0;
  }
  const only = args[0] === '--only' ? args[1] : undefined;
  const chosen = steps.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0 || (args.length > 0 && only === undefined)) {
    console.error(help);
    return 2;
  }
  const binaries = chosen.some(({ cluster }) => cluster)
    ? resolvePrograms([...controlPlaneNames, ...monitoringNames], {
        log: (line: string) => console.error(line),
      }).then(() => undefined, explain)
    : Promise.resolve(undefined);
  const results: Result[] = [];
  for (const step of chosen) {
    const problem = step.cluster ? await binaries : undefined;
    if (problem === undefined) results.push(await perform(step));
    else {
      console.error(problem);
      results.push({ name: step.name, passed: 0, failed: 1, skipped: 0, seconds: 0 });
    }
  }
  return summary(results);
}

function summary(results: readonly Result[]): number {
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0);
  console.log('\n--- summary');
  for (const { name, passed, failed, skipped, seconds } of results) {
    const more = skipped === 0 ? '' : `, ${skipped} skipped`;
    console.log(
      `${name.padEnd(16)} ${String(passed).padStart(5)} passed, ${failed} failed${more}  (${seconds.toFixed(1)} s)`,
    );
  }
  const failed = sum((result) => result.failed);
  const skipped = sum((result) => result.skipped);
  console.log(
    `${sum((result) => result.passed)} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
  );
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
