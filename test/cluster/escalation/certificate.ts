/** A client certificate for any name, by one's own approval. */
import 'reflect-metadata'; // first: @peculiar/x509 needs it while it loads
import * as x509 from '@peculiar/x509';
import type { Raw } from '../../support/rbac.ts';
import { eventually } from '../harness.ts';
import type { Actor, Actors } from './actor.ts';

const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Whose certificate, and by whom it is signed. */
export interface Wanted {
  /** As in the certificate: `CN=vip`. */
  readonly subject: string;
  readonly signerName: string;
  readonly usages: readonly string[];
}

/** @param name of the request @param actor asks and approves */
export async function certificateFor(
  { subject, signerName, usages }: Wanted,
  name: string,
  actor: Actor,
  actors: Actors,
): Promise<Actor> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm: algorithm,
  });
  await actor('POST', CSRS, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: Buffer.from(csr.toString('pem')).toString('base64'),
      signerName,
      usages,
    },
  });
  const approval = {
    status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Attack', message: '' }] },
  };
  const approve = () => actor('PATCH', `${CSRS}/${name}/approval`, approval);
  await approve();
  // the answer to an approval has the whole object, so nobody needs the right to read it
  const cert = await eventually('the certificate', async () => certificateIn(await approve()));
  const key = x509.PemConverter.encode(
    await crypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  return actors.withCertificate({ key, cert: Buffer.from(cert, 'base64').toString() });
}

const certificateIn = (request: Raw): string | undefined =>
  (request['status'] as { readonly certificate?: string }).certificate;
