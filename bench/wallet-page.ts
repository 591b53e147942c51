import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { loadConfig } from '../src/config.ts';
import { migrate } from '../src/db/migrate.ts';
import { compiled, NODE_FLAGS } from './support/compiled.ts';
import { createReport, medianRatio, type Report } from './support/report.ts';
import { interleave, median } from './support/rounds.ts';
import { startBenchServer } from './support/server.ts';
import type { Spent } from './wallet-page/count.ts';
import { type Seeded, seedPages } from './wallet-page/seed.ts';

/**
 * The wallet page (wallet, balances, twenty payments with both parties' phones) through the gateway, by the id of a published document, against
 * node:http and two prepared statements that answer the same bytes. Same database, each server in a process of its own, interleaved
 * rounds; two dozen wallets in turn.
 */

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const rounds = Number.parseInt(options.rounds, 10);
const seconds = Number.parseInt(options.seconds, 10);
/** Connections, and the ratio that is to be reached. */
const GOALS = [
  { connections: 1, target: 0.7 },
  { connections: 16, target: 1.1 },
  { connections: 64, target: 1.4 },
];
const PAGE = 20;
const WARMING = 3_000;
const PEER = 'node:http + pg, two prepared statements';

interface Target {
  name: string;
  url: string;
  process: ChildProcess;
}

async function startTarget(name: string, file: string, env: Record<string, string>): Promise<Target> {
  const entry = await compiled(new URL(file, import.meta.url));
  // both alike: it saves the gateway a fifth of its CPU, and the peer, who makes less garbage, next to nothing
  const process = fork(entry, { execArgv: NODE_FLAGS, env: { ...env, PATH: '' } });
  const [port] = await once(process, 'message');
  return { name, url: `http://127.0.0.1:${port}/graphql`, process };
}

async function stopTarget({ process }: Target): Promise<void> {
  const gone = once(process, 'exit');
  process.disconnect();
  await gone;
}

/** What is asked, by turns; clients begin at different places. */
type Requests = { method: 'POST'; headers: Record<string, string>; body: string }[];

function requestsOf({ apiKey, documentId, walletIds }: Seeded): Requests {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` };
  return walletIds.map((id) => ({
    ...{ method: 'POST', headers },
    body: JSON.stringify({ documentId: `sha256:${documentId}`, variables: { id, first: PAGE } }),
  }));
}

function load(
  url: string,
  requests: Requests,
  extent: Pick<autocannon.Options, 'connections' | 'duration' | 'amount'>,
) {
  let clients = 0;
  const setupClient = (client: autocannon.Client) => {
    const turn = (clients * 7) % requests.length;
    clients += 1;
    client.setRequests([...requests.slice(turn), ...requests.slice(0, turn)]);
  };
  return autocannon({ url, requests, setupClient, ...extent });
}

/** What one request costs the target; the gateway's own timers are in it, a few statements a second. */
async function costOf({ name, url, process: child }: Target, requests: Requests): Promise<string> {
  const spent = async (): Promise<Spent> => {
    const answer = once(child, 'message');
    child.send('spent?');
    return (await answer)[0] as Spent;
  };
  const before = await spent();
  const amount = 1_000;
  await load(url, requests, { connections: 8, amount });
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
    const requests = requestsOf(await seedPages(loadConfig(env)));
    const peer = await startTarget(PEER, './wallet-page/peer.ts', env);
    targets.push(peer);
    const gateway = await startTarget('the gateway', './wallet-page/gateway.ts', env);
    targets.push(gateway);
    await checkSameBytes(targets, requests);
    // by requests, not by seconds: what has run a few hundred times only is not compiled yet
    for (const { url } of targets) await load(url, requests, { connections: 8, amount: WARMING });
    const report = createReport(options.json);
    const costs: string[] = [];
    for (const goal of GOALS) await measure(targets, requests, goal, report);
    for (const target of targets) costs.push(await costOf(target, requests));
    process.stdout.write(`${costs.join('')}`);
    report.finish();
  } finally {
    for (const target of targets) await stopTarget(target);
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function checkSameBytes(targets: Target[], requests: Requests): Promise<void> {
  let bytes = 0;
  for (const request of requests) {
    const bodies = await Promise.all(targets.map(async ({ url }) => (await fetch(url, request)).text()));
    if (new Set(bodies).size !== 1) throw new Error(`the answers differ:\n${bodies.join('\n')}`);
    bytes += Buffer.byteLength(bodies[0] ?? '');
  }
  const each = Math.round(bytes / requests.length);
  process.stdout.write(
    `${cpus().length} cores; ${requests.length} pages have the same bytes from both, ${each} each\n`,
  );
}

async function measure(
  targets: Target[],
  requests: Requests,
  { connections, target }: (typeof GOALS)[number],
  report: Report,
): Promise<void> {
  const contenders = targets.map(({ name, url }) => ({
    name: `${name}, ${connections} connections`,
    async run(duration: number) {
      const result = await load(url, requests, { connections, duration });
      if (result.non2xx + result.errors > 0)
        throw new Error(`${name}: ${result.non2xx} refused, ${result.errors} failed`);
      return result.requests.total / result.duration;
    },
  }));
  await interleave(contenders, 1, seconds); // connections
  const figures = await interleave(contenders, rounds, seconds);
  const [peer = [], gateway = []] = contenders.map(({ name }) => figures.get(name) ?? []);
  report.add({
    goal: `wallet page from PostgreSQL over HTTP, ${connections} connection${connections === 1 ? '' : 's'}`,
    against: PEER,
    comparison: '≥',
    target,
    figure: medianRatio(gateway, peer),
    unit: '×',
    rounds,
    detail: `gateway ${median(gateway).toFixed(0)}/s, peer ${median(peer).toFixed(0)}/s`,
  });
}

await main();
