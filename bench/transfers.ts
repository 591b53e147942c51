import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/config.ts';
import { openDatabase } from '../src/db/client.ts';
import { migrate } from '../src/db/migrate.ts';
import { verifyLedger } from '../src/ledger/checks.ts';
import { compiled, NODE_FLAGS } from './support/compiled.ts';
import { cpuOfClient, cpuOfServer } from './support/cpu.ts';
import { type KeepAlive, openKeepAlive } from './support/keep-alive.ts';
import { findPgbench } from './support/pgbench.ts';
import { createReport, medianRatio } from './support/report.ts';
import { type Contender, interleave, median } from './support/rounds.ts';
import { startBenchServer } from './support/server.ts';
import { HOLDS, type Shop, seedShop } from './transfers/seed.ts';

/**
 * Transfers from end to end: HTTP, registered documents by their ids, a key, caps, books, timeline and events, each answered after its
 * commit; against pgbench's TPC-B on the same server: npx tsx bench/transfers.ts [--rounds N] [--seconds S] [--fee hundredths of a percent]
 * [--cpu-prof folder]
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '2' },
    fee: { type: 'string', default: '0' },
    json: { type: 'string' },
    'cpu-prof': { type: 'string' },
  },
});
const [rounds, seconds] = [Number.parseInt(options.rounds, 10), Number.parseInt(options.seconds, 10)];
const CLIENTS = 64;
const WALLETS = 1_000;
const WARM_ROUNDS = 4;
const TPCB = `pgbench TPC-B, ${CLIENTS} clients, prepared`;
const ONE = 'transferCreate with confirm, one request';
const TWO = 'transferCreate, then paymentConfirm';

let transfers = 0;

/** One transfer between two wallets; answers the payment's id. */
async function transfer(client: KeepAlive, { wallets, create }: Shop, confirm: boolean): Promise<string> {
  transfers += 1;
  const from = Math.floor(Math.random() * WALLETS);
  const to = (from + 1 + Math.floor(Math.random() * (WALLETS - 1))) % WALLETS;
  const input = {
    idempotencyKey: `t${transfers}`,
    fromWalletId: wallets[from],
    to: { walletId: wallets[to] },
    amount: { amount: '0.01', currency: 'RUB' },
    confirm,
  };
  const answer = await client.post(JSON.stringify({ documentId: create, variables: { input } }));
  const id = /"payment":\{"id":"(pay_\w+)"/.exec(answer)?.[1];
  const status = confirm ? '"status":"COMPLETED"' : '"status":"CREATED"';
  if (!id || !answer.includes(status)) throw new Error(`transferCreate answered ${answer}`);
  return id;
}

async function confirm(client: KeepAlive, shop: Shop, paymentId: string): Promise<void> {
  const answer = await client.post(JSON.stringify({ documentId: shop.confirm, variables: { paymentId } }));
  if (!answer.includes('"status":"COMPLETED"')) throw new Error(`paymentConfirm answered ${answer}`);
}

/** Keeps every client busy for some seconds; answers how much was done per second. */
async function sustain(clients: KeepAlive[], time: number, work: (client: KeepAlive) => Promise<void>) {
  const start = performance.now();
  let done = 0;
  const busy = clients.map(async (client) => {
    for (; performance.now() < start + time * 1000; done += 1) await work(client);
  });
  await Promise.all(busy);
  return done / ((performance.now() - start) / 1000);
}

/** The books after all of it: proved, and with every kopeck that was put in. */
async function proveBooks(databaseUrl: string): Promise<boolean> {
  const db = await openDatabase(databaseUrl, 4);
  const report = await verifyLedger(db);
  for (const { name, breaks } of report.checks)
    for (const text of breaks) process.stdout.write(`BROKEN ${name}: ${text}\n`);
  const { rows } = await db.pool.query<{ total: string; payments: string }>(
    `SELECT (SELECT sum(posted_credits - posted_debits) FROM ledger_account WHERE kind IN ('LIABILITY', 'INCOME')) AS total,
      (SELECT count(*) FROM payment WHERE status = 'COMPLETED') AS payments`,
  );
  await db.close();
  const whole = BigInt(rows[0]?.total ?? 0) === HOLDS * BigInt(WALLETS);
  process.stdout.write(
    `${rows[0]?.payments} completed payments; the books are ${report.ok ? 'sound' : 'BROKEN'}, the money is ${whole ? 'all there' : 'NOT ALL THERE'}\n`,
  );
  return report.ok && whole;
}

const secret = () => randomBytes(32).toString('hex');
function environment(databaseUrl: string, dataDir: string): Record<string, string> {
  const unlimited = '1000000000';
  return {
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    DATABASE_POOL: '16',
    PORT: '0',
    SANDBOX: 'off',
    NODE_ENV: 'production',
    ...{ RATE_LIMIT: unlimited, RATE_LIMIT_ADDRESS: unlimited },
    ...{ ADMIN_KEY: secret(), TOKEN_SECRET: secret(), ENCRYPTION_KEY: secret() },
  };
}

async function startGateway(
  env: Record<string, string>,
): Promise<{ url: string; cpu(): Promise<number>; stop(): Promise<void> }> {
  const profile = options['cpu-prof'] ? ['--cpu-prof', `--cpu-prof-dir=${options['cpu-prof']}`] : [];
  const file = await compiled(new URL('./transfers/gateway.ts', import.meta.url));
  const child = fork(file, { execArgv: [...NODE_FLAGS, ...profile], env: { ...env, PATH: '' } });
  const gone = once(child, 'exit');
  const [port] = await once(child, 'message');
  const stop = async () => {
    child.disconnect();
    await gone;
  };
  const cpu = async () => {
    child.send('cpu?');
    const [ms] = await once(child, 'message');
    return ms as number;
  };
  return { url: `http://127.0.0.1:${port}/graphql`, cpu, stop };
}

async function analyse(databaseUrl: string): Promise<void> {
  const db = await openDatabase(databaseUrl, 1);
  await db.pool.query('VACUUM ANALYZE');
  await db.close();
}

/** CPU used so far, milliseconds, by who used it. */
type Cpu = Record<string, number>;

/** What one piece of work costs, whatever else the machine does meanwhile. */
function costed(contender: Contender, spent: () => Promise<Cpu>, costs: Map<string, Cpu[]>): Contender {
  const run = async (time: number) => {
    const before = await spent();
    const perSecond = await contender.run(time);
    const after = await spent();
    const each = Object.keys(after).map((name) => [
      name,
      ((after[name] ?? 0) - (before[name] ?? 0)) / (perSecond * time),
    ]);
    costs.set(contender.name, [...(costs.get(contender.name) ?? []), Object.fromEntries(each)]);
    return perSecond;
  };
  return { ...contender, run };
}

function costText(costs: Cpu[] = []): string {
  const names = Object.keys(costs[0] ?? {});
  return names.map((name) => `${name} ${median(costs.map((cost) => cost[name] ?? 0)).toFixed(2)} ms`).join(', ');
}

async function measure(
  url: string,
  shop: Shop,
  tpcb: (time: number) => Promise<number>,
  spent: () => Promise<Cpu>,
  settle: () => Promise<void>,
) {
  const head = `Authorization: Bearer ${shop.apiKey}\r\n`;
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => openKeepAlive(url, head)));
  const one = async (client: KeepAlive) => void (await transfer(client, shop, true));
  const two = async (client: KeepAlive) => confirm(client, shop, await transfer(client, shop, false));
  const contenders = [
    { name: TPCB, run: tpcb },
    { name: ONE, run: (time: number) => sustain(clients, time, one) },
    { name: TWO, run: (time: number) => sustain(clients, time, two) },
  ];
  // a gateway that has just been started compiles its functions for some twenty seconds under load; one that runs does not
  await interleave(contenders, WARM_ROUNDS, seconds);
  // statements were planned while the tables were empty
  await settle();
  const costs = new Map<string, Cpu[]>();
  const figures = await interleave(
    contenders.map((contender) => costed(contender, spent, costs)),
    rounds,
    seconds,
  );
  for (const client of clients) client.close();
  return { figures, costs };
}

const report = createReport(options.json);
const pgbench = findPgbench();
const server = await startBenchServer();
const dataDir = mkdtempSync(join(tmpdir(), 'koshel-bench-data-'));
try {
  const peer = await server.createDatabase('tpcb');
  await pgbench.initialise(peer, 10);
  const databaseUrl = await server.createDatabase('transfers');
  await migrate(databaseUrl);
  const env = environment(databaseUrl, dataDir);
  const shop = await seedShop(loadConfig(env), WALLETS, Number.parseInt(options.fee, 10));
  const gateway = await startGateway(env);
  const serverCpu = await cpuOfServer(databaseUrl);
  const run = measure(
    gateway.url,
    shop,
    (time) => pgbench.tpcb(peer, CLIENTS, time),
    async () => ({
      gateway: await gateway.cpu(),
      PostgreSQL: serverCpu() ?? Number.NaN,
      client: cpuOfClient() ?? Number.NaN,
    }),
    () => analyse(databaseUrl),
  );
  const { figures, costs } = await run.finally(() => gateway.stop());
  const of = (name: string) => figures.get(name) ?? [];
  for (const [name, what] of [
    [ONE, 'create and confirm in one request'],
    [TWO, 'create, then confirm'],
  ] as const) {
    const rates = `${median(of(name)).toFixed(0)} transfers/s, TPC-B ${median(of(TPCB)).toFixed(0)}/s`;
    const detail = `${rates}; CPU each: ${costText(costs.get(name))} (TPC-B ${costText(costs.get(TPCB))})`;
    const row = {
      goal: `transfers end to end, ${CLIENTS} clients (${what})`,
      against: 'pgbench TPC-B',
      rounds,
      detail,
    };
    report.add({ ...row, comparison: '≥', target: 1, figure: medianRatio(of(name), of(TPCB)), unit: '×' });
  }
  if (!(await proveBooks(databaseUrl))) process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
report.finish();
