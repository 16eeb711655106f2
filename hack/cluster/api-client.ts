import { Agent, request } from 'undici';
import type { KeyAndCertificate } from './certificates.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** The few requests that a start needs, before there may be a kubectl. As admin, against our own CA. */
export class ApiClient {
  readonly #agent: Agent;

  constructor({ key, cert, ca }: KeyAndCertificate & { readonly ca: string }) {
    this.#agent = new Agent({
      connect: { key, cert, ca, timeout: 2000 },
      headersTimeout: 10_000,
      bodyTimeout: 10_000,
    });
  }

  async send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: unknown): Promise<Answer> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const { statusCode, body: answer } = await request(url, {
      method,
      dispatcher: this.#agent,
      headers: { 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: statusCode, text: await answer.text() };
  }

  /** True for 200; false for every other answer, and for none. */
  async isHealthy(url: string): Promise<boolean> {
    try {
      return (await this.send('GET', url)).status === 200;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
