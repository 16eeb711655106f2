/** A certificate made at start. This module is loaded only where none is mounted: it brings a large library. */
import 'reflect-metadata'; // first: @peculiar/x509 needs it while it loads
import { hostname } from 'node:os';
import * as x509 from '@peculiar/x509';
import type { KeyPair } from './certificate.ts';

const HOUR = 60 * 60_000;
const YEARS = 10 * 365 * 24 * HOUR;

/** A key pair of this process alone: it encrypts, and proves nothing. */
export async function selfSigned(): Promise<KeyPair> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=hexarisk',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - HOUR), // for clocks that do not agree
    notAfter: new Date(Date.now() + YEARS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        [hostname(), 'localhost'].map((value) => ({ type: 'dns' as const, value })),
      ),
    ],
  });
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}
