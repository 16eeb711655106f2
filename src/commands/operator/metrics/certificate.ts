/** The certificate of /metrics from a mounted Secret, read again when it changes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { messageOf } from '../../../observe/fault.ts';
import { CommandError } from '../../error.ts';
import type { Logger } from '../../log.ts';

export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

const EVERY = 5_000;

/** @throws CommandError for what cannot be served with */
export async function readKeyPair(folder: string): Promise<KeyPair> {
  try {
    const [cert, key] = await Promise.all(
      ['tls.crt', 'tls.key'].map((file) => readFile(join(folder, file), 'utf8')),
    );
    const pair = { cert: cert ?? '', key: key ?? '' };
    createSecureContext(pair); // throws if the two do not belong together
    return pair;
  } catch (error) {
    throw new CommandError(
      `--metrics-tls-dir ${folder}: ${messageOf(error)}: it needs tls.crt and tls.key, as a Secret of type kubernetes.io/tls has them`,
    );
  }
}

/**
 * Tells of each new pair. A kubelet changes a mounted Secret by renaming links, at which watching files is unreliable:
 * so they are read now and then. Half a change is none: the old pair stays until the new one is whole.
 * @returns what ends it
 */
export function onNewKeyPair(
  folder: string,
  first: KeyPair,
  tell: (pair: KeyPair) => void,
  logger: Logger,
): () => void {
  let last = first;
  let trouble = '';
  const look = async () => {
    try {
      const pair = await readKeyPair(folder);
      trouble = '';
      if (pair.key === last.key && pair.cert === last.cert) return;
      last = pair;
      tell(pair);
      logger.info('the certificate of the metrics was read again');
    } catch (error) {
      if (messageOf(error) === trouble) return;
      trouble = messageOf(error);
      logger.warn(`the certificate of the metrics stays the old one: ${trouble}`);
    }
  };
  const timer = setInterval(() => void look(), EVERY).unref();
  return () => clearInterval(timer);
}
