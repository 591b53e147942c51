import { expect, test } from 'vitest';
import { openDatabase } from '../../src/db/client.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { topUpSettled, transferCompleted } from '../../src/ledger/entries.ts';
import { createGroupCommit } from '../../src/ledger/group-commit.ts';
import type { JournalEntryDraft } from '../../src/ledger/posting.ts';
import { sealBatch } from '../../src/ledger/seal.ts';
import { newId } from '../../src/lib/ids.ts';
import { startOwnServer } from '../support/own-server.ts';
import { somePartner } from './books.ts';

const { about } = somePartner();
const wallets = Array.from({ length: 30 }, () => newId('Wallet'));
const some = () => wallets[Math.floor(Math.random() * wallets.length)] ?? '';

function anyDraft(): JournalEntryDraft {
  const [from, to] = [some(), some()];
  if (from === to) return topUpSettled({ ...about(), amount: 50n, walletId: from });
  return transferCompleted({ ...about(), amount: 3n, fee: 1n, fromWalletId: from, toWalletId: to });
}

/** Posts through a group commit until the server dies under it. */
async function postUntilDeath(url: string, afterAnswers: number, die: () => void) {
  const db = await openDatabase(url, 8);
  const ledger = createGroupCommit(db, { batch: 20, lanes: 3 });
  const [answered, unanswered]: [JournalEntryDraft[], JournalEntryDraft[]] = [[], []];
  let dead = false;
  const worker = async () => {
    while (!dead) {
      const draft = anyDraft();
      try {
        const { verdicts } = await ledger.post(draft);
        if (verdicts[0]?.verdict === 'POSTED') answered.push(draft);
        if (answered.length === afterAnswers) die();
      } catch {
        // whatever the connection says of its death: nobody knows whether this entry stands
        dead = true;
        unanswered.push(draft);
      }
    }
  };
  await Promise.all([...Array.from({ length: 60 }, worker), sealUntilDeath(db, () => dead)]);
  await db.close();
  return { answered, unanswered };
}

async function sealUntilDeath(db: Parameters<typeof sealBatch>[0], isDead: () => boolean): Promise<void> {
  try {
    while (!isDead()) await sealBatch(db, 50);
  } catch {
    // the server is gone, as it should be
  }
}

test('PostgreSQL dies in the middle of group commits: every answered entry stands, none stands half, and repeating is safe.', async () => {
  const server = await startOwnServer();
  for (const afterAnswers of [150, 400, 700]) {
    const { answered, unanswered } = await postUntilDeath(server.url, afterAnswers, server.cutPower);
    expect(answered.length).toBeGreaterThanOrEqual(afterAnswers);
    expect(unanswered.length).toBeGreaterThan(0);

    await server.startAgain();
    const db = await openDatabase(server.url, 4);
    const ids = answered.map(({ id }) => id);
    const { rows } = await db.pool.query('SELECT count(*)::int AS n FROM journal_entry WHERE id = ANY ($1)', [ids]);
    expect(rows).toEqual([{ n: ids.length }]);
    expect((await verifyLedger(db)).checks.flatMap(({ breaks }) => breaks)).toEqual([]);

    const ledger = createGroupCommit(db);
    const again = await Promise.all(unanswered.map((draft) => ledger.post({ ...draft, id: newId('JournalEntry') })));
    for (const { verdicts } of again) expect(['POSTED', 'REPLAYED', 'REFUSED']).toContain(verdicts[0]?.verdict);
    const repeated = await Promise.all(answered.map((draft) => ledger.post({ ...draft, id: newId('JournalEntry') })));
    expect(new Set(repeated.map(({ verdicts }) => verdicts[0]?.verdict))).toEqual(new Set(['REPLAYED']));
    await db.close();
  }
}, 180_000);
