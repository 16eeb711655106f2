import { copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient } from './api-client.ts';
import type { Binaries } from './binaries.ts';
import { type Child, lastLines, startChild, Watchdog } from './children.ts';
import { type Component, type ComponentName, componentNames } from './components.ts';
import type { Layout } from './layout.ts';
import { Problem } from './problem.ts';
import { identityOf } from './process-identity.ts';
import { removeState, self, writeState } from './state.ts';
import { waitFor } from './wait.ts';

/** A component ended without having been asked to. */
export type OnFailure = (problem: Problem, name: ComponentName) => void;

export interface SupervisorOptions {
  readonly layout: Layout;
  readonly binaries: Binaries;
  readonly temporary: boolean;
  readonly onFailure: OnFailure | undefined;
}

const HEALTHY_WITHIN_MS = 90_000;

/** Starts, watches and ends the components of one control plane. Nothing that it starts outlives it. */
export class Supervisor {
  readonly layout: Layout;
  readonly binaries: Binaries;
  readonly #onFailure: OnFailure | undefined;
  readonly #watchdog: Watchdog;
  readonly #children = new Map<ComponentName, Child>();
  #components = new Map<ComponentName, Component>();
  #api: ApiClient | undefined;
  #server: string | undefined;
  #stopped: Promise<void> | undefined;

  constructor({ layout, binaries, temporary, onFailure }: SupervisorOptions) {
    this.layout = layout;
    this.binaries = binaries;
    this.#onFailure = onFailure;
    this.#watchdog = new Watchdog(temporary ? layout.dir : undefined);
    this.#saveState();
  }

  use(components: readonly Component[], api: ApiClient): void {
    this.#components = new Map(components.map((component) => [component.name, component]));
    this.#api = api;
  }

  ready(server: string): void {
    this.#server = server;
    this.#saveState();
  }

  processes(): { name: ComponentName; pid: number }[] {
    return [...this.#children]
      .filter(([, child]) => !child.hasEnded())
      .map(([name, { pid }]) => ({ name, pid }));
  }

  /** Returns when the component is healthy. */
  async start(name: ComponentName, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#stopped !== undefined)
      throw new Problem(`${name} is not started: the control plane was stopped`);
    const { args, health } = this.#component(name);
    const log = this.layout.logOf(name);
    const facts = { name, path: this.binaries[name], args, log, cwd: this.layout.dir };
    const child = startChild(facts, this.#watchdog);
    this.#children.set(name, child);
    this.#saveState();
    const healthy = async () => {
      if (child.hasEnded()) throw new ComponentFailed(`${name}: ${await child.ended}`, log);
      return (await this.#api?.isHealthy(health)) === true ? true : undefined;
    };
    const options = { what: `${name} to become healthy`, timeoutMs: HEALTHY_WITHIN_MS, signal };
    await waitFor(healthy, options).catch((error: unknown) => {
      signal?.throwIfAborted();
      const isTimeout = error instanceof Problem && !(error instanceof ComponentFailed);
      throw isTimeout ? new ComponentFailed(error.message, log) : error;
    });
    void this.#watch(name, child, log);
  }

  async kill(name: ComponentName, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#children.get(name)?.end(signal, 5000);
    this.#saveState();
  }

  async restart(name: ComponentName): Promise<void> {
    await this.kill(name, 'SIGTERM');
    await this.start(name);
  }

  stop({ keepFolder = false } = {}): Promise<void> {
    this.#stopped ??= this.#stopOnce(keepFolder);
    return this.#stopped;
  }

  async #stopOnce(keepFolder: boolean): Promise<void> {
    const end = async (...names: ComponentName[]) => {
      await Promise.all(names.map(async (name) => this.#children.get(name)?.end()));
    };
    // first those that write, then what they write to
    await end('kwok', 'kube-scheduler', 'kube-controller-manager');
    await end('kube-apiserver');
    await end('etcd');
    await this.#api?.close();
    removeState(this.layout.dir);
    await this.#watchdog.close({ keepFolder });
  }

  #component(name: ComponentName): Component {
    const component = this.#components.get(name);
    if (component === undefined)
      throw new Problem(`there is no component ${name}; there are ${componentNames.join(', ')}`);
    return component;
  }

  /** A control plane that lacks a part misleads whoever uses it, so an unexpected end is reported at once. */
  async #watch(name: ComponentName, child: Child, log: string): Promise<void> {
    const how = await child.ended;
    if (child.isEnding() || this.#stopped !== undefined) return;
    this.#onFailure?.(new ComponentFailed(`${name} ended by itself: ${how}`, log), name);
  }

  #saveState(): void {
    if (this.#stopped !== undefined) return;
    const { pid: watchdogPid } = this.#watchdog;
    const watchdog = watchdogPid === undefined ? undefined : identityOf(watchdogPid);
    writeState(this.layout.dir, {
      supervisor: self(),
      ...(watchdog === undefined ? {} : { watchdog }),
      ready: this.#server !== undefined,
      ...(this.#server === undefined ? {} : { server: this.#server }),
      components: [...this.#children].map(([name, { pid }]) => ({
        name,
        health: this.#component(name).health,
        process: identityOf(pid) ?? { pid, startedAt: 'ended' },
      })),
    });
  }
}

/** A component ended, or did not become healthy in time. */
export class ComponentFailed extends Problem {
  readonly log: string;
  readonly #what: string;

  constructor(what: string, log: string) {
    super(`${what}. The end of ${log}:\n${lastLines(log, 15)}`);
    this.#what = what;
    this.log = log;
  }

  /** For a folder that is about to be removed: the same, with the log where it stays. */
  withLogKept(): ComponentFailed {
    const kept = join(tmpdir(), `hexarisk-failed-${process.pid}.log`);
    copyFileSync(this.log, kept);
    return new ComponentFailed(this.#what, kept);
  }
}
