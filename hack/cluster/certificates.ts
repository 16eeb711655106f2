import 'reflect-metadata'; // first: @peculiar/x509 needs it while it loads
import { generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

/** A key pair and certificate of the control plane. Every client certificate is also a user to the API server:
 *  its CN is the user's name, its O the group. */
interface CertificateFacts {
  readonly cn: string;
  readonly group?: string;
  readonly serverNames?: readonly string[];
}

const localNames = ['localhost', '127.0.0.1'] as const;

export const certificates = {
  etcd: { cn: 'etcd', serverNames: localNames },
  'etcd-client': { cn: 'kube-apiserver-etcd-client' },
  'kube-apiserver': {
    cn: 'kube-apiserver',
    serverNames: [
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      ...localNames,
      '10.96.0.1',
    ],
  },
  'kubelet-client': { cn: 'kube-apiserver-kubelet-client', group: 'system:masters' },
  'front-proxy-client': { cn: 'front-proxy-client' },
  admin: { cn: 'kubernetes-admin', group: 'system:masters' },
  'kube-controller-manager': { cn: 'system:kube-controller-manager', serverNames: localNames },
  'kube-scheduler': { cn: 'system:kube-scheduler', serverNames: localNames },
  kwok: { cn: 'kwok-controller', serverNames: localNames },
} as const satisfies Record<string, CertificateFacts>;

export type CertificateName = keyof typeof certificates;

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60_000;
const VALID_DAYS = 3650;
const crypto = webcrypto as unknown as Crypto; // the same object; x509 wants the browser's name for it

/** Makes everything once per folder: kept data stays readable, and kept tokens valid, after a restart. */
export async function ensureCertificates(folder: string): Promise<void> {
  if (await stat(folder).catch(() => undefined)) return;
  // whole or not at all: a half-made folder would be taken for a made one
  const half = `${folder}.${process.pid}`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true, mode: 0o700 });
  x509.cryptoProvider.set(crypto);
  const keys = await newKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    serialNumber: '01',
    name: 'CN=hexarisk-control-plane',
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writePair(half, 'ca', { key: await pemOf(keys.privateKey), cert: ca.toString('pem') });
  const named = Object.entries<CertificateFacts>(certificates);
  await Promise.all(
    named.map(async ([name, facts], i) =>
      writePair(half, name, await issue(facts, i + 2, ca, keys.privateKey)),
    ),
  );
  const account = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const exported = (key: KeyObject, type: 'pkcs8' | 'spki') => key.export({ type, format: 'pem' }).toString();
  await writeFile(join(half, 'service-account.key'), exported(account.privateKey, 'pkcs8'), { mode: 0o600 });
  await writeFile(join(half, 'service-account.pub'), exported(account.publicKey, 'spki'));
  await rename(half, folder);
}

export async function readPair(
  folder: string,
  name: CertificateName,
): Promise<KeyAndCertificate & { ca: string }> {
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const [key, cert, ca] = await Promise.all([read(`${name}.key`), read(`${name}.crt`), read('ca.crt')]);
  return { key, cert, ca };
}

async function issue(
  { cn, group, serverNames = [] }: CertificateFacts,
  serial: number,
  ca: x509.X509Certificate,
  signingKey: CryptoKey,
): Promise<KeyAndCertificate> {
  const keys = await newKeys();
  const uses = [x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth];
  const cert = await x509.X509CertificateGenerator.create({
    ...validity(),
    serialNumber: serial.toString(16).padStart(2, '0'),
    subject: [{ CN: [cn] }, ...(group === undefined ? [] : [{ O: [group] }])],
    issuer: ca.subject,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(serverNames.length === 0 ? uses.slice(0, 1) : uses),
      await x509.AuthorityKeyIdentifierExtension.create(ca),
      ...(serverNames.length === 0 ? [] : [alternativeNames(serverNames)]),
    ],
  });
  return { key: await pemOf(keys.privateKey), cert: cert.toString('pem') };
}

function alternativeNames(names: readonly string[]): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension(
    names.map((value) => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value })),
  );
}

const newKeys = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function pemOf(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

// an hour back, for clocks that do not agree
const validity = () => ({
  notBefore: new Date(Date.now() - DAY_MS / 24),
  notAfter: new Date(Date.now() + VALID_DAYS * DAY_MS),
});

async function writePair(folder: string, name: string, { key, cert }: KeyAndCertificate): Promise<void> {
  await writeFile(join(folder, `${name}.key`), `${key}\n`, { mode: 0o600 });
  await writeFile(join(folder, `${name}.crt`), `${cert}\n`);
}
