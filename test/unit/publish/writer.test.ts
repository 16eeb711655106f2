import { expect } from 'chai';
import type { Call, Connection } from '../../../src/observe/connection.ts';
import { StatusError } from '../../../src/observe/fault.ts';
import type { RiskReport } from '../../../src/publish/report.ts';
import { startWriter, type Writer } from '../../../src/publish/writer.ts';

/** An API server for reports alone: keeps what is applied, unless told to fail. */
function reportServer() {
  const held = new Map<string, Record<string, unknown>>();
  const calls: string[] = [];
  const failures: (Error | 'applied but failed')[] = [];
  let version = 100;
  /** Happens once, after a write is done and before its answer is there. */
  const hooks: { onWrite: (() => void) | undefined } = { onWrite: undefined };
  const keyOf = (path: string) => path.replace(/^.*namespaces\/([^/]+)\/riskreports\/([^/?]+).*$/, '$1/$2');
  const connection: Connection = {
    stream: () => Promise.reject(new Error('not used')),
    async json({ method = 'GET', path, body }: Call) {
      const key = keyOf(path);
      calls.push(`${method} ${key}`);
      const failure = failures.shift();
      if (failure instanceof Error) throw failure;
      if (method === 'DELETE') {
        held.delete(key);
        return {};
      }
      const report = JSON.parse(body ?? '{}') as { metadata: object };
      version += 1;
      const kept = { ...report, metadata: { ...report.metadata, resourceVersion: String(version) } };
      held.set(key, kept);
      const { onWrite } = hooks;
      hooks.onWrite = undefined;
      onWrite?.();
      if (failure === 'applied but failed') throw new Error('socket hang up');
      return kept;
    },
  };
  return { connection, held, calls, failures, hooks };
}

const report = (name: string, score: number): RiskReport =>
  ({
    apiVersion: 'hexarisk.dev/v1alpha1',
    kind: 'RiskReport',
    metadata: { name, namespace: 'shop', labels: { 'hexarisk.dev/level': 'Low' } },
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    report: { modelVersion: 'v1', score },
  }) as unknown as RiskReport;

describe('the report writer', () => {
  let stop: AbortController;
  let server: ReturnType<typeof reportServer>;
  let troubles: string[];
  let answers: (number | undefined)[];
  let mayDelete: boolean;
  let writer: Writer;

  beforeEach(() => {
    stop = new AbortController();
    server = reportServer();
    troubles = [];
    answers = [];
    mayDelete = true;
    writer = startWriter({
      connection: server.connection,
      signal: stop.signal,
      concurrency: 2,
      mayDelete: () => mayDelete,
      onWrite: (_, __, since) => answers.push(since),
      onTrouble: (_, why) => troubles.push(why),
    });
  });
  afterEach(async () => {
    stop.abort();
    await writer.done;
  });

  const seen = (name: string, score: number, resourceVersion: string, more: object = {}) => {
    const { metadata, ...rest } = report(name, score);
    return { ...rest, metadata: { ...metadata, resourceVersion }, report: { ...rest.report, ...more } };
  };

  it('writes nothing before it knows all that there is', async () => {
    writer.want(report('a', 10));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.calls).to.deep.equal([]);
    writer.begin();
    await writer.settled();
    expect(server.calls).to.deep.equal(['PATCH shop/a']);
  });

  it('leaves alone what is as it should be', async () => {
    writer.observed('ADDED', seen('a', 10, '5'));
    writer.want(report('a', 10));
    writer.begin();
    await writer.settled();
    expect(server.calls).to.deep.equal([]);
  });

  it('deletes what nobody wants, but not while it cannot see all workloads', async () => {
    mayDelete = false;
    writer.observed('ADDED', seen('old', 10, '5'));
    writer.begin();
    await writer.settled();
    expect(server.calls).to.deep.equal([]);
    mayDelete = true;
    writer.unwant('shop', 'old');
    await writer.settled();
    expect(server.calls).to.deep.equal(['DELETE shop/old']);
  });

  it('writes only the latest of several wishes for one report', async () => {
    writer.begin();
    for (let score = 1; score <= 20; score += 1) writer.want(report('a', score));
    await writer.settled();
    expect(server.calls.length).to.be.at.most(2);
    expect(server.held.get('shop/a')?.['report']).to.deep.include({ score: 20 });
  });

  it('does not take an old event for an edit by hand', async () => {
    writer.begin();
    writer.want(report('a', 10));
    await writer.settled();
    writer.observed('MODIFIED', seen('a', 3, '7'));
    await writer.settled();
    expect(server.calls).to.deep.equal(['PATCH shop/a']);
    writer.observed('MODIFIED', seen('a', 3, '900'));
    await writer.settled();
    expect(server.calls).to.deep.equal(['PATCH shop/a', 'PATCH shop/a']);
  });

  it('tells when the change was seen that a write answers, and of none when it puts right what somebody did by hand', async () => {
    writer.observed('ADDED', seen('b', 10, '5'));
    writer.begin();
    writer.want(report('a', 10), 1234);
    writer.want(report('b', 10), 1235);
    await writer.settled();
    writer.observed('DELETED', seen('a', 10, '900'));
    writer.observed('MODIFIED', seen('b', 3, '901'));
    await writer.settled();
    expect(server.calls.toSorted()).to.deep.equal(['PATCH shop/a', 'PATCH shop/a', 'PATCH shop/b']);
    expect(answers).to.deep.equal([1234, undefined, undefined]);
  });

  it('writes anew what a list lacks, also if it never saw that report come', async () => {
    writer.begin();
    for (const name of ['a', 'b']) writer.want(report(name, 10));
    await writer.settled();
    writer.listed(new Set(['shop/b']));
    await writer.settled();
    expect(server.calls.slice(2)).to.deep.equal(['PATCH shop/a']);
  });

  describe('when the answer to a write comes late, it writes anew', () => {
    const during = async (meanwhile: () => void) => {
      writer.begin();
      server.hooks.onWrite = meanwhile;
      writer.want(report('a', 10));
      await writer.settled();
      return server.calls;
    };
    it('what the watch told to be deleted meanwhile', async () => {
      const calls = await during(() => writer.observed('DELETED', seen('a', 10, '900')));
      expect(calls).to.deep.equal(['PATCH shop/a', 'PATCH shop/a']);
    });
    it('what a list has lacked meanwhile', async () => {
      const calls = await during(() => writer.listed(new Set()));
      expect(calls).to.deep.equal(['PATCH shop/a', 'PATCH shop/a']);
    });
    it('but not for a deletion that is older than what was written', async () => {
      const calls = await during(() => writer.observed('DELETED', seen('a', 10, '7')));
      expect(calls).to.deep.equal(['PATCH shop/a']);
    });
  });

  it('tries at once after a list what failed while there was no CRD', async () => {
    server.failures.push(new StatusError(404, 'not found'));
    writer.begin();
    writer.want(report('a', 10));
    while (troubles.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    writer.listed(new Set());
    await writer.settled();
    expect(server.calls).to.deep.equal(['PATCH shop/a', 'PATCH shop/a']);
  });

  it('tries again after 429, 409 and a broken connection, also when the write had been done', async () => {
    server.failures.push(
      new StatusError(429, 'slow down', '', 10),
      new StatusError(409, 'conflict'),
      new Error('socket hang up'),
      'applied but failed',
    );
    writer.begin();
    writer.want(report('a', 10));
    await writer.settled();
    expect(server.held.get('shop/a')?.['report']).to.deep.include({ score: 10 });
  }).timeout(20_000);

  it('is not held up by reports that cannot be written', async () => {
    for (let index = 0; index < 4; index += 1) server.failures.push(new StatusError(422, 'refused'));
    writer.begin();
    for (const name of ['a', 'b', 'c', 'd', 'e']) writer.want(report(name, 10));
    while (!server.held.has('shop/e')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(troubles).to.have.length(4);
    expect(writer.pending()).to.equal(4);
  });

  it('says which file to apply when the CRD is missing, older, or the right to write', async () => {
    server.failures.push(
      new StatusError(404, 'not found'),
      new StatusError(500, '.report.new: field not declared in schema'),
      new StatusError(403, 'forbidden'),
    );
    writer.begin();
    for (const name of ['a', 'b', 'c']) writer.want(report(name, 10));
    while (troubles.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(troubles[0]).to.include('kubectl apply -f crds/');
    expect(troubles[1]).to.include('kubectl apply -f crds/');
    expect(troubles[2]).to.include('manifests/');
  });

  describe('keeps `change`:', () => {
    const changeAfter = async (before: object, score: number) => {
      writer.observed('ADDED', before);
      writer.begin();
      writer.want(report('a', score));
      await writer.settled();
      const kept = server.held.get('shop/a')?.['report'] as { readonly change?: unknown } | undefined;
      return kept?.change;
    };
    const earlier = { from: 5, to: 30, because: [] };

    it('none for a new report', async () => {
      writer.begin();
      writer.want(report('a', 50));
      await writer.settled();
      expect(server.held.get('shop/a')?.['report']).to.not.have.property('change');
    });
    it('none for one that went with its workload, and came again', async () => {
      writer.begin();
      writer.want(report('a', 50));
      await writer.settled();
      writer.unwant('shop', 'a');
      writer.observed('DELETED', seen('a', 50, '900'));
      writer.want(report('a', 10));
      await writer.settled();
      expect(server.held.get('shop/a')?.['report']).to.deep.equal({ modelVersion: 'v1', score: 10 });
    });
    it('also for one that was only deleted', async () => {
      writer.begin();
      writer.want(report('a', 50));
      await writer.settled();
      writer.want(report('a', 10));
      await writer.settled();
      writer.observed('DELETED', seen('a', 10, '900'));
      await writer.settled();
      const change = { from: 50, to: 10, because: [] };
      expect(server.held.get('shop/a')?.['report']).to.deep.include({ score: 10, change });
    });
    it('a step of 5 points is one', async () => {
      expect(await changeAfter(seen('a', 40, '5'), 45)).to.deep.equal({ from: 40, to: 45, because: [] });
    });
    it('a step of 4 points is none: the earlier one stays', async () => {
      expect(await changeAfter(seen('a', 30, '5', { change: earlier }), 34)).to.deep.equal(earlier);
    });
    it('one point over the bound of a level is one', async () => {
      expect(await changeAfter(seen('a', 34, '5'), 35)).to.deep.equal({ from: 34, to: 35, because: [] });
    });
    it('what somebody edits by hand is no change, and an edited `change` is put back', async () => {
      expect(await changeAfter(seen('a', 40, '5', { change: earlier }), 41)).to.deep.equal(earlier);
      writer.observed('MODIFIED', seen('a', 1, '900'));
      await writer.settled();
      expect(server.held.get('shop/a')?.['report']).to.deep.include({ score: 41, change: earlier });
      writer.observed('MODIFIED', seen('a', 41, '901', { change: { from: 0, to: 99, because: [] } }));
      await writer.settled();
      expect(server.held.get('shop/a')?.['report']).to.deep.include({ score: 41, change: earlier });
      expect(server.calls).to.have.length(3);
    });
    it('another model says so', async () => {
      expect(await changeAfter(seen('a', 10, '5', { modelVersion: 'v0' }), 50)).to.deep.equal({
        from: 10,
        to: 50,
        because: [{ action: 'model', object: 'v0 -> v1' }],
      });
    });
  });
});
