import { setTimeout as delay } from 'node:timers/promises';
import { type KeepAlive, openKeepAlive } from '../support/keep-alive.ts';
import type { Report } from '../support/report.ts';
import { median } from '../support/rounds.ts';
import type { Shop } from '../transfers/seed.ts';
import { watchCommits } from './commits.ts';
import { startStand } from './process.ts';
import type { Watched } from './seed.ts';

const SUBSCRIBERS = 1_000;
/** Of a hundred subscribers this many watch the partner, the others a wallet each. */
const PARTNER_WIDE_PERCENT = 1;
const CLIENTS = 32;

interface Load {
  /** Payments per second. */
  rate: number;
  seconds: number;
  rounds: number;
}

/**
 * How old an event is when a subscriber has it, while payments are made over HTTP at a rate. The age counts from the server's own time of the
 * commit, which it takes before it waits for the disk.
 */
export async function measureLatency(
  env: Record<string, string>,
  { documentId }: Watched,
  shop: Shop,
  load: Load,
  report: Report,
): Promise<void> {
  const commits = await watchCommits(env['DATABASE_URL'] ?? '');
  const gateway = await startStand('./gateway.ts', env);
  const completed = { types: ['PAYMENT_COMPLETED'] };
  const variables = Array.from({ length: 100 }, (_, index) => ({
    filter:
      index < PARTNER_WIDE_PERCENT ? completed : { ...completed, walletId: shop.wallets[index % shop.wallets.length] },
  }));
  await gateway.connect({ count: SUBSCRIBERS, apiKey: shop.apiKey, documentId, variables });
  const head = `Authorization: Bearer ${shop.apiKey}\r\n`;
  const url = `http://127.0.0.1:${gateway.port}/graphql`;
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => openKeepAlive(url, head)));
  const p99s: number[] = [];
  const p50s: number[] = [];
  const wholes: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round <= load.rounds; round += 1) {
    const made = await pay(clients, shop, load.rate, load.seconds);
    // what is on its way arrives
    await delay(500);
    const [received, committed] = [await gateway.received(), await commits.take()];
    if (round === 0) continue;
    const ages = sorted(received.map(({ eventId, at }) => at - (committed.get(eventId) ?? Number.NaN)));
    p99s.push(percentile(ages, 0.99));
    p50s.push(percentile(ages, 0.5));
    wholes.push(percentile(sorted(received.map(({ at, recordedAt }) => at - recordedAt)), 0.99));
    rates.push(made);
    const told = `p50 ${p50s.at(-1)?.toFixed(0)} ms, p99 ${p99s.at(-1)?.toFixed(0)} ms, with the transaction p99 ${wholes.at(-1)} ms`;
    process.stdout.write(`round ${round}  ${made.toFixed(0)} payments/s, ${ages.length} messages, ${told}\n`);
  }
  for (const client of clients) client.close();
  await gateway.stop();
  await commits.close();
  report.add({
    goal: `commit → delivery with 1,000 subscribers under ${load.rate} payments/s (p99)`,
    against: '–',
    comparison: '≤',
    target: 50,
    figure: median(p99s),
    unit: 'ms',
    rounds: load.rounds,
    detail: `${median(rates).toFixed(0)} payments/s made, p50 ${median(p50s).toFixed(0)} ms; p99 ${median(wholes).toFixed(0)} ms when counted from the beginning of the payment’s transaction`,
  });
}

/** @throws when one of them is not known */
function sorted(ages: number[]): number[] {
  if (ages.some(Number.isNaN)) throw new Error('an event has come of which no commit is known');
  return ages.sort((a, b) => a - b);
}

const percentile = (ages: number[], part: number) => ages[Math.floor(ages.length * part)] ?? Number.NaN;

let payments = 0;

/** Makes payments at a rate, as far as the gateway keeps up. @returns payments per second */
async function pay(clients: KeepAlive[], shop: Shop, rate: number, seconds: number): Promise<number> {
  const start = performance.now();
  const wanted = rate * seconds;
  let begun = 0;
  const worker = async (client: KeepAlive) => {
    while (begun < wanted && performance.now() - start < 2_000 * seconds) {
      const dueIn = (begun / rate) * 1000 - (performance.now() - start);
      begun += 1;
      if (dueIn > 0) await delay(dueIn);
      await payOnce(client, shop);
    }
  };
  await Promise.all(clients.map(worker));
  return begun / ((performance.now() - start) / 1000);
}

async function payOnce(client: KeepAlive, { wallets, create }: Shop): Promise<void> {
  payments += 1;
  const from = Math.floor(Math.random() * wallets.length);
  const to = (from + 1 + Math.floor(Math.random() * (wallets.length - 1))) % wallets.length;
  const input = {
    idempotencyKey: `latency${payments}`,
    fromWalletId: wallets[from],
    to: { walletId: wallets[to] },
    amount: { amount: '0.01', currency: 'RUB' },
    confirm: true,
  };
  const answer = await client.post(JSON.stringify({ documentId: create, variables: { input } }));
  if (!answer.includes('"status":"COMPLETED"')) throw new Error(`transferCreate answered ${answer}`);
}
