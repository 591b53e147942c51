import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { print } from 'graphql';
import { WalletPageDocument } from '../schema/operations.ts';
import { loadConfig } from '../src/config.ts';
import { migrate } from '../src/db/migrate.ts';
import { interleave, median } from './support/rounds.ts';
import { startBenchServer } from './support/server.ts';
import type { Spent } from './wallet-page/count.ts';
import { seedPage } from './wallet-page/seed.ts';

/**
 * The wallet page (wallet, balances, twenty payments with both parties' phones) through the gateway, against node:http and
 * two prepared statements that answer the same bytes. Same database, each server in a process of its own, interleaved rounds.
 */

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, seconds: { type: 'string', default: '3' } },
});
const rounds = Number.parseInt(options.rounds, 10);
const seconds = Number.parseInt(options.seconds, 10);
const WIDTHS = [1, 16];
const PAGE = 20;

interface Target {
  name: string;
  url: string;
  process: ChildProcess;
}

async function startTarget(name: string, file: string, env: Record<string, string>): Promise<Target> {
  const process = fork(new URL(file, import.meta.url), { execArgv: ['--import', 'tsx'], env: { ...env, PATH: '' } });
  const [port] = await once(process, 'message');
  return { name, url: `http://127.0.0.1:${port}/graphql`, process };
}

async function stopTarget({ process }: Target): Promise<void> {
  const gone = once(process, 'exit');
  process.disconnect();
  await gone;
}

interface Request {
  headers: Record<string, string>;
  body: string;
}

/** What one request costs the target; the gateway's own timers are in it, a few statements a second. */
async function costOf({ name, url, process: child }: Target, request: Request): Promise<string> {
  const spent = async (): Promise<Spent> => {
    const answer = once(child, 'message');
    child.send('spent?');
    return (await answer)[0] as Spent;
  };
  const before = await spent();
  const amount = 1_000;
  await autocannon({ url, method: 'POST', ...request, connections: 8, amount });
  const after = await spent();
  const each = (figure: keyof Spent, digits: number) => ((after[figure] - before[figure]) / amount).toFixed(digits);
  return `${name}: ${each('statements', 1)} statements and ${each('cpuMs', 2)} ms of CPU per request\n`;
}

async function main(): Promise<void> {
  const server = await startBenchServer();
  const dataDir = mkdtempSync(join(tmpdir(), 'koshel-bench-data-'));
  const targets: Target[] = [];
  try {
    const databaseUrl = await server.createDatabase('wallet_page');
    await migrate(databaseUrl);
    const secret = () => randomBytes(32).toString('hex');
    const env = {
      ...{
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        DATABASE_POOL: '16',
        PORT: '0',
        SANDBOX: 'off',
        RATE_LIMIT: '1000000000',
      },
      ...{ NODE_ENV: 'production', ADMIN_KEY: secret(), TOKEN_SECRET: secret(), ENCRYPTION_KEY: secret() },
    };
    const { apiKey, walletId } = await seedPage(loadConfig(env));
    const peer = await startTarget('node:http + pg, two statements', './wallet-page/peer.ts', env);
    targets.push(peer);
    const gateway = await startTarget('the gateway', './wallet-page/gateway.ts', env);
    targets.push(gateway);
    const request = {
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ query: print(WalletPageDocument), variables: { id: walletId, first: PAGE } }),
    };
    await checkSameBytes(targets, request);
    await measure(targets, request);
    for (const target of targets) process.stdout.write(await costOf(target, request));
  } finally {
    for (const target of targets) await stopTarget(target);
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function checkSameBytes(targets: Target[], request: Request): Promise<void> {
  const bodies = await Promise.all(
    targets.map(async ({ url }) => (await fetch(url, { method: 'POST', ...request })).text()),
  );
  if (new Set(bodies).size !== 1) throw new Error(`the answers differ:\n${bodies.join('\n')}`);
  process.stdout.write(
    `${cpus().length} cores; every answer has the same ${Buffer.byteLength(bodies[0] ?? '')} bytes\n`,
  );
}

async function measure(targets: Target[], request: Request): Promise<void> {
  for (const connections of WIDTHS) {
    const contenders = targets.map(({ name, url }) => ({
      name: `${name}, ${connections} connections`,
      async run(duration: number) {
        const result = await autocannon({ url, method: 'POST', ...request, connections, duration });
        if (result.non2xx + result.errors > 0)
          throw new Error(`${name}: ${result.non2xx} refused, ${result.errors} failed`);
        return result.requests.total / result.duration;
      },
    }));
    await interleave(contenders, 1, seconds); // warm
    const figures = await interleave(contenders, rounds, seconds);
    const [peer = [], gateway = []] = contenders.map(({ name }) => figures.get(name) ?? []);
    const ratios = gateway.map((figure, round) => figure / (peer[round] ?? Number.NaN));
    process.stdout.write(
      `\n${connections} connections: peer ${median(peer).toFixed(0)}/s, gateway ${median(gateway).toFixed(0)}/s, ` +
        `ratio ${median(ratios).toFixed(2)} (median of ${rounds} rounds)\n\n`,
    );
  }
}

await main();
