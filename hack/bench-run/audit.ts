/** What a user wrote, as the API server saw it: from its audit log, so that nobody measures themselves. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Write {
  readonly verb: string;
  readonly resource: string;
  /** `namespace/name` */
  readonly object: string;
  /** When the answer was sent, in milliseconds of `Date.now()`. */
  readonly at: number;
  readonly ok: boolean;
}

interface Event {
  readonly verb: string;
  readonly stageTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
}

const reads: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** @returns what `user` wrote since `from` (milliseconds of `Date.now()`), the earliest first */
export async function writesSince(auditLog: string, user: string, from: number): Promise<readonly Write[]> {
  const found: Write[] = [];
  for (const file of await filesSince(auditLog, from)) {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (!line.includes(user)) continue; // parsing all of them would take minutes
      const write = writeOf(line, user);
      if (write !== undefined && write.at >= from) found.push(write);
    }
  }
  return found.toSorted((a, b) => a.at - b.at);
}

function writeOf(line: string, username: string): Write | undefined {
  const event = JSON.parse(line) as Event;
  if (event.user.username !== username || reads.has(event.verb)) return undefined;
  const { objectRef } = event;
  return {
    verb: event.verb,
    resource: objectRef?.resource ?? '',
    object: `${objectRef?.namespace}/${objectRef?.name}`,
    at: Date.parse(event.stageTimestamp),
    ok: (event.responseStatus?.code ?? 500) < 300,
  };
}

/** The API server begins a new file after 100 MB and keeps the old one beside it. */
async function filesSince(auditLog: string, from: number): Promise<readonly string[]> {
  const folder = dirname(auditLog);
  const names = (await readdir(folder)).filter((name) => /^audit.*\.log$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => ({ file: join(folder, name), last: (await stat(join(folder, name))).mtimeMs })),
  );
  return files.filter(({ last }) => last >= from).map(({ file }) => file);
}
