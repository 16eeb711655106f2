#!/usr/bin/env node
/** Where the bundle starts: V8's compile cache is on before any of the code is read. */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// NODE_COMPILE_CACHE wins; a folder that cannot be written to is no error
const { NODE_COMPILE_CACHE: chosen, XDG_CACHE_HOME: caches } = process.env;
enableCompileCache(chosen || join(caches || join(homedir(), '.cache'), 'hexarisk/compile'));

// not a constant: the bundler must leave it as it is
await import(new URL('./main.mjs', import.meta.url).href);
