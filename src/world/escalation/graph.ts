/**
 * The graph of what one can become. Positions are what an intruder may hold: identities (accounts, users, groups),
 * running workloads, nodes, and hubs. A hub stands for a set (every account of a namespace, every pod of a node pool),
 * so that edges grow with the objects and not with their pairs.
 */
import { type Graph, type Position, sameEdges } from './edges.ts';
import { hub } from './hubs.ts';
import type { Index } from './parts.ts';
import { positionAt } from './positions.ts';

/** @param before the last graph: positions with equal edges are kept */
export function graphOf(index: Index, before: Graph): Graph {
  const graph = new Map<string, Position>();
  const waiting: string[] = [];
  for (const { key, edges } of index.identities.values()) if (edges.length > 0) waiting.push(key);
  for (const { toNode, pool } of index.actors) if (toNode !== undefined) waiting.push(hub.node(pool.key));
  for (let next = 0; next < waiting.length; next += 1) {
    const key = waiting[next] ?? '';
    if (graph.has(key)) continue;
    const position = keepingEqual(before.get(key), positionAt(key, index));
    graph.set(key, position);
    for (const { to } of position.edges) if (!graph.has(to)) waiting.push(to);
  }
  return graph;
}

/** Edges keep their references where nothing is different, and so do the ways that are made of them. */
const keepingEqual = (before: Position | undefined, now: Position): Position =>
  before !== undefined && sameEdges(before.edges, now.edges) ? before : now;
