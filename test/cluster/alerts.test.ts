import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { resolvePrograms } from '../../hack/cluster/binaries.ts';
import { monitoringFolder } from '../../hack/generate/monitoring.ts';
import { rulesOf } from '../support/alerts.ts';
import { START_TIMEOUT_MS } from './harness.ts';
import { promtool } from './promtool.ts';

const folder = join(import.meta.dirname, '../rules');
const lint = ['--lint=all', '--lint-fatal'];

describe('promtool', function () {
  this.timeout(60_000);
  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    await resolvePrograms(['promtool']);
  });

  it('finds nothing wrong with the rules', async () => {
    const file = join(monitoringFolder, 'rules.yaml');
    const { code, output } = await promtool(['check', 'rules', ...lint, file]);
    expect(code, output).to.equal(0);
    expect(output).to.include(`${rulesOf(readFileSync(file, 'utf8')).length} rules found`);
  });

  it('reads the scrape configuration', async () => {
    const own = mkdtempSync(join(tmpdir(), 'hexarisk-test-'));
    const file = join(own, 'prometheus.yml');
    const scrape = join(monitoringFolder, 'scrape-config.yaml');
    writeFileSync(file, JSON.stringify({ scrape_config_files: [scrape] }));
    // syntax only: the token that it names is there only in a pod
    const { code, output } = await promtool(['check', 'config', '--syntax-only', ...lint, file]);
    rmSync(own, { recursive: true });
    expect(code, output).to.equal(0);
  });

  for (const file of readdirSync(folder)) {
    it(`sees ${file.replace('.yaml', '')} fire when it should, with its real durations, and not else`, async () => {
      const { code, output } = await promtool(['test', 'rules', join(folder, file)]);
      expect(code, output).to.equal(0);
    });
  }
});
