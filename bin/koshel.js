#!/usr/bin/env -S node --max-semi-space-size=64
// Lets node run the TypeScript beside it, from any working directory. The code is compiled once and kept with the packages, because
// compiling it anew took half of a start; where it cannot be kept, tsx compiles while it runs.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compile } from './compile.js';

const compiled = await compile('src/main.ts').catch(() => null);
if (compiled === null) {
  const { register } = await import('tsx/esm/api');
  register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) });
}
process.setSourceMapsEnabled(true);
await import(compiled === null ? '../src/main.ts' : pathToFileURL(compiled).href);
