import { expect, test } from 'vitest';
import { sqlTransaction } from '../../../src/db/sql-transaction.ts';
import { type CapWish, capWish, reserveCaps } from '../../../src/domain/limit/caps-in-group.ts';
import { LimitExceededError } from '../../../src/domain/limit/errors.ts';
import { newId } from '../../../src/lib/ids.ts';
import { MAX_MINOR } from '../../../src/money/money.ts';
import { testDatabase } from '../../support/db.ts';

const db = await testDatabase();
const now = new Date('2026-11-22T10:00:00Z');
const wish = (walletId: string, amountMinor: bigint): CapWish =>
  capWish({ walletId, level: 'FULL', kind: 'TRANSFER', currency: 'RUB', amountMinor }, []);
const usage = async (walletId: string) =>
  (
    await db.pool.query('SELECT kind, spent_minor, count FROM limit_usage WHERE wallet_id = $1 ORDER BY kind', [
      walletId,
    ])
  ).rows;

/** Decides on movements of one wallet as a group does; answers which of them take place. */
const decided = (wishes: CapWish[]) =>
  sqlTransaction(db, async (sql) => {
    const caps = await reserveCaps(sql, wishes, now);
    const answers = wishes.map((one) => {
      try {
        caps.check(one);
      } catch (error) {
        expect(error).toBeInstanceOf(LimitExceededError);
        return false;
      }
      caps.count(one);
      return true;
    });
    await caps.settle(sql);
    return answers;
  });

test('Amounts that no cap allows, together more than a number can be, are refused one by one and hold nobody up.', async () => {
  const walletId = newId('Wallet');
  const huge = Array.from({ length: 100 }, () => wish(walletId, MAX_MINOR));
  expect(await decided([...huge, wish(walletId, 700n)])).toEqual([...huge.map(() => false), true]);
  expect(await usage(walletId)).toEqual([
    { kind: 'TRANSFER', spent_minor: '700', count: 1 },
    { kind: 'TURNOVER', spent_minor: '700', count: 1 },
  ]);
  expect(await decided([wish(walletId, MAX_MINOR), wish(walletId, 1n)])).toEqual([false, true]);
  expect((await usage(walletId)).map(({ spent_minor, count }) => [spent_minor, count])).toEqual([
    ['701', 2],
    ['701', 2],
  ]);
});

test('Where nothing takes place, no use of a cap is written down.', async () => {
  const walletId = newId('Wallet');
  expect(await decided([wish(walletId, MAX_MINOR), wish(walletId, MAX_MINOR)])).toEqual([false, false]);
  expect(await usage(walletId)).toEqual([]);
});
