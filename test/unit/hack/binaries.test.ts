import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  cacheFolder,
  pendingBuild,
  type ResolveOptions,
  resolveBinaries,
  resolvePrograms,
} from '../../../hack/cluster/binaries.ts';
import { Problem } from '../../../hack/cluster/problem.ts';
import {
  type BinaryName,
  controlPlaneNames,
  monitoringNames,
  pinned,
  versions,
} from '../../../hack/cluster/versions.ts';
import { program, putProgram, serve, temporaryFolder } from './fakes.ts';

const arch = process.arch === 'x64' ? 'amd64' : process.arch;

describe('where the programs come from', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let env: NodeJS.ProcessEnv;
  let assets: string;
  let onPath: string;
  let cache: string;
  let built: BinaryName[];
  let said: string[];

  beforeEach(() => {
    folder = temporaryFolder();
    assets = join(folder.path, 'assets');
    onPath = join(folder.path, 'bin');
    env = {
      KUBEBUILDER_ASSETS: assets,
      PATH: `${join(folder.path, 'empty')}:${onPath}`,
      XDG_CACHE_HOME: join(folder.path, 'cache'),
    };
    cache = cacheFolder(env);
    built = [];
    said = [];
  });
  afterEach(() => folder.remove());

  const everywhere = (...names: BinaryName[]) => {
    for (const name of names) for (const place of [assets, onPath, cache]) putProgram(place, name);
  };
  const allBut = (...names: BinaryName[]) => controlPlaneNames.filter((name) => !names.includes(name));
  const options = (): ResolveOptions => ({
    env,
    downloads: {},
    log: (line) => said.push(line),
    build: async (names, into) => {
      built.push(...names);
      for (const name of names) putProgram(into, name);
    },
  });

  it('KUBEBUILDER_ASSETS comes before PATH, and PATH before the cache', async () => {
    everywhere(...allBut('kwok'));
    putProgram(onPath, 'kwok');
    putProgram(cache, 'kwok');
    const found = await resolveBinaries(options());
    expect(found.etcd).to.equal(join(assets, 'etcd'));
    expect(found.kwok).to.equal(join(onPath, 'kwok'));
    expect(built).to.deep.equal([]);
  });

  it('each program comes from the first place that has it', async () => {
    everywhere(...allBut('kube-scheduler'));
    putProgram(cache, 'kube-scheduler');
    expect((await resolveBinaries(options()))['kube-scheduler']).to.equal(join(cache, 'kube-scheduler'));
  });

  it('KUBEBUILDER_ASSETS is taken at any version, and another than the pinned is said', async () => {
    everywhere(...controlPlaneNames);
    putProgram(assets, 'kube-apiserver', 'v1.36.1');
    expect((await resolveBinaries(options()))['kube-apiserver']).to.equal(join(assets, 'kube-apiserver'));
    expect(said.join('\n')).to.contain('kube-apiserver from KUBEBUILDER_ASSETS is v1.36.1');
  });

  for (const place of ['PATH', 'the cache'] as const) {
    it(`${place} is passed over at another version`, async () => {
      everywhere(...allBut('etcd'));
      putProgram(place === 'PATH' ? onPath : cache, 'etcd', 'v3.6.0');
      expect(await pendingBuild(options())).to.deep.equal(['etcd']);
      await resolveBinaries(options());
      expect(built).to.deep.equal(['etcd']);
    });
  }

  it('a file that cannot be run, or says no version, is passed over', async () => {
    everywhere(...allBut('etcd', 'kwok'));
    putProgram(onPath, 'etcd');
    writeFileSync(join(onPath, 'kwok'), program('kwok'), { mode: 0o644 });
    writeFileSync(join(onPath, 'etcd'), '#!/bin/sh\nexit 1\n');
    expect(await pendingBuild(options())).to.deep.equal(['etcd', 'kwok']);
  });

  for (const { version, fits } of [
    { version: 'v1.36.0', fits: true },
    { version: 'v1.38.4', fits: true },
    { version: 'v1.32.4', fits: false },
  ]) {
    it(`a kubectl ${version} on PATH is ${fits ? 'taken' : 'passed over'}`, async () => {
      everywhere(...allBut('kubectl'));
      putProgram(onPath, 'kubectl', version);
      const { kubectl } = await resolveBinaries(options());
      expect(kubectl).to.equal(join(fits ? onPath : cache, 'kubectl'));
    });
  }

  for (const { version, fits } of [
    { version: 'v3.5.0', fits: true },
    { version: 'v2.53.1', fits: false },
  ]) {
    it(`a Prometheus ${version} on PATH is ${fits ? 'taken' : 'passed over'}`, async () => {
      for (const name of monitoringNames) putProgram(onPath, name, version);
      const { promtool } = await resolvePrograms(monitoringNames, options());
      expect(promtool).to.equal(join(fits ? onPath : cache, 'promtool'));
    });
  }

  it('only what is asked for is built: Prometheus not with a control plane, nor the reverse', async () => {
    expect(await pendingBuild(options())).to.not.include.members(['prometheus']);
    await resolvePrograms(['prometheus'], options());
    expect(built).to.deep.equal(['prometheus']);
  });

  it('the kubectl must fit the server that is really used', async () => {
    everywhere(...allBut('kubectl'));
    putProgram(assets, 'kube-apiserver', 'v1.35.0');
    putProgram(onPath, 'kubectl', 'v1.34.2');
    expect((await resolveBinaries(options())).kubectl).to.equal(join(onPath, 'kubectl'));
  });

  it('what no place has is built, once, into the cache', async () => {
    await resolveBinaries(options());
    expect(built).to.have.members([...controlPlaneNames]);
    await resolveBinaries(options());
    expect(built).to.have.length(controlPlaneNames.length);
    expect(await pendingBuild(options())).to.deep.equal([]);
  });

  it('two at once build once', async () => {
    const both = await Promise.all([resolveBinaries(options()), resolveBinaries(options())]);
    expect(both[0]).to.deep.equal(both[1]);
    expect(built).to.have.length(controlPlaneNames.length);
  });

  it('a lock whose owner is gone does not stop anyone', async () => {
    const lock = join(cache, '.lock');
    putProgram(lock, 'etcd');
    writeFileSync(join(lock, 'owner'), JSON.stringify({ pid: 1, startedAt: 'before the last boot' }));
    await resolveBinaries(options());
    expect(existsSync(lock)).to.equal(false);
  });

  it('a download is taken before a build; a wrong checksum is said, and built instead', async () => {
    if (process.platform !== 'linux') return;
    const path = (name: string) => `/${versions.kubernetes}/bin/linux/${arch}/${name}`;
    const sum = (name: BinaryName) => createHash('sha256').update(program(name)).digest('hex');
    const server = await serve({
      [path('kube-apiserver')]: program('kube-apiserver'),
      [`${path('kube-apiserver')}.sha256`]: sum('kube-apiserver'),
      [path('kubectl')]: `${program('kubectl')}# changed`,
      [`${path('kubectl')}.sha256`]: sum('kubectl'),
    });
    everywhere(...allBut('kube-apiserver', 'kubectl'));
    await resolveBinaries({ ...options(), downloads: { kubernetes: server.url } });
    await server.close();
    expect(built).to.deep.equal(['kubectl']);
    expect(said.join('\n')).to.contain(`downloaded kube-apiserver ${pinned('kube-apiserver')}`);
    expect(said.join('\n')).to.match(/no download of kubectl: .* checksum is/);
    expect(readdirSync(cache).filter((file) => file.includes('part'))).to.deep.equal([]);
  });

  it('a server that is away is asked once, not once a program', async () => {
    if (process.platform !== 'linux') return;
    const server = await serve({});
    await server.close();
    await resolveBinaries({ ...options(), downloads: { kubernetes: server.url, etcd: server.url } });
    expect(said.filter((line) => line.startsWith('no download'))).to.have.length(1);
    expect(built).to.have.members([...controlPlaneNames]);
  });

  it('the cache remembers a version only for the bytes that said it', async () => {
    everywhere(...allBut('etcd'));
    const path = putProgram(cache, 'etcd');
    expect(await pendingBuild(options())).to.deep.equal([]);
    putProgram(cache, 'etcd', 'v3.6.0');
    utimesSync(path, new Date(), new Date(statSync(path).mtimeMs + 5000));
    expect(await pendingBuild(options())).to.deep.equal(['etcd']);
  });

  it('without Go, the failure says what would help', async () => {
    const { build: _fake, ...withoutFake } = options();
    const failure: unknown = await resolveBinaries(withoutFake).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Problem);
    expect(String(failure)).to.match(/Go is not installed.*install Go 1\.26.*KUBEBUILDER_ASSETS.*PATH/s);
  });

  it('an old Go is named with its version', async () => {
    const go = putProgram(onPath, 'etcd').replace(/etcd$/, 'go');
    writeFileSync(go, '#!/bin/sh\necho "go version go1.24.3 linux/amd64"\n', { mode: 0o755 });
    const { build: _fake, ...withoutFake } = options();
    const failure: unknown = await resolveBinaries(withoutFake).catch((error: unknown) => error);
    expect(String(failure)).to.contain('Go here is 1.24');
  });
});
