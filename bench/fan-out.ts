import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/config.ts';
import { migrate } from '../src/db/migrate.ts';
import { measureBroadcast } from './fan-out/broadcast.ts';
import { COMMIT_SETTINGS } from './fan-out/commits.ts';
import { measureLatency } from './fan-out/latency.ts';
import { seedSubscriptions } from './fan-out/seed.ts';
import { createReport } from './support/report.ts';
import { startBenchServer } from './support/server.ts';
import { seedShop } from './transfers/seed.ts';

/**
 * Subscriptions over WebSocket: one event to 10,000 subscribers against a plain broadcast of `ws`, what an idle subscriber holds, and how old
 * an event is when it arrives while payments are made:
 * node --import tsx bench/fan-out.ts [--rounds N] [--seconds S] [--subscribers 10000] [--rate 500]
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '2' },
    subscribers: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '500' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const number = (text: string) => Number.parseInt(text, 10);
const WALLETS = 100;

const secret = () => randomBytes(32).toString('hex');
const unlimited = '1000000000';
const environment = (databaseUrl: string, dataDir: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  DATA_DIR: dataDir,
  DATABASE_POOL: '16',
  PORT: '0',
  SANDBOX: 'off',
  NODE_ENV: 'production',
  ...{ RATE_LIMIT: unlimited, RATE_LIMIT_ADDRESS: unlimited },
  ...{ ADMIN_KEY: secret(), TOKEN_SECRET: secret(), ENCRYPTION_KEY: secret() },
});

const report = createReport(options.json);
const server = await startBenchServer({ settings: COMMIT_SETTINGS });
const dataDir = mkdtempSync(join(tmpdir(), 'koshel-bench-data-'));
try {
  const databaseUrl = await server.createDatabase('fan_out');
  await migrate(databaseUrl);
  const env = environment(databaseUrl, dataDir);
  const shop = await seedShop(loadConfig(env), WALLETS, 0);
  const watched = await seedSubscriptions(loadConfig(env));
  const extent = { rounds: number(options.rounds), subscribers: number(options.subscribers) };
  if (options.only !== 'latency')
    await measureBroadcast(
      env,
      { ...watched, apiKey: shop.apiKey },
      { ...extent, walletId: shop.wallets[0] ?? '' },
      report,
    );
  const load = { rate: number(options.rate), seconds: number(options.seconds), rounds: extent.rounds };
  if (options.only !== 'broadcast') await measureLatency(env, watched, shop, load, report);
} finally {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
report.finish();
