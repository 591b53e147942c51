import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '../../bin/compile.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A server of a benchmark, compiled as `bin/koshel.js` compiles the gateway, so that what is measured is what runs.
 * @param file the TypeScript file
 * @returns what to fork
 */
export const compiled = (file: URL): Promise<string> => compile(relative(ROOT, fileURLToPath(file)));

/** As `npm start` and `bin/koshel.js` run node: most of what a request makes is garbage before a young generation of this size is full. */
export const NODE_FLAGS = ['--max-semi-space-size=64'];
