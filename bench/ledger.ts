import { parseArgs } from 'node:util';
import { type Database, openDatabase } from '../src/db/client.ts';
import { migrate } from '../src/db/migrate.ts';
import { makePartitions } from '../src/db/partitions.ts';
import { verifyLedger } from '../src/ledger/checks.ts';
import { topUpSettled, transferCompleted } from '../src/ledger/entries.ts';
import { createGroupCommit } from '../src/ledger/group-commit.ts';
import { ledgerPartitions } from '../src/ledger/partitions.ts';
import { postEntries } from '../src/ledger/post.ts';
import type { JournalEntryDraft } from '../src/ledger/posting.ts';
import { sealBatch } from '../src/ledger/seal.ts';
import { newId } from '../src/lib/ids.ts';
import { findPgbench } from './support/pgbench.ts';
import { createReport, medianRatio, type Report } from './support/report.ts';
import { type Contender, interleave, median, sustain } from './support/rounds.ts';
import { startBenchServer } from './support/server.ts';

/**
 * Postings per second through the ledger, against pgbench TPC-B on the same server in the same run:
 * npx tsx bench/ledger.ts [--rounds 15] [--seconds 2] [--json <file>]
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const [rounds, seconds] = [Number.parseInt(values.rounds, 10), Number.parseInt(values.seconds, 10)];

const WALLETS = 10_000;
/** Callers that wait for an answer, as requests of a busy gateway do. */
const CALLERS = 800;
const CLIENTS = 16;
const TPCB = 'pgbench TPC-B, 16 clients, prepared';
const UNIFORM = 'group commit, uniform over 10,000 wallets';
const HOT = 'group commit, all into one hot wallet';
const SINGLE = 'one entry per transaction, 16 clients';

const print = (text: string) => process.stdout.write(`${text}\n`);
const partnerId = newId('Partner');
const about = () => ({ partnerId, currency: 'RUB', reference: newId('Payment'), occurredAt: new Date() });

/** Wallets with money in them, and a way to pick one. */
async function openWallets(db: Database): Promise<() => string> {
  const wallets = Array.from({ length: WALLETS }, () => newId('Wallet'));
  for (let at = 0; at < WALLETS; at += 500) {
    const drafts = wallets
      .slice(at, at + 500)
      .map((walletId) => topUpSettled({ ...about(), amount: 10_000_000n, walletId }));
    await postEntries(db.prisma, drafts);
  }
  return () => wallets[Math.floor(Math.random() * WALLETS)] ?? '';
}

function contendersOf(db: Database, some: () => string, tpcb: Contender['run']): Contender[] {
  const ledger = createGroupCommit(db);
  const hot = newId('Wallet');
  const transfer = (toWalletId: string): JournalEntryDraft => {
    const fromWalletId = some();
    return transferCompleted({
      ...about(),
      amount: 1n,
      fee: 0n,
      fromWalletId,
      toWalletId: toWalletId === fromWalletId ? hot : toWalletId,
    });
  };
  const posted = (verdict: string | undefined) => {
    if (verdict !== 'POSTED') throw new Error(`an entry was ${verdict}`);
  };
  const grouped = async (draft: JournalEntryDraft) => posted((await ledger.post(draft)).verdicts[0]?.verdict);
  const alone = async (draft: JournalEntryDraft) =>
    posted((await postEntries(db.prisma, [draft])).verdicts[0]?.verdict);
  return [
    { name: TPCB, run: tpcb },
    { name: UNIFORM, run: (time) => sustain(CALLERS, time, () => grouped(transfer(some()))) },
    { name: HOT, run: (time) => sustain(CALLERS, time, () => grouped(transfer(hot))) },
    { name: SINGLE, run: (time) => sustain(CLIENTS, time, () => alone(transfer(some()))) },
  ];
}

/** The rows of the table of goals, after what each contender did. */
function tell(report: Report, figures: Map<string, number[]>): void {
  const of = (name: string) => figures.get(name) ?? [];
  const rate = (name: string) => `${Math.round(median(of(name))).toLocaleString('en')}/s`;
  print(`\n${rounds} rounds of ${seconds} s, medians; × is the median of the rounds' ratios to TPC-B`);
  for (const name of figures.keys()) {
    print(
      `${name.padEnd(44)}${rate(name).padStart(11)}${`${medianRatio(of(name), of(TPCB)).toFixed(2)}×`.padStart(9)}`,
    );
  }
  const row = { comparison: '≥', unit: '×', rounds } as const;
  report.add({
    ...row,
    goal: 'postings through the ledger, uniform over 10,000 wallets',
    against: 'pgbench TPC-B, 16 clients, the same server',
    target: 4,
    figure: medianRatio(of(UNIFORM), of(TPCB)),
    detail: `${rate(UNIFORM)} against ${rate(TPCB)}; one entry per transaction: ${rate(SINGLE)}`,
  });
  report.add({
    ...row,
    goal: 'postings all into one hot account',
    against: 'the same postings, uniform',
    target: 0.6,
    figure: medianRatio(of(HOT), of(UNIFORM)),
    detail: `${rate(HOT)} against ${rate(UNIFORM)}`,
  });
}

async function proveBooks(db: Database): Promise<boolean> {
  const start = performance.now();
  let sealed = 0;
  for (let batch = 1; batch > 0; sealed += batch) batch = await sealBatch(db, 1_000);
  const sealing = (performance.now() - start) / 1000;
  print(
    `\nsealed ${sealed} entries in ${sealing.toFixed(1)} s (${Math.round(sealed / sealing)}/s), behind the path of posting`,
  );
  const report = await verifyLedger(db);
  for (const { name, breaks } of report.checks) for (const text of breaks) print(`BROKEN ${name}: ${text}`);
  print(
    `verified in ${((performance.now() - start) / 1000 - sealing).toFixed(1)} s: ${report.ok ? 'the books are sound' : 'BROKEN'}`,
  );
  return report.ok;
}

const pgbench = findPgbench();
const server = await startBenchServer();
try {
  const peer = await server.createDatabase('tpcb');
  await pgbench.initialise(peer, 10);
  const url = await server.createDatabase('ledger');
  await migrate(url);
  const db = await openDatabase(url, CLIENTS + 4);
  await makePartitions(db, ledgerPartitions, new Date());
  const contenders = contendersOf(db, await openWallets(db), (time) => pgbench.tpcb(peer, CLIENTS, time));
  const report = createReport(values.json);
  tell(report, await interleave(contenders, rounds, seconds));
  const sound = await proveBooks(db);
  await db.close();
  report.finish();
  if (!sound) process.exitCode = 1;
} finally {
  await server.stop();
}
