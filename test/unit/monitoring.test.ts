import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { load, loadAll } from 'js-yaml';
import { monitoringFolder, renderMonitoring } from '../../hack/generate/monitoring.ts';
import { bounds } from '../../src/score/model.ts';
import { alertsOf, type Rule, rulesOf } from '../support/alerts.ts';
import { type Panel, panelsOf, queriesOf, readDashboards } from '../support/dashboards.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

const documents = (path: string) => loadAll(read(`manifests/${path}`)) as readonly Manifest[];
const dashboards = readDashboards();
const panels: readonly (Panel & { readonly where: string })[] = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => ({ ...panel, where: `${dashboard.title}: ${panel.title}` })),
);

/** Metrics of ours that a query names, as they are documented. */
const metricsIn = (expr: string): readonly string[] =>
  [...expr.matchAll(/\bhexarisk_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));

describe('manifests/monitoring', () => {
  it('has rules and dashboards that are current (else: npm run generate)', () => {
    for (const [path, text] of Object.entries(renderMonitoring()))
      expect(readFileSync(join(monitoringFolder, path), 'utf8') === text, path).to.equal(true);
  });

  it('has no dashboard that nothing makes, and none that the kustomization leaves out', () => {
    const files = readdirSync(join(monitoringFolder, 'dashboards')).map((name) => `dashboards/${name}`);
    const made = Object.keys(renderMonitoring()).filter((path) => path.startsWith('dashboards/'));
    expect(files.toSorted()).to.deep.equal(made.toSorted());
    const { configMapGenerator, resources } = load(read('manifests/monitoring/kustomization.yaml')) as {
      readonly configMapGenerator: readonly { readonly files: readonly string[] }[];
      readonly resources: readonly string[];
    };
    expect(configMapGenerator[0]?.files.toSorted()).to.deep.equal(files.toSorted());
    expect(resources).to.have.members(['rbac.yaml', 'service-monitor.yaml', 'prometheus-rule.yaml']);
  });

  it('is told of in docs/install.md, file by file', () => {
    const page = read('docs/install.md');
    for (const entry of readdirSync(monitoringFolder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) expect(page).to.match(new RegExp(`\`monitoring/(dashboards/)?${entry.name}\``));
  });

  it('says of every object what it belongs to, and who owns it', () => {
    const files = ['rbac', 'service-monitor', 'prometheus-rule'].map((name) => `monitoring/${name}.yaml`);
    for (const { kind, metadata } of files.flatMap(documents)) {
      expect(metadata.labels, `${kind} ${metadata.name}`).to.include({
        'app.kubernetes.io/part-of': 'hexarisk',
        'hexarisk.dev/owner': 'hexarisk',
      });
    }
  });

  describe('scrapes', () => {
    const [monitor] = documents('monitoring/service-monitor.yaml') as readonly (Manifest & {
      readonly spec: {
        readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
        readonly endpoints: readonly [
          {
            readonly port: string;
            readonly scheme: string;
            readonly honorLabels: boolean;
            readonly authorization: { readonly credentials: { readonly name: string; readonly key: string } };
          },
        ];
      };
    })[];
    const [service] = documents('service.yaml') as readonly (Manifest & {
      readonly spec: { readonly ports: readonly { readonly name: string }[] };
    })[];

    it('the port of the Service that the manifests have', () => {
      expect(service?.metadata.labels).to.include(monitor?.spec.selector.matchLabels);
      expect(service?.spec.ports.map(({ name }) => name)).to.include(monitor?.spec.endpoints[0].port);
    });

    it('with a token that rbac.yaml makes', () => {
      const { name, key } = monitor?.spec.endpoints[0].authorization.credentials ?? {};
      const secret = documents('monitoring/rbac.yaml').find(({ kind }) => kind === 'Secret');
      expect([secret?.metadata.name, 'token']).to.deep.equal([name, key]);
    });

    it('over HTTPS, and leaves the namespace of a series what it is, with and without the operator', () => {
      const { scrape_configs: plain } = load(read('manifests/monitoring/scrape-config.yaml')) as {
        readonly scrape_configs: readonly [{ readonly scheme: string; readonly honor_labels: boolean }];
      };
      const { scheme, honorLabels } = monitor?.spec.endpoints[0] ?? {};
      expect([scheme, honorLabels]).to.deep.equal(['https', true]);
      expect([plain[0].scheme, plain[0].honor_labels]).to.deep.equal(['https', true]);
    });
  });
});

describe('the alerts', () => {
  const rules = rulesOf(read('manifests/monitoring/rules.yaml'));
  const alerts = alertsOf(rules);
  const PAGE = /^https:\/\/git\.example\/hexarisk\/(docs\/runbooks\/[a-z-]+\.md)$/;

  it('are about these', () => {
    expect(alerts.map(({ alert }) => alert)).to.deep.equal([
      'HexariskWorkloadCritical',
      'HexariskWorkloadRiskIncreased',
      'HexariskCoverageDropped',
      'HexariskWatchFailing',
      'HexariskReportsStale',
      'HexariskReportWritesFailing',
      'HexariskNoLeader',
      'HexariskMetricsAbsent',
    ]);
  });

  for (const { alert, labels, annotations } of alerts) {
    it(`${alert} says how bad, whose, what and what to do, and has a page of its own`, () => {
      expect(labels['severity']).to.be.oneOf(['critical', 'warning']);
      expect(labels['owner']).to.be.a('string').and.not.equal('');
      expect(annotations).to.have.all.keys('summary', 'description', 'runbook_url');
      expect(annotations['summary']?.length).to.be.within(20, 250);
      expect(annotations['description']?.length).to.be.within(80, 600);
      const [, page = ''] = PAGE.exec(annotations['runbook_url'] ?? '') ?? [];
      expect(read(page)).to.match(
        new RegExp(`^# ${alert}\n\n\\*\\*[^]*^## Look$[^]*^## Do$[^]*^## It ends$`, 'm'),
      );
    });
  }

  it('have no page that belongs to none, and are all in the list of pages', () => {
    const pages = readdirSync(join(root, 'docs/runbooks')).filter((name) => name !== 'README.md');
    const named = alerts.map(({ annotations }) => annotations['runbook_url']?.split('/').at(-1) ?? '');
    expect(pages.toSorted()).to.deep.equal(named.toSorted());
    const list = read('docs/runbooks/README.md');
    for (const [index, { alert, labels }] of alerts.entries())
      expect(list).to.include(`| [${alert}](${named[index]}) | ${labels['severity']} |`);
  });

  it('are each tested by promtool', () => {
    const tested = readdirSync(join(root, 'test/rules'));
    expect(tested.toSorted()).to.deep.equal(alerts.map(({ alert }) => `${alert}.yaml`).toSorted());
  });

  it('page for what the model calls Critical', () => {
    const critical = alerts.find(({ alert }) => alert === 'HexariskWorkloadCritical');
    expect(critical?.expr).to.include(`(hexarisk_workload_risk_score) >= ${bounds.at(-1)?.below}\n`);
  });

  it('ask only for metrics that there are, and count a workload once, whatever number of replicas tells of it', () => {
    expectKnownAndSingle(rules.map(({ expr }: Rule) => expr));
  });
});

describe('the dashboards', () => {
  it('ask only for metrics that there are, and count a workload once, whatever number of replicas tells of it', () => {
    expectKnownAndSingle(dashboards.flatMap(queriesOf));
  });

  it('let one choose data source, namespace, owner and kind, and say what each is', () => {
    for (const { title, templating } of dashboards) {
      const names = templating.list.map(({ name }) => name);
      expect(names, title).to.include.members(['datasource', 'namespace', 'owner', 'kind']);
      for (const { name, label, description } of templating.list)
        expect([label, description], `${title} $${name}`).to.not.include(undefined);
    }
  });

  it('use every variable, and none that is not there', () => {
    for (const dashboard of dashboards) {
      const names = dashboard.templating.list.map(({ name }) => name);
      const text = [...queriesOf(dashboard), ...dashboard.templating.list.map(({ query }) => query)].join(
        '\n',
      );
      const used = new Set([...text.matchAll(/\$(\w+)/g)].map(([, name = '']) => name));
      used.delete('__rate_interval');
      expect([...used, 'datasource'].toSorted(), dashboard.title).to.deep.equal(names.toSorted());
    }
  });

  for (const { where, description, fieldConfig, datasource, targets } of panels) {
    it(`${where}: has a description, a unit, and the chosen data source`, () => {
      expect(description).to.match(/^[A-Z].{20,}\.$/s);
      expect(fieldConfig.defaults.unit).to.be.a('string');
      expect(targets).to.not.be.empty;
      for (const used of [{ datasource }, ...targets])
        expect(used.datasource).to.deep.equal({ type: 'prometheus', uid: '${datasource}' });
    });
  }

  it('colour every score by the bounds of the levels', () => {
    const ofScores = panels.filter(({ targets }) =>
      targets.some(({ expr }) => /_(risk|axis)_score/.test(expr) && !/^count\(| - \(/.test(expr)),
    );
    expect(ofScores).to.have.length.above(8);
    for (const { where, fieldConfig } of ofScores) {
      const { max, thresholds } = fieldConfig.defaults;
      expect(max, where).to.equal(100);
      expect(
        thresholds?.steps.map(({ value }) => value),
        where,
      ).to.deep.equal([null, ...bounds.map(({ below }) => below)]);
    }
  });

  it('lead to each other, and nowhere that does not exist', () => {
    const uids = dashboards.map(({ uid }) => uid);
    const links = [...JSON.stringify(dashboards).matchAll(/"url":"\/d\/([a-z-]+)\?([^"]+)"/g)];
    expect(new Set(links.map(([, uid]) => uid))).to.deep.equal(new Set(uids));
    for (const [, uid, query = ''] of links) {
      const target = dashboards.find((dashboard) => dashboard.uid === uid);
      const names = target?.templating.list.map(({ name }) => `var-${name}`);
      const given = query.match(/var-\w+/g);
      expect(names, query).to.include.members(given ?? []);
    }
    for (const { title, tags, links: menu } of dashboards)
      expect(tags, title).to.include.members([...(menu[0]?.tags ?? ['no link'])]);
  });
});

/** @throws when a query names a metric that is not documented, or would count one of several replicas' series twice */
function expectKnownAndSingle(queries: readonly string[]): void {
  const documented = read('docs/metrics.md');
  for (const expr of queries) {
    for (const name of metricsIn(expr)) expect(documented, expr).to.include(`| \`${name}\` |`);
    const perWorkload = expr.match(/\bhexarisk_(workload|namespace)_/g) ?? [];
    const single = expr.match(/\b(max|min) by \([a-z, ]+\) \(hexarisk_(workload|namespace)_/g) ?? [];
    expect(single.length, expr).to.equal(perWorkload.length);
  }
}
