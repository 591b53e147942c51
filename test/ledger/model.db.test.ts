import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transaction } from '../../src/db/transaction.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { createGroupCommit } from '../../src/ledger/group-commit.ts';
import { postEntries, type Verdict } from '../../src/ledger/post.ts';
import type { JournalEntryDraft } from '../../src/ledger/posting.ts';
import { examples } from '../../src/ledger/render.ts';
import { sealBatch } from '../../src/ledger/seal.ts';
import { newId } from '../../src/lib/ids.ts';
import { testDatabase } from '../support/db.ts';
import { Model } from './model.ts';
import { anyMovement, draftOf, type Scene } from './movements.ts';

const db = await testDatabase(20);

// to run again what has failed: LEDGER_SEED=… npx vitest run test/ledger/model
const seed = Number.parseInt(process.env['LEDGER_SEED'] ?? String(Date.now() % 2 ** 31), 10);
const RUNS = 30;

/** How the movements of one round reach the books. */
const ways = {
  /** One call, one after another. */
  call: async (drafts: JournalEntryDraft[]) => (await postEntries(db.prisma, drafts)).verdicts,
  /** Through the lanes of one poster, all at once. */
  lanes: (drafts: JournalEntryDraft[]) => {
    const ledger = createGroupCommit(db, { batch: 4, lanes: 3 });
    return Promise.all(drafts.map(async (draft) => one((await ledger.post(draft)).verdicts)));
  },
  /** Each in a transaction of its own, all at once. */
  apart: (drafts: JournalEntryDraft[]) =>
    Promise.all(drafts.map((draft) => transaction(db, async (tx) => one((await postEntries(tx, [draft])).verdicts)))),
};

const anyRound = fc.record({
  way: fc.constantFrom<keyof typeof ways>('call', 'lanes', 'apart'),
  movements: fc.array(anyMovement, { minLength: 1, maxLength: 40, size: 'max' }),
  seals: fc.nat(30),
});

function one(verdicts: Verdict[]): Verdict {
  const [first] = verdicts;
  if (!first) throw new Error('no verdict');
  return first;
}

const wordOf = (verdict: Verdict | undefined) => (verdict?.verdict === 'REFUSED' ? verdict.reason : verdict?.verdict);

/** The order in which the books have the entries: any order of parallel movements is right, as long as there is one. */
async function inOrder(posted: JournalEntryDraft[]): Promise<JournalEntryDraft[]> {
  const ids = posted.map(({ id }) => id);
  const { rows } = await db.pool.query<{ id: string }>(
    'SELECT id FROM journal_entry WHERE id = ANY ($1) ORDER BY seq',
    [ids],
  );
  const byId = new Map(posted.map((draft) => [draft.id, draft]));
  return rows.flatMap(({ id }) => byId.get(id) ?? []);
}

/** Every verdict is the model's at some moment of the round; posted ones in the order of the books. */
async function compareVerdicts(model: Model, drafts: JournalEntryDraft[], verdicts: Verdict[]): Promise<void> {
  const posted = drafts.filter((_, index) => verdicts[index]?.verdict === 'POSTED');
  const others = drafts.flatMap((draft, index) =>
    posted.includes(draft) ? [] : [{ draft, word: wordOf(verdicts[index]), seen: new Set<string>() }],
  );
  const ask = () => {
    for (const { draft, seen } of others) seen.add(model.ask(draft));
  };
  ask();
  for (const draft of await inOrder(posted)) {
    expect([draft.code, model.post(draft)]).toEqual([draft.code, 'POSTED']);
    ask();
  }
  for (const { draft, word, seen } of others) expect([...seen], draft.code).toContain(word);
}

async function compareBooks(scene: Scene, model: Model): Promise<void> {
  const { rows } = await db.pool.query(
    'SELECT id, posted_debits, posted_credits, pending_debits, pending_credits FROM ledger_account WHERE partner_id = $1 AND lines > 0',
    [scene.partnerId],
  );
  const real = rows.map((row) =>
    [row.id, row.posted_debits, row.posted_credits, row.pending_debits, row.pending_credits].join(' '),
  );
  const mine = [...model.counters].flatMap(([id, c]) =>
    c.postedDebits + c.postedCredits + c.pendingDebits + c.pendingCredits > 0n ||
    real.some((line) => line.startsWith(id))
      ? [[id, c.postedDebits, c.postedCredits, c.pendingDebits, c.pendingCredits].join(' ')]
      : [],
  );
  expect(real.sort()).toEqual(mine.sort());
  const holds = await db.pool.query('SELECT id, remaining_minor FROM hold WHERE partner_id = $1', [scene.partnerId]);
  expect(holds.rows.map(({ id, remaining_minor }) => `${id} ${remaining_minor}`).sort()).toEqual(
    [...model.holds.values()].map(({ id, remaining }) => `${id} ${remaining}`).sort(),
  );
}

test(`Random movements of every kind, in parallel, leave what a plain model leaves (LEDGER_SEED=${seed}).`, async () => {
  const seen: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(fc.array(anyRound, { minLength: 4, maxLength: 12, size: 'max' }), async (rounds) => {
      const scene = {
        partnerId: newId('Partner'),
        wallets: [1, 2, 3, 4].map(() => newId('Wallet')),
        providers: [newId('Provider'), newId('Provider')],
      };
      const model = new Model();
      for (const { way, movements, seals } of rounds) {
        const made = movements.flatMap((movement) => draftOf(scene, model, movement) ?? []);
        // a call may not name one key twice; at once, it may
        const keys = new Map(made.map((draft) => [`${draft.code} ${draft.reference}`, draft]));
        const drafts = way === 'call' ? [...keys.values()] : made;
        if (drafts.length === 0) continue;
        const verdicts = await ways[way](drafts);
        for (const [index, draft] of drafts.entries()) {
          const name = `${draft.code} ${wordOf(verdicts[index])}`;
          seen[name] = (seen[name] ?? 0) + 1;
        }
        if (way === 'call') expect(verdicts.map(wordOf)).toEqual(drafts.map((draft) => model.post(draft)));
        else await compareVerdicts(model, drafts, verdicts);
        await compareBooks(scene, model);
        await sealBatch(db, seals);
      }
      expect((await verifyLedger(db)).checks.flatMap(({ breaks }) => breaks)).toEqual([]);
    }),
    { seed, numRuns: RUNS, endOnFailure: true },
  );
  const total = Object.values(seen).reduce((sum, count) => sum + count, 0);
  process.stdout.write(`ledger model: seed ${seed}, ${total} movements\n`);
  expect(total).toBeGreaterThan(1_000);
  for (const example of Object.values(examples)) expect(seen).toHaveProperty(`${example().code} POSTED`);
}, 300_000);
