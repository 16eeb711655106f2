import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** The nearest one: the checkout's, or the bundle's. */
const file = findPackageJSON(import.meta.url) ?? '';

/** The version of Hexarisk, as package.json has it. */
export const VERSION = (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
