import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type GoalRow, readReport } from './support/report.ts';
import { renderTable, writeFigures } from './support/table.ts';

/**
 * All benchmarks, one after another, then the table of goals: npm run bench [-- --only ledger,transfers] [--rounds 15] [--seconds 1] [--no-write].
 * A run of all writes the table with the machine and the commit to docs/benchmarks.md.
 */
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'no-write': { type: 'boolean', default: false },
  },
});

/** In the order of the table. */
const BENCHES = ['front-door', 'wallet-page', 'fan-out', 'transfers', 'ledger', 'growth', 'start'];

/**
 * Runs one benchmark, its progress on this terminal.
 * @returns its rows, and how it ended: a missed goal is a row, a fault has none
 */
async function runBench(name: string, file: string): Promise<{ rows: GoalRow[]; failed: boolean }> {
  const passed = (['rounds', 'seconds'] as const).flatMap((key) => (options[key] ? [`--${key}`, options[key]] : []));
  const script = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '--expose-gc', script, '--json', file, ...passed], {
    stdio: 'inherit',
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const rows = existsSync(file) ? readReport(file) : [];
  return { rows, failed: code !== 0 && rows.every(({ met }) => met) };
}

async function main(): Promise<void> {
  const asked = options.only?.split(',') ?? BENCHES;
  const unknown = asked.filter((name) => !BENCHES.includes(name));
  if (unknown.length > 0)
    throw new Error(`--only: there is no ${unknown.join(', ')}. There are ${BENCHES.join(', ')}.`);
  const folder = mkdtempSync(join(tmpdir(), 'koshel-bench-run-'));
  const rows: GoalRow[] = [];
  const failed: string[] = [];
  try {
    for (const name of asked) {
      process.stdout.write(`\n${name} (${asked.indexOf(name) + 1} of ${asked.length})\n`);
      const run = await runBench(name, join(folder, `${name}.json`));
      rows.push(...run.rows);
      if (run.failed) failed.push(name);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const table = renderTable(rows);
  process.stdout.write(`\n${table}\n`);
  for (const name of failed) process.stdout.write(`${name} broke off: see above.\n`);
  const whole = asked.length === BENCHES.length && failed.length === 0;
  if (whole && !options['no-write']) process.stdout.write(`Written to ${writeFigures(table)}.\n`);
  if (failed.length > 0 || rows.some(({ met }) => !met)) process.exitCode = 1;
}

await main();
