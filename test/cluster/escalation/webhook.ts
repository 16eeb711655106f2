/** A mutating webhook on this machine: it patches all that it is shown. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Operation } from 'fast-json-patch';
import { selfSigned } from '../../../src/commands/operator/metrics/self-signed.ts';
import type { Raw } from '../../support/rbac.ts';

export interface Webhook {
  /** Where the API server finds it, as a webhook configuration says it. */
  readonly clientConfig: Raw;
  close(): void;
}

export async function startWebhook(patch: readonly Operation[]): Promise<Webhook> {
  const pair = await selfSigned();
  const server = createServer(pair, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as {
        readonly request: { readonly uid: string };
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(allowing(review.request.uid, patch)));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    clientConfig: { url: `https://localhost:${port}/`, caBundle: Buffer.from(pair.cert).toString('base64') },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const allowing = (uid: string, patch: readonly Operation[]): Raw => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  response: {
    uid,
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  },
});
