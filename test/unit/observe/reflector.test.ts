import { expect } from 'chai';
import { type Patience, reflect, type Sink } from '../../../src/observe/reflector.ts';
import { event, list, named, scriptedServer, status, type Step, watch } from '../../support/api-server.ts';

interface Run {
  /** What the sink was told, in order: `= a b` for a list, `+a`, `~a`, `-a` for events, `missing`, `unwell`, `well`. */
  readonly told: string[];
  readonly requests: readonly URL[];
  readonly restarts: string[];
}

const nameOf = (object: unknown) => (object as ReturnType<typeof named>).metadata.name;
const signs = { ADDED: '+', MODIFIED: '~', DELETED: '-' };

/** Runs a reflector against a script until the sink was told `until`. */
async function run(until: string, steps: readonly Step[], options: Patience = {}): Promise<Run> {
  const server = await scriptedServer(...steps);
  const stop = new AbortController();
  const told: string[] = [];
  const restarts: string[] = [];
  const tell = (text: string) => {
    told.push(text);
    if (text === until) stop.abort();
  };
  const sink: Sink = {
    replace: async (pages) => {
      const objects = (await Array.fromAsync(pages)).flat();
      tell(['=', ...objects.map(nameOf)].join(' '));
    },
    change: async (events) => events.forEach(({ type, object }) => tell(`${signs[type]}${nameOf(object)}`)),
    missing: () => tell('missing'),
    unwell: () => tell('unwell'),
    well: () => told.at(-1) === 'unwell' && tell('well'),
  };
  await reflect({
    connection: server.connection,
    path: '/api/v1/things',
    resource: 'things',
    sink,
    signal: stop.signal,
    onRestart: (reason) => restarts.push(reason),
    missingRetry: 20,
    ...options,
  });
  await server.close();
  return { told, requests: server.requests, restarts };
}

const added = (name: string, version: string) => event('ADDED', named(name, version));

describe('a reflector', () => {
  it('lists in pages, and then watches from where the list was', async () => {
    const { told, requests } = await run('+c', [
      list(['a'], '7', 'next'),
      list(['b'], '7'),
      watch([added('c', '8')]),
    ]);
    expect(told).to.deep.equal(['= a b', '+c']);
    expect(requests[1]?.searchParams.get('continue')).to.equal('next');
    expect(requests[2]?.searchParams.get('resourceVersion')).to.equal('7');
    expect(requests[2]?.searchParams.get('allowWatchBookmarks')).to.equal('true');
  });

  it('gives each item of a typed list its kind', async () => {
    const server = await scriptedServer(list(['a'], '1'));
    const stop = new AbortController();
    const seen: unknown[] = [];
    await reflect({
      connection: server.connection,
      path: '/api/v1/things',
      resource: 'things',
      signal: stop.signal,
      sink: {
        replace: async (pages) => {
          seen.push(...(await Array.fromAsync(pages)).flat());
          stop.abort();
        },
        change: async () => undefined,
        missing: () => undefined,
        unwell: () => undefined,
        well: () => undefined,
      },
    });
    await server.close();
    expect(seen).to.deep.equal([{ apiVersion: 'v1', kind: 'Thing', ...named('a') }]);
  });

  it('goes on from the last event when the server ends a watch, without listing again', async () => {
    const { told, requests } = await run('+b', [
      list([], '1'),
      watch([added('a', '5')]),
      watch([added('b', '6')]),
    ]);
    expect(told).to.deep.equal(['=', '+a', '+b']);
    expect(requests[2]?.searchParams.get('resourceVersion')).to.equal('5');
  });

  it('goes on from the last bookmark', async () => {
    const bookmark = event('BOOKMARK', { metadata: { resourceVersion: '90' } });
    const { requests } = await run('+a', [list([], '1'), watch([bookmark]), watch([added('a', '91')])]);
    expect(requests[2]?.searchParams.get('resourceVersion')).to.equal('90');
  });

  it('handles an event that arrives in two pieces', async () => {
    const text = added('a', '2');
    const { told } = await run('+a', [list([], '1'), watch([text.slice(0, 9), text.slice(9)])]);
    expect(told).to.deep.equal(['=', '+a']);
  });

  it('lists again when its version is too old, by status or by event', async () => {
    const gone = event('ERROR', { code: 410, message: 'too old', reason: 'Expired' });
    const { told, restarts } = await run('= c', [
      list(['a'], '1'),
      status(410),
      list(['b'], '2'),
      watch([gone]),
      list(['c'], '3'),
    ]);
    expect(told).to.deep.equal(['= a', '= b', '= c']);
    expect(restarts).to.deep.equal(['relist', 'relist']);
  });

  it('lists again when one version is refused three times in a row, whatever the reason', async () => {
    const { told, requests } = await run('= b', [
      list(['a'], '1'),
      status(504),
      status(504),
      watch(['{"type":"ADDED","object":null}\n']),
      list(['b'], '2'),
    ]);
    expect(told).to.deep.equal(['= a', 'unwell', 'unwell', 'well', 'unwell', '= b']);
    expect(requests).to.have.length(5);
  });

  it('keeps its version while the server is busy, however often it says so', async () => {
    const { told } = await run('+b', [
      list(['a'], '1'),
      ...[1, 2, 3, 4].map(() => status(429)),
      watch([added('b', '2')]),
    ]);
    expect(told).to.deep.equal(['= a', 'unwell', 'unwell', 'unwell', 'unwell', 'well', '+b']);
  }).timeout(15_000);

  it('waits longer each time while no watch succeeds, although lists do', async () => {
    const begun = performance.now();
    await run('= d', [
      list(['a'], '1'),
      status(410),
      list(['b'], '2'),
      status(410),
      list(['c'], '3'),
      status(410),
      list(['d'], '4'),
    ]);
    // half of 0.5, 1 and 2 s at least
    expect(performance.now() - begun).to.be.above(1750);
  }).timeout(15_000);

  it('starts its list again when a page has expired', async () => {
    const { told } = await run('= b', [list(['a'], '1', 'next'), status(410), list(['b'], '2')]);
    expect(told).to.deep.equal(['= b']);
  });

  it('goes on from the last whole event after a truncated one', async () => {
    const { told, requests } = await run('+b', [
      list([], '1'),
      watch([added('a', '5'), '{"type":"ADDED","obj']),
      watch([added('b', '6')]),
    ]);
    expect(told).to.deep.equal(['=', '+a', 'unwell', 'well', '+b']);
    expect(requests[2]?.searchParams.get('resourceVersion')).to.equal('5');
  });

  it('goes on after a connection that broke', async () => {
    const { told } = await run('+b', [
      list([], '1'),
      watch([added('a', '5')], 'break'),
      watch([added('b', '6')]),
    ]);
    expect(told).to.deep.equal(['=', '+a', 'unwell', 'well', '+b']);
  });

  it('finds a half-open connection by its silence', async () => {
    const steps = [list([], '1'), watch([added('a', '5')], 'silence'), watch([added('b', '6')])];
    const { told, restarts } = await run('+b', steps, { idleTimeout: 200 });
    // silence alone is no fault: a quiet resource has no bookmarks either
    expect(told).to.deep.equal(['=', '+a', '+b']);
    expect(restarts).to.deep.equal(['silence']);
  });

  it('waits as long as Retry-After asks', async () => {
    const begun = performance.now();
    const { told } = await run('= a', [status(429, { 'retry-after': '1' }), list(['a'], '1')]);
    expect(told).to.deep.equal(['unwell', '= a']);
    expect(performance.now() - begun).to.be.above(990);
  });

  it('survives an answer that is no list, and one that is no JSON', async () => {
    const html: Step = (response) => response.end('<html>');
    const empty: Step = (response) => response.end('{}');
    const { told } = await run('= a', [html, empty, list(['a'], '1')]);
    expect(told).to.deep.equal(['unwell', 'unwell', '= a']);
  });

  it('keeps what it has when that is refused for a moment, as by a server that has just started', async () => {
    const { told } = await run('= b', [list(['a'], '1'), status(403), status(403), list(['b'], '2')], {
      missingRetry: 10_000,
    });
    expect(told).to.deep.equal(['= a', '= b']);
  });

  it('says that what could be read is missing once it has been refused for a while', async () => {
    const { told } = await run('missing', [list(['a'], '1'), status(404), status(404), status(404)], {
      missingRetry: 600,
    });
    expect(told).to.deep.equal(['= a', 'missing']);
  });

  it('says that a resource is missing, and takes it up when it appears', async () => {
    const { told } = await run('= a', [status(404), status(403), list(['a'], '1')]);
    expect(told).to.deep.equal(['missing', 'missing', '= a']);
  });
});
