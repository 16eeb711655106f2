/** What a path of the node gives to whoever can write or read it. */
import { type Entry, entries } from './host-path-table.ts';

export interface HostPathGrade {
  readonly weight: number;
  readonly gives: string;
  /** The path, or something in it, is known; otherwise it is just some folder. */
  readonly known: boolean;
  /** What falls with it, where that is more than the node. */
  readonly consequence?: 'all-secrets';
}

/** How a container uses the path. */
export interface Use {
  readonly write: boolean;
  /** It runs as root, or may: root of a container is root of the node to the files of the node. */
  readonly root: boolean;
}

const byPath = entries
  .flatMap((entry) => entry.paths.map((path) => ({ path, entry })))
  .sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1));

const ROOT = '/';

/** The whole disk gives everything in the table; its files that anyone may read are many. */
const whole: Entry = {
  paths: [ROOT],
  gives: 'the whole file system of the node, and so the node',
  write: 0.94,
  read: 0.93,
  user: 0.55,
};

const other: Entry = { paths: [], gives: 'files of the node', write: 0.5, read: 0.3, user: 0.2 };

/** `/a//b/../c/` is `/a/c`; `C:\a` is `/a`; `/var/run` is `/run`. */
export function normalise(path: string): string {
  const segments: string[] = [];
  for (const segment of path
    .replaceAll('\\', '/')
    .replace(/^[A-Za-z]:/, '')
    .split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const [first, second, ...rest] = segments;
  return `/${(first === 'var' && second === 'run' ? ['run', ...rest] : segments).join('/')}`;
}

/** What someone gets who uses this path of the node in this way: the worst of what it is, and of what is in it. */
export function gradeOf(path: string, use: Use): HostPathGrade {
  const clean = normalise(path);
  if (clean === ROOT) return { ...gradeAs(whole, use), known: true };
  const own = byPath.find((item) => clean === item.path || clean.startsWith(`${item.path}/`))?.entry;
  const anywhere = entries.filter((entry) => entry.anywhere?.test(clean) === true);
  const inside = byPath.filter((item) => item.path.startsWith(`${clean}/`)).map(({ entry }) => entry);
  const candidates = [...(own === undefined ? [] : [own]), ...anywhere, ...inside].map((entry) =>
    gradeAs(entry, use),
  );
  const [worst] = candidates.sort((a, b) => b.weight - a.weight);
  return worst === undefined ? { ...gradeAs(other, use), known: false } : { ...worst, known: true };
}

function gradeAs({ gives, write, read, user, consequence }: Entry, use: Use): Omit<HostPathGrade, 'known'> {
  const asRoot = use.write ? write : read;
  return {
    weight: use.root ? asRoot : Math.min(asRoot, user),
    gives,
    ...(consequence === undefined ? {} : { consequence }),
  };
}
