/** One shared connection to the API server, with whatever authentication the kubeconfig asks for. */
import { HttpMethod, type KubeConfig, RequestContext } from '@kubernetes/client-node';
import { type Dispatcher, request } from 'undici';
import { StatusError } from './fault.ts';
import { isRecord } from './shapes/shape.ts';

export interface Call {
  readonly method?: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute path with its query, e.g. `/api/v1/pods?limit=500`. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /**
   * How long the answer may be in coming, in milliseconds; not the abortion of a signal, but this makes the client look
   * whether the connection that all calls share is half-open, and replace it.
   */
  readonly headersTimeout?: number;
  /** How long the server may stay silent in the middle of a body, in milliseconds. */
  readonly bodyTimeout?: number;
  /** Called when all is ready, right before the request goes out. It throws to keep it from going. */
  readonly guard?: () => void;
}

export interface Connection {
  /** The parsed body. @throws StatusError for any answer but 2xx; undici's errors when there is none */
  json(call: Call): Promise<unknown>;
  /** The body as it arrives. @throws as json does, before the first chunk */
  stream(call: Call): Promise<AsyncIterable<Uint8Array>>;
}

const HEADERS_TIMEOUT = 10_000;
const BODY_TIMEOUT = 30_000;

/** Private in client-node's types. Without this override it opens a new connection for every request. */
interface Dispatching {
  createDispatcher(cluster: unknown, options: unknown): Dispatcher | undefined;
}

/** Makes a KubeConfig keep one dispatcher until its certificates or its cluster change. */
export function shareDispatcher(config: KubeConfig): KubeConfig {
  const dispatching = config as unknown as Dispatching;
  const create = dispatching.createDispatcher.bind(config);
  let last: { readonly key: string; readonly dispatcher: Dispatcher | undefined } | undefined;
  dispatching.createDispatcher = (cluster, options) => {
    const key = JSON.stringify([cluster, options]);
    if (last?.key !== key) {
      const old = last?.dispatcher;
      last = { key, dispatcher: create(cluster, options) };
      // requests under way keep the old one until they are done
      void old?.close().catch(() => undefined);
    }
    return last.dispatcher;
  };
  return config;
}

/**
 * @param config one that went through `shareDispatcher`
 * @param userAgent as which the API server's audit log shows us
 */
export function connect(config: KubeConfig, userAgent = 'hexarisk'): Connection {
  const send = async (call: Call) => {
    const server = config.getCurrentCluster()?.server ?? '';
    const context = new RequestContext(`${server.replace(/\/$/, '')}${call.path}`, HttpMethod.GET);
    await config.applySecurityAuthentication(context);
    const dispatcher = context.getDispatcher();
    call.guard?.();
    const response = await request(context.getUrl(), {
      method: call.method ?? 'GET',
      headers: {
        ...context.getHeaders(),
        accept: 'application/json',
        'user-agent': userAgent,
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
      },
      headersTimeout: call.headersTimeout ?? HEADERS_TIMEOUT,
      bodyTimeout: call.bodyTimeout ?? BODY_TIMEOUT,
      ...(call.body === undefined ? {} : { body: call.body }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(dispatcher === undefined ? {} : { dispatcher }),
    });
    if (response.statusCode >= 200 && response.statusCode < 300) return response.body;
    throw statusError(response.statusCode, response.headers['retry-after'], await response.body.text());
  };
  return {
    json: async (call) => (await send(call)).json(),
    stream: send,
  };
}

function statusError(code: number, retryAfter: string | string[] | undefined, body: string): StatusError {
  const status = parsed(body);
  const message = typeof status['message'] === 'string' ? status['message'] : body.slice(0, 200);
  const reason = typeof status['reason'] === 'string' ? status['reason'] : '';
  const seconds = Number(retryAfter);
  return new StatusError(code, message, reason, Number.isFinite(seconds) ? seconds * 1000 : undefined);
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : {};
  } catch {
    return {}; // a proxy's error page, say: its text is shown instead
  }
}
