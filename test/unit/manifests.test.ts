import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { bases } from '../../hack/build-run/image.ts';
import { checks } from '../../src/axes/index.ts';
import { VERSION } from '../../src/commands/version.ts';
import { loadWorld } from '../../src/observe/files/load.ts';
import { resourceInfos } from '../../src/observe/resources.ts';
import { pluralOf } from '../../src/observe/served.ts';
import { defaultPolicy } from '../../src/policy/policy.ts';
import { reportOf } from '../../src/publish/render.ts';
import type { RiskReport } from '../../src/publish/report.ts';
import { assessOnce } from '../../src/score/assessor.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'manifests');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly resources?: readonly string[];
  readonly rules?: readonly Rule[];
}

interface Deployment extends Manifest {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly resources: { readonly limits: { readonly memory: string } };
}

const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const documentsOf = (name: string) =>
  loadAll(readFileSync(join(folder, name), 'utf8')) as readonly Manifest[];
const kustomization = documentsOf('kustomization.yaml')[0];
const objects = names.filter((name) => name !== 'kustomization.yaml').flatMap(documentsOf);
const named = (kind: string, name: string) => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name} in manifests/`);
  return found;
};
const container = (named('Deployment', 'hexarisk') as Deployment).spec.template.spec.containers[0];
const rulesOfOperator = ['ClusterRole', 'Role'].flatMap((kind) => named(kind, 'hexarisk').rules ?? []);

/** `verb group/resource` of each right. */
const rightsOf = (rules: readonly Rule[]): readonly string[] =>
  rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
    ),
  );

describe('the install manifests', () => {
  describe('as Hexarisk scores them', () => {
    let reports: readonly RiskReport[] = [];
    before(async () => {
      const sources = names
        .filter((name) => name !== 'kustomization.yaml')
        .map((name) => ({ name, content: readFileSync(join(folder, name), 'utf8') }));
      const { world, errors, warnings } = await loadWorld(sources, 0);
      expect([...errors, ...warnings]).to.deep.equal([]);
      reports = [...assessOnce(world, defaultPolicy, checks)].flatMap(({ assessment }) =>
        assessment === undefined ? [] : [reportOf(assessment, { live: false, mostFindings: Infinity })],
      );
    });

    it('are one workload, Low, and below 15', () => {
      const [report, ...others] = reports;
      expect(others).to.have.length(0);
      console.log(`        score ${report?.report.exact}`);
      expect(report?.report.level).to.equal('Low');
      expect(report?.report.score).to.be.below(15);
    });

    it('have nothing on the axes privileges, api, secrets and labels', () => {
      const { axes } = reports[0]?.report ?? {};
      const scores = [axes?.privileges.exact, axes?.api.exact, axes?.secrets.exact, axes?.labels.exact];
      expect(scores).to.deep.equal(['0.00', '0.00', '0.00', '0.00']);
    });

    it('have no finding but these, each with its reason', () => {
      expect(reports[0]?.report.findings.map(({ check }) => check).sort()).to.deep.equal([
        'image/no-digest', // there is no published image whose digest one could write here
        'image/unscanned', // nor one that a scanner could have seen
        'network/open-egress', // the API server's ports, at whatever address it has in that cluster
        'network/open-to-listed-peers', // metrics
      ]);
    });

    it('satisfy the Pod Security level restricted, which their namespace enforces', () => {
      expect(reports[0]?.report.podSecurityLevel).to.equal('restricted');
      expect(named('Namespace', 'hexarisk').metadata.labels).to.include({
        'pod-security.kubernetes.io/enforce': 'restricted',
      });
    });
  });

  it('say of every object what it belongs to, and who owns it', () => {
    for (const { kind, metadata } of objects) {
      expect(metadata.labels, `${kind} ${metadata.name}`).to.include.keys(
        'app.kubernetes.io/name',
        'app.kubernetes.io/part-of',
        'hexarisk.dev/owner',
      );
    }
  });

  it('are all in the kustomization, with the CRD', () => {
    expect([...(kustomization?.resources ?? [])].sort()).to.deep.equal(
      ['../crds', ...names.filter((name) => name !== 'kustomization.yaml')].sort(),
    );
    const [crds] = loadAll(read('crds/Kustomization')) as readonly Manifest[];
    expect(crds?.resources).to.deep.equal(
      readdirSync(join(root, 'crds')).filter((name) => name.endsWith('.yaml')),
    );
  });

  it('are built by kustomize, the namespace first', function () {
    this.timeout(20_000);
    let built = '';
    try {
      built = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.skip(); // the cluster test applies them anyhow
      throw error;
    }
    const kinds = (loadAll(built) as readonly Manifest[]).map(({ kind }) => kind);
    expect(kinds[0]).to.equal('Namespace');
    expect(kinds).to.have.length(objects.length + 1);
    expect(kinds).to.include('CustomResourceDefinition');
  });

  it('run the version of this checkout', () => {
    expect(container?.image).to.match(new RegExp(`:${VERSION.replaceAll('.', '\\.')}$`));
    expect(read('manifests/deployment.yaml').match(/version: "[^"]*"/g)).to.deep.equal([
      `version: "${VERSION}"`,
      `version: "${VERSION}"`,
    ]);
  });

  it('leave a third of the memory limit to what is not the heap', () => {
    const options = container?.env.find(({ name }) => name === 'NODE_OPTIONS')?.value;
    const heap = Number(/--max-old-space-size=(\d+)/.exec(options ?? '')?.[1]);
    const limit = Number(/^(\d+)Mi$/.exec(container?.resources.limits.memory ?? '')?.[1]);
    expect(heap / limit).to.be.within(0.5, 0.67);
  });

  describe('the rights of the operator', () => {
    it('have no wildcard', () => {
      for (const { apiGroups = [], resources = [], verbs } of rulesOfOperator)
        expect([...apiGroups, ...resources, ...verbs].join()).to.not.include('*');
    });

    it('are to read what it observes, and nothing else: no Secrets', () => {
      const observed = Object.entries(resourceInfos).flatMap(([resource, { apiVersion }]) => {
        const group = apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '';
        const plural = pluralOf(resource);
        return [`list ${group}/${plural}`, `watch ${group}/${plural}`];
      });
      const own = [
        'list hexarisk.dev/riskreports',
        'watch hexarisk.dev/riskreports',
        'get apiextensions.k8s.io/customresourcedefinitions',
        'get coordination.k8s.io/leases',
      ];
      const reads = rightsOf(rulesOfOperator).filter((right) => /^(get|list|watch) /.test(right));
      expect([...reads].sort()).to.deep.equal([...observed, ...own].sort());
    });

    it('are to write reports, Events and its Lease, and to ask who a caller is', () => {
      const writes = rightsOf(rulesOfOperator).filter((right) => !/^(get|list|watch) /.test(right));
      expect([...writes].sort()).to.deep.equal([
        'create authentication.k8s.io/tokenreviews',
        'create authorization.k8s.io/subjectaccessreviews',
        'create coordination.k8s.io/leases',
        'create events.k8s.io/events',
        'create hexarisk.dev/riskreports',
        'delete hexarisk.dev/riskreports',
        'patch hexarisk.dev/riskreports',
        'update coordination.k8s.io/leases',
      ]);
    });

    it('name the one CRD and the one Lease', () => {
      const namesOf = (resource: string, verb: string) =>
        rulesOfOperator.find(
          ({ resources, verbs }) => resources?.includes(resource) === true && verbs.includes(verb),
        )?.resourceNames;
      expect(namesOf('customresourcedefinitions', 'get')).to.deep.equal(['riskreports.hexarisk.dev']);
      expect(namesOf('leases', 'update')).to.deep.equal(['hexarisk']);
    });

    it('are each explained in docs/install.md', () => {
      const page = read('docs/install.md');
      const resources = rulesOfOperator.flatMap(({ resources: some = [] }) => some);
      for (const resource of resources) expect(page).to.match(new RegExp(`^\\| .*\`${resource}\``, 'm'));
    });
  });

  it('let no viewer in by way of `view`', () => {
    for (const { kind, metadata } of objects) {
      if (kind !== 'ClusterRole') continue;
      expect(Object.keys(metadata.labels ?? {}).join(), metadata.name).to.not.include('aggregate-to');
    }
    expect(named('ClusterRole', 'hexarisk-metrics-reader').rules).to.deep.equal([
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    ]);
  });

  it('are each told of in docs/install.md', () => {
    const page = read('docs/install.md');
    for (const name of names) expect(page).to.include(`\`${name}\``);
  });
});

describe('the Dockerfile', () => {
  const text = read('Dockerfile');

  it('builds on what hack/build resolves to digests, and names no image itself', () => {
    const froms = [...text.matchAll(/^FROM (\S+)/gm)].map(([, from]) => from);
    expect(froms).to.deep.equal(Object.keys(bases).map((name) => `\${${name}}`));
    for (const name of Object.keys(bases)) expect(text).to.match(new RegExp(`^ARG ${name}$`, 'm'));
  });

  it('runs as a user that is not root, by number', () => {
    expect([...text.matchAll(/^USER (.*)$/gm)].at(-1)?.[1]).to.equal('65532:65532');
  });
});
