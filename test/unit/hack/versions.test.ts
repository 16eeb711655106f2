import { expect } from 'chai';
import { versionIn, withinOneMinor } from '../../../hack/cluster/versions.ts';

describe('versions of programs', () => {
  for (const { program, prints, version } of [
    {
      program: 'etcd',
      prints: 'etcd Version: 3.7.3\nGit SHA: Not provided\nGo Version: go1.26.8\n',
      version: 'v3.7.3',
    },
    { program: 'kube-apiserver', prints: 'Kubernetes v1.37.2\n', version: 'v1.37.2' },
    { program: 'kwok', prints: 'kwok version v0.8.0 go1.26.8 (linux/amd64)\n', version: 'v0.8.0' },
    {
      program: 'prometheus',
      prints: 'prometheus, version 3.16.0 (branch: HEAD, revision: unknown)\n  go version: go1.26.8\n',
      version: 'v3.16.0',
    },
    {
      program: 'kubectl',
      prints: 'Client Version: v1.37.2\nKustomize Version: v5.8.0\n',
      version: 'v1.37.2',
    },
    { program: 'a pre-release', prints: 'Kubernetes v1.38.0-rc.1\n', version: 'v1.38.0-rc.1' },
    { program: 'a vendor', prints: 'Client Version: v1.37.2+k3s1\n', version: 'v1.37.2' },
    { program: 'something else', prints: 'usage: etcd [flags]\n', version: undefined },
  ]) {
    it(`${program} printing "${prints.split('\n')[0]}" is ${version ?? 'no version'}`, () => {
      expect(versionIn(prints)).to.equal(version);
    });
  }
});

describe('kubectl version skew', () => {
  for (const { client, server, fits } of [
    { client: 'v1.37.0', server: 'v1.37.2', fits: true },
    { client: 'v1.36.9', server: 'v1.37.2', fits: true },
    { client: 'v1.38.0', server: 'v1.37.2', fits: true },
    { client: 'v1.35.0', server: 'v1.37.2', fits: false },
    { client: 'v1.39.0', server: 'v1.37.2', fits: false },
    { client: 'v2.37.0', server: 'v1.37.2', fits: false },
    { client: 'unknown', server: 'v1.37.2', fits: false },
  ]) {
    it(`${client} ${fits ? 'fits' : 'does not fit'} a server of ${server}`, () => {
      expect(withinOneMinor(client, server)).to.equal(fits);
    });
  }
});
