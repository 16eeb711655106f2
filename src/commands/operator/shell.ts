/**
 * The operator shell: `@dot-i/k8s-operator` for lifecycle and events of our own resources, with what it cannot do
 * with this client replaced (docs/dependencies.md says what and why).
 */
import { readFileSync } from 'node:fs';
import operatorPackage, {
  type OperatorLogger,
  type ResourceEvent,
  type ResourceMeta,
} from '@dot-i/k8s-operator';
import {
  ApiException,
  ApiextensionsV1Api,
  CoreV1Api,
  type KubeConfig,
  type KubernetesObject,
} from '@kubernetes/client-node';
import { load } from 'js-yaml';
import { type Connection } from '../../observe/connection.ts';
import { type Patience, reflect, type Sink } from '../../observe/reflector.ts';

type EventHandler = (event: ResourceEvent) => Promise<void>;
/** @param present all that there is, as `namespace/name` */
type Listed = (present: ReadonlySet<string>) => void;

export interface ShellOptions {
  readonly config: KubeConfig;
  readonly connection: Connection;
  readonly logger: OperatorLogger;
  readonly patience: Patience;
  /** Runs once, from `start`. */
  readonly init: (shell: Shell) => Promise<void>;
  readonly onRestart: (resource: string, reason: string) => void;
}

/** What `init` may use. */
export interface Shell {
  /** Tells each object that there is, then every change. `listed` is called after each complete list. */
  watch(group: string, version: string, plural: string, onEvent: EventHandler, listed: Listed): void;
}

// a CommonJS package: its default export is a member of what an ES module imports as default
const { default: Operator, ResourceMetaImpl } = operatorPackage;

export class OperatorShell extends Operator implements Shell {
  readonly #options: ShellOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #listed = new Map<string, Listed>();

  constructor(options: ShellOptions) {
    super(options.logger);
    this.#options = options;
    // the base class has loaded the default context; ours may be another
    this.kubeConfig = options.config;
    this.k8sApi = options.config.makeApiClient(CoreV1Api);
  }

  protected override init(): Promise<void> {
    return this.#options.init(this);
  }

  watch(group: string, version: string, plural: string, onEvent: EventHandler, listed: Listed): void {
    this.#listed.set(plural, listed);
    void this.watchResource(group, version, plural, onEvent);
  }

  /** Aborts the watches. Resolves when they have ended. */
  async drain(): Promise<void> {
    this.stop();
    await Promise.all(this.#running);
  }

  override stop(): void {
    this.#stopping.abort();
  }

  /** The base class asks a member of the client that 2.x no longer has; status and finalizers need this. */
  protected override getCustomResourceApiUri(
    group: string,
    version: string,
    plural: string,
    namespace?: string,
  ): string {
    const server = this.kubeConfig.getCurrentCluster()?.server ?? '';
    return `${server}${pathOf(group, version, plural, namespace)}`;
  }

  /** The base class ends the process when a watch breaks, and loses what happens between two watches. */
  protected override watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: EventHandler,
    namespace?: string,
  ): Promise<void> {
    const id = `${plural}.${group === '' ? version : `${group}/${version}`}`;
    this['resourcePathBuilders'][id] = (meta: ResourceMeta) =>
      this.getCustomResourceApiUri(group, version, plural, meta.namespace);
    const { connection, onRestart, logger, patience } = this.#options;
    this.#running.push(
      reflect({
        connection,
        path: pathOf(group, version, plural, namespace),
        resource: plural,
        sink: eventSink(plural, onEvent, (present) => this.#listed.get(plural)?.(present), logger),
        signal: this.#stopping.signal,
        onRestart: (reason) => onRestart(plural, reason),
        ...patience,
      }),
    );
    return Promise.resolve();
  }

  /** The base class passes the definition in a form that 2.x does not take, and looks for 409 where it is not. */
  protected override async registerCustomResourceDefinition(file: string) {
    const definition = load(readFileSync(file, 'utf8')) as Parameters<
      ApiextensionsV1Api['createCustomResourceDefinition']
    >[0]['body'];
    try {
      await this.kubeConfig
        .makeApiClient(ApiextensionsV1Api)
        .createCustomResourceDefinition({ body: definition });
    } catch (error) {
      if (!(error instanceof ApiException && error.code === 409)) throw error;
    }
    const { group, versions, names } = definition.spec;
    return { group, versions, plural: names.plural };
  }
}

const pathOf = (group: string, version: string, plural: string, namespace?: string): string => {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;
};

/** Enough to tell that it is gone; the content of our own reports is not kept. */
const nameOf = ({ metadata }: KubernetesObject): KubernetesObject => ({
  apiVersion: '-',
  kind: '-',
  metadata: {
    name: metadata?.name ?? '',
    ...(metadata?.namespace === undefined ? {} : { namespace: metadata.namespace }),
    resourceVersion: metadata?.resourceVersion ?? '',
  },
});

const keyOf = ({ metadata }: KubernetesObject): string =>
  `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;

/** Lists as events: what is new or different is added, what is no longer there is deleted. */
function eventSink(plural: string, onEvent: EventHandler, listed: Listed, logger: OperatorLogger): Sink {
  const known = new Map<string, KubernetesObject>();
  const tell = async (type: 'ADDED' | 'MODIFIED' | 'DELETED', raw: unknown) => {
    const object = raw as KubernetesObject;
    try {
      const meta = ResourceMetaImpl.createWithPlural(plural, object);
      const key = keyOf(object);
      if (type === 'DELETED') known.delete(key);
      else known.set(key, nameOf(object));
      await onEvent({ meta, type: type as ResourceEvent['type'], object });
    } catch (error) {
      logger.error(
        `an event of ${plural} could not be handled: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  return {
    async replace(pages) {
      // a list that breaks off leaves what is known as it is, so that the next one finds what is gone
      const seen = new Set<string>();
      for await (const objects of pages) {
        for (const object of objects) {
          await tell('ADDED', object);
          seen.add(keyOf(object as KubernetesObject));
        }
      }
      for (const [key, object] of known) if (!seen.has(key)) await tell('DELETED', object);
      listed(seen);
    },
    async change(events) {
      for (const { type, object } of events) await tell(type, object);
    },
    missing: (why) => logger.warn(why),
    unwell: () => undefined, // the observer of the same server says it
    well: () => undefined,
  };
}
