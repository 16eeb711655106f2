/**
 * Gives every alias of a YAML document a copy of its own, as it has for the API server, and bounds how much that may
 * be: a few lines of nested aliases stand for more than any memory holds.
 */
import { isRecord } from '../shapes/shape.ts';

/** What is left for copies, for all documents of one file together. */
export interface AliasBudget {
  nodes: number;
  characters: number;
}

/** More than any manifest needs: a thousand containers that share their variables. */
export const aliasBudget = (content: string): AliasBudget => ({
  nodes: 300_000,
  characters: content.length + 8_000_000,
});

/** @throws Error if the document contains itself, or the budget is used up. The value is changed in place. */
export function withoutSharing(value: unknown, budget: AliasBudget): unknown {
  const seen = new Set<object>();
  const open = new Set<object>();
  const visit = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    if (open.has(node)) throw new Error('an alias stands for a value that contains the alias');
    if (seen.has(node)) return copy(node, budget);
    seen.add(node);
    open.add(node);
    const parts = node as Record<string, unknown>; // indices are the keys of a list
    for (const key of Object.keys(parts)) {
      const before = parts[key];
      spend(budget, key, before);
      const after = visit(before);
      if (after !== before) define(parts, key, after);
    }
    open.delete(node);
    return node;
  };
  return visit(value);
}

/** Of a value that shares nothing within itself any more. */
function copy(value: unknown, budget: AliasBudget): unknown {
  budget.nodes -= 1;
  if (budget.nodes < 0) throw new Error('its aliases stand for too many values');
  if (Array.isArray(value)) {
    return value.map((item: unknown) => {
      spend(budget, '', item);
      return copy(item, budget);
    });
  }
  if (!isRecord(value)) return value;
  const copied: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    spend(budget, key, item);
    define(copied, key, copy(item, budget));
  }
  return copied;
}

/** Texts are not copied in memory, but later they are read as often as they occur. */
function spend(budget: AliasBudget, key: string, value: unknown): void {
  budget.characters -= key.length + (typeof value === 'string' ? value.length : 0);
  if (budget.characters < 0) throw new Error('its aliases stand for too much text');
}

/** `__proto__` is a key like any other. */
function define(parts: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') parts[key] = value;
  else Object.defineProperty(parts, key, { value, enumerable: true, configurable: true, writable: true });
}
