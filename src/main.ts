import { runCli } from './cli/run.ts';

// Entry point of bin/koshel.js, and the only file that does something when it is imported.
process.exitCode = await runCli(process.argv.slice(2));
