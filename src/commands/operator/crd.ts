/** Is the installed CRD of RiskReport the one that this operator writes? */
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import type { Connection } from '../../observe/connection.ts';
import { StatusError } from '../../observe/fault.ts';
import { isRecord } from '../../observe/shapes/shape.ts';

/** Beside the nearest package.json: the checkout's, or the bundle's. */
const FILE = join(dirname(findPackageJSON(import.meta.url) ?? ''), 'crds/riskreport.yaml');
const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/riskreports.hexarisk.dev';
const VERSION = 'v1alpha1';

/** @returns what to do, or undefined when it is current, newer, or may not be read */
export async function crdProblem(connection: Connection): Promise<string | undefined> {
  let installed: unknown;
  try {
    installed = await connection.json({ path: PATH });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (error.code === 404)
      return 'the CRD of RiskReport is not installed: kubectl apply -f crds/riskreport.yaml';
    if (error.code === 403) return undefined; // then the first write will tell
    throw error;
  }
  const lacking = missingFields(schemaOf(load(readFileSync(FILE, 'utf8'))), schemaOf(installed));
  if (lacking.length === 0) return undefined;
  const some = lacking.slice(0, 3).join(', ') + (lacking.length > 3 ? ', ...' : '');
  return `the installed CRD of RiskReport is older than this operator (it lacks ${some}): kubectl apply -f crds/riskreport.yaml`;
}

/** The schema of our version; undefined if the CRD does not serve it. */
function schemaOf(crd: unknown): unknown {
  const spec = isRecord(crd) && isRecord(crd['spec']) ? crd['spec'] : {};
  const versions: readonly unknown[] = Array.isArray(spec['versions']) ? spec['versions'] : [];
  const version = versions.find((candidate) => isRecord(candidate) && candidate['name'] === VERSION);
  return isRecord(version) && isRecord(version['schema']) ? version['schema']['openAPIV3Schema'] : undefined;
}

/** Paths of fields that `wanted` declares and `installed` does not. A newer schema may have more. */
function missingFields(wanted: unknown, installed: unknown, path = ''): readonly string[] {
  if (!isRecord(wanted)) return [];
  if (!isRecord(installed)) return [path === '' ? VERSION : path];
  const properties = isRecord(wanted['properties']) ? Object.entries(wanted['properties']) : [];
  const there = isRecord(installed['properties']) ? installed['properties'] : {};
  return [
    ...properties.flatMap(([key, schema]) =>
      missingFields(schema, there[key], path === '' ? key : `${path}.${key}`),
    ),
    ...(wanted['items'] === undefined ? [] : missingFields(wanted['items'], installed['items'], `${path}[]`)),
  ];
}
