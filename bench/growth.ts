import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate } from '../src/db/migrate.ts';
import { ensureFilled, type Kept } from './growth/databases.ts';
import type { Questions, Seeded } from './growth/seed.ts';
import { compiled } from './support/compiled.ts';
import { createReport, medianRatio } from './support/report.ts';
import { interleave, median } from './support/rounds.ts';
import { startBenchServer } from './support/server.ts';
import type { Spent } from './wallet-page/count.ts';

/**
 * What growth costs: the history page of a wallet and the replay of events, through the gateway, of a database with ten million payments
 * (--payments) against one with ten thousand of the same shape on the same server, each behind a gateway of its own. With --data the
 * databases are kept in that folder and not filled again by the next run; --fill fills them and asks nothing.
 */

const { values: options } = parseArgs({
  options: {
    payments: { type: 'string', default: '10000000' },
    small: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '0.5' },
    data: { type: 'string' },
    fill: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const rounds = Number.parseInt(options.rounds, 10);
const seconds = Number.parseFloat(options.seconds);
const sizes = { big: Number.parseInt(options.payments, 10), small: Number.parseInt(options.small, 10) };
const LIMIT = 1.2;
const COUNTED = 61;
/** So long until both gateways have compiled what is asked, and both have read it once. */
const WARM_SECONDS = 1.5;

interface Target {
  url: string;
  process: ChildProcess;
  seeded: Seeded;
}

async function startTarget({ env, seeded }: Kept, databaseUrl: string, dataDir: string): Promise<Target> {
  await migrate(databaseUrl);
  const child = fork(await compiled(new URL('./wallet-page/gateway.ts', import.meta.url)), {
    env: {
      ...{ DATABASE_URL: databaseUrl, DATA_DIR: dataDir, PORT: '0', SANDBOX: 'off', RATE_LIMIT: '1000000000' },
      ...{ ...env, NODE_ENV: 'production', PATH: '' },
    },
  });
  const [port] = await once(child, 'message');
  return { url: `http://127.0.0.1:${port}/graphql`, process: child, seeded };
}

async function stopTarget({ process: child }: Target): Promise<void> {
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}

async function ask({ url, seeded }: Target, body: string): Promise<string> {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${seeded.apiKey}` };
  const response = await fetch(url, { method: 'POST', headers, body });
  return response.text();
}

/** A full page each time, or the figures compare nothing. */
async function checkAnswers(target: Target, { kind, goal }: Questions, bodies: string[]): Promise<void> {
  for (const body of bodies) {
    const text = await ask(target, body);
    const { data } = JSON.parse(text) as {
      data?: { wallet?: { payments: { edges: unknown[] } }; events?: { events: unknown[] } };
    };
    const found = goal === 'history page' ? data?.wallet?.payments.edges.length : data?.events?.events.length;
    if (found !== (goal === 'history page' ? 20 : 100))
      throw new Error(`${goal}, ${kind}: no full page in ${text.slice(0, 300)}`);
  }
}

/** Statements of one question: the middle of many single ones, because the gateway's own timers come in between some of them. */
async function statementsOf(target: Target, bodies: string[]): Promise<number> {
  const spent = async (): Promise<Spent> => {
    const answer = once(target.process, 'message');
    target.process.send('spent?');
    return (await answer)[0] as Spent;
  };
  const counts: number[] = [];
  for (let n = 0; n < COUNTED; n += 1) {
    const before = await spent();
    await ask(target, bodies[n % bodies.length] ?? '');
    counts.push((await spent()).statements - before.statements);
  }
  return median(counts);
}

interface Measured {
  goal: Questions['goal'];
  kind: string;
  ratio: number;
  bigMs: number;
  smallMs: number;
  statements: { big: number; small: number };
}

async function measure(
  targets: Record<'big' | 'small', Target>,
  questions: Questions,
  index: number,
): Promise<Measured> {
  const contenders = (['big', 'small'] as const).map((size) => {
    const target = targets[size];
    const bodies = target.seeded.questions[index]?.bodies ?? [];
    return {
      size,
      bodies,
      name: `${questions.goal}, ${questions.kind}, ${sizes[size]} payments`,
      async run(duration: number) {
        const end = performance.now() + duration * 1000;
        const begun = performance.now();
        let done = 0;
        while (performance.now() < end) {
          await ask(target, bodies[done % bodies.length] ?? '');
          done += 1;
        }
        return done / ((performance.now() - begun) / 1000);
      },
    };
  });
  for (const { size, bodies } of contenders) await checkAnswers(targets[size], questions, bodies);
  await interleave(contenders, 1, Math.max(seconds, WARM_SECONDS));
  const figures = await interleave(contenders, rounds, seconds);
  const [big = [], small = []] = contenders.map(({ name }) => figures.get(name) ?? []);
  const [ofBig = 0, ofSmall = 0] = [
    await statementsOf(targets.big, contenders[0]?.bodies ?? []),
    await statementsOf(targets.small, contenders[1]?.bodies ?? []),
  ];
  return {
    ...{ goal: questions.goal, kind: questions.kind },
    // times, so the other way round than the rates
    ratio: medianRatio(small, big),
    ...{ bigMs: 1000 / median(big), smallMs: 1000 / median(small) },
    statements: { big: ofBig, small: ofSmall },
  };
}

const words = (count: number) => count.toLocaleString('en').replaceAll(',', ' ');

function reportOf(measured: Measured[]): void {
  const report = createReport(options.json);
  const against = `the same at ${words(sizes.small)}`;
  for (const goal of ['history page', 'events replay'] as const) {
    const own = measured.filter((one) => one.goal === goal);
    const worst = Math.max(...own.map(({ ratio }) => ratio));
    const each = own.map(
      (one) => `${one.kind} ${one.bigMs.toFixed(2)} against ${one.smallMs.toFixed(2)} ms (${one.ratio.toFixed(2)} ×)`,
    );
    const common = { against, comparison: '≤', unit: '×', rounds } as const;
    report.add({
      ...common,
      goal: `${goal} at ${words(sizes.big)} payments`,
      target: LIMIT,
      figure: worst,
      detail: `The worst of: ${each.join('; ')}`,
    });
    const counts = own.map(({ kind, statements }) => `${kind} ${statements.big} and ${statements.small}`);
    const more = Math.max(...own.map(({ statements: { big, small } }) => big / small));
    report.add({
      ...common,
      goal: `SQL statements of the ${goal} at ${words(sizes.big)} payments`,
      target: 1,
      figure: more,
      detail: counts.join('; '),
    });
  }
  report.finish();
}

async function measureAll(folder: string, kept: Record<'big' | 'small', Kept & { database: string }>): Promise<void> {
  const server = await startBenchServer({ folder });
  const dataDir = join(folder, 'gateways');
  mkdirSync(dataDir, { recursive: true });
  const targets: Partial<Record<'big' | 'small', Target>> = {};
  try {
    for (const size of ['small', 'big'] as const)
      targets[size] = await startTarget(kept[size], server.at(kept[size].database), dataDir);
    const both = targets as Record<'big' | 'small', Target>;
    const measured: Measured[] = [];
    for (const [index, questions] of both.big.seeded.questions.entries())
      measured.push(await measure(both, questions, index));
    reportOf(measured);
  } finally {
    for (const target of Object.values(targets)) await stopTarget(target);
    await server.stop();
  }
}

async function main(): Promise<void> {
  const folder = options.data ?? mkdtempSync(join(tmpdir(), 'koshel-bench-'));
  try {
    const kept = { small: await ensureFilled(folder, sizes.small), big: await ensureFilled(folder, sizes.big) };
    if (!options.fill) await measureAll(folder, kept);
  } finally {
    if (options.data === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

await main();
