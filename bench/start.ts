import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createReport } from './support/report.ts';
import { median } from './support/rounds.ts';

/**
 * From `node bin/koshel.js start` to the first answer that read the database, with everything on that is on by default: embedded PostgreSQL,
 * the sandbox with its emulators, demo data. The data folder was made by an earlier start.
 */

const { values: options } = parseArgs({
  // --seconds is what all benchmarks are given; a start takes as long as it takes
  options: { rounds: { type: 'string', default: '15' }, seconds: { type: 'string' }, json: { type: 'string' } },
});
const rounds = Math.max(5, Number.parseInt(options.rounds, 10));
const GOAL_SECONDS = 3;
const PATIENCE_MS = 120_000;
const POLL_MS = 5;
const bin = fileURLToPath(new URL('../bin/koshel.js', import.meta.url));
const QUERY = JSON.stringify({ query: '{ wallets(first: 1) { edges { node { id } } } }' });

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

interface Start {
  seconds: number;
  child: ChildProcess;
}

/** Starts a gateway and waits for its first answer. */
async function start(dataDir: string, adminKey: string): Promise<Start> {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const env = {
    DATA_DIR: dataDir,
    PORT: `${port}`,
    SANDBOX_PORT: `${sandboxPort}`,
    ADMIN_KEY: adminKey,
    LOG_LEVEL: 'error',
  };
  const begun = performance.now();
  const child = spawn(process.execPath, [bin, 'start'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${adminKey}` };
  while (performance.now() - begun < PATIENCE_MS) {
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`);
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body: QUERY }).catch(
      () => null,
    );
    const text = await response?.text();
    if (text) {
      const seconds = (performance.now() - begun) / 1000;
      if (!text.includes('"edges":[{"node"')) throw new Error(`the first answer is none: ${text.slice(0, 300)}`);
      return { seconds, child };
    }
    await delay(POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error('the gateway did not answer');
}

async function stop({ child }: Start): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'koshel-bench-start-'));
  chmodSync(dataDir, 0o755); // the system user that PostgreSQL runs as must be able to enter
  const adminKey = randomBytes(32).toString('hex');
  try {
    const cold = await start(dataDir, adminKey);
    await stop(cold);
    process.stdout.write(`the first start, which makes the data folder: ${cold.seconds.toFixed(2)} s\n`);
    const figures: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const warm = await start(dataDir, adminKey);
      await stop(warm);
      figures.push(warm.seconds);
      process.stdout.write(`round ${round}  ${warm.seconds.toFixed(2)} s\n`);
    }
    const report = createReport(options.json);
    report.add({
      ...{ goal: 'start to first answer with a warm data folder', against: '–', comparison: '≤', target: GOAL_SECONDS },
      ...{ figure: median(figures), unit: 's', rounds },
      detail: `Fastest ${Math.min(...figures).toFixed(2)} s, slowest ${Math.max(...figures).toFixed(2)} s; sandbox and demo data on.`,
    });
    report.finish();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

await main();
