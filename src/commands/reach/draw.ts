/** The connection map as a picture: Graphviz DOT, or Mermaid. */
import { portsText } from '../../world/exposure/ports.ts';
import { clean } from '../table.ts';
import { type End, isSite } from './ends.ts';
import type { Entry } from './entries.ts';
import { nameOf } from './print.ts';

/** Words of a language for pictures; texts come in escaped. */
interface Language {
  readonly head: string;
  readonly node: (id: string, label: string, isInside: boolean) => string;
  readonly edge: (from: string, to: string, label: string) => string;
  readonly tail: string;
  readonly escape: (text: string) => string;
}

const languages: Readonly<Record<'dot' | 'mermaid', Language>> = {
  dot: {
    head: 'digraph reach {\n  rankdir=LR;\n  node [shape=box];\n',
    node: (id, label, isInside) => `  ${id} [label="${label}"${isInside ? '' : ', shape=ellipse'}];\n`,
    edge: (from, to, label) => `  ${from} -> ${to} [label="${label}"];\n`,
    tail: '}\n',
    escape: (text) => clean(text).replaceAll(/["\\]/g, String.raw`\$&`),
  },
  mermaid: {
    head: 'flowchart LR\n',
    node: (id, label, isInside) => (isInside ? `  ${id}["${label}"]\n` : `  ${id}(["${label}"])\n`),
    edge: (from, to, label) => `  ${from} -->|"${label}"| ${to}\n`,
    tail: '',
    // entities in Mermaid's own form
    escape: (text) => clean(text).replaceAll(/[#"<>&]/g, (letter) => `#${letter.charCodeAt(0)};`),
  },
};

export type Picture = keyof typeof languages;

/** Each end is introduced where it is first seen. */
export function* drawn(entries: Iterable<Entry>, picture: Picture): Iterable<string> {
  const { head, node, edge, tail, escape } = languages[picture];
  const ids = new Map<string, string>();
  const introduced: string[] = [];
  const idOf = (end: End): string => {
    const name = nameOf(end);
    let id = ids.get(name);
    if (id === undefined) {
      ids.set(name, (id = `n${ids.size}`));
      introduced.push(node(id, escape(name), isSite(end)));
    }
    return id;
  };
  yield head;
  for (const { from, to, ports } of entries) {
    const line = edge(idOf(from), idOf(to), escape(portsText(ports)));
    yield* introduced.splice(0);
    yield line;
  }
  yield tail;
}
