/** Who talks to the API server: each with credentials of its own. */
import { Agent, type Dispatcher, request } from 'undici';
import { type KeyAndCertificate, readPair } from '../../../hack/cluster/certificates.ts';
import { layoutOf } from '../../../hack/cluster/layout.ts';
import type { Raw } from '../../support/rbac.ts';
import { sharedControlPlane } from '../harness.ts';

/** The API server said no. */
export class Refused extends Error {
  readonly status: number;

  constructor(who: string, what: string, status: number, message: string) {
    super(`${who}: ${what}: ${status} ${message}`);
    this.name = 'Refused';
    this.status = status;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Sends a request as somebody. A PATCH is a strategic merge patch. @throws Refused for any answer but 2xx */
export type Actor = (method: Method, path: string, body?: Raw) => Promise<Raw>;

export interface Actors {
  readonly admin: Actor;
  /** By the admin's right to impersonate: what the API server lets this user do, whoever holds its credentials. */
  acting(as: string, groups?: readonly string[]): Actor;
  withToken(token: string, headers?: Readonly<Record<string, string>>): Actor;
  withCertificate(pair: KeyAndCertificate): Actor;
  close(): Promise<void>;
}

export async function actors(): Promise<Actors> {
  const { dir, server } = await sharedControlPlane();
  const admin = await readPair(layoutOf(dir).certificates, 'admin');
  const agents: Agent[] = [];
  const agent = (credentials: Partial<KeyAndCertificate>): Agent => {
    const made = new Agent({
      connect: { ca: admin.ca, ...credentials },
      headersTimeout: 10_000,
      bodyTimeout: 10_000,
    });
    agents.push(made);
    return made;
  };
  const asAdmin = agent({ key: admin.key, cert: admin.cert });
  const withoutCertificate = agent({});
  const actor =
    (who: string, dispatcher: Dispatcher, headers: Readonly<Record<string, string | string[]>>): Actor =>
    async (method, path, body) => {
      const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json';
      const answer = await request(`${server}${path}`, {
        method,
        dispatcher,
        headers: { 'content-type': type, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      const { statusCode } = answer;
      if (statusCode >= 200 && statusCode < 300) return JSON.parse(text) as Raw;
      throw new Refused(who, `${method} ${path}`, statusCode, text);
    };
  return {
    admin: actor('admin', asAdmin, {}),
    acting: (user, groups = []) =>
      actor(user, asAdmin, {
        'impersonate-user': user,
        ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
      }),
    withToken: (token, headers = {}) =>
      actor('a token', withoutCertificate, { authorization: `Bearer ${token}`, ...headers }),
    withCertificate: ({ key, cert }) => actor('a certificate', agent({ key, cert }), {}),
    close: async () => void (await Promise.all(agents.map((each) => each.destroy()))),
  };
}
