import { expect, test } from 'vitest';
import { type Sql, sqlTransaction } from '../../../src/db/sql-transaction.ts';
import { claimKeys, type KeyClaim } from '../../../src/domain/idempotency/claim-many.ts';
import { newId } from '../../../src/lib/ids.ts';
import { testDatabase } from '../../support/db.ts';

const db = await testDatabase();
const partnerId = newId('Partner');
await db.prisma.partner.create({ data: { id: partnerId, name: 'Shop' } });
const claim = (key: string, resultId: string, fingerprint = 'f'): KeyClaim => ({
  ...{ partnerId, actor: 'server', operation: 'transferCreate' },
  ...{ key, fingerprint, resultId },
});
const claimAll = (claims: KeyClaim[]) => sqlTransaction(db, (sql) => claimKeys(sql, claims));

test('Each of many claims is answered by itself: new ones with nothing, used ones with what they were used for.', async () => {
  const first = claim('b', 'pay_1');
  expect(await claimAll([first, claim('a', 'pay_2')])).toEqual([null, null]);
  const answers = await claimAll([claim('c', 'pay_3'), claim('b', 'pay_4', 'other'), claim('d', 'pay_5')]);
  expect(answers).toEqual([null, first, null]);
});

test('A key that is freed just after it was found in use is not taken for claimed: nothing may be done for it now.', async () => {
  await claimAll([claim('freed', 'pay_1')]);
  const again = sqlTransaction(db, (sql) => {
    const freeing: Sql = {
      async rows(statement, values) {
        const rows = await sql.rows(statement, values);
        // a payment that its provider refused is forgotten together with its key
        if (statement.name === 'claim_keys') await db.prisma.idempotencyKey.deleteMany({ where: { key: 'freed' } });
        return rows as never;
      },
    };
    return claimKeys(freeing, [claim('freed', 'pay_2')]);
  });
  await expect(again).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
  expect(await claimAll([claim('freed', 'pay_2')])).toEqual([null]);
  expect(await claimAll([claim('freed', 'pay_3')])).toEqual([claim('freed', 'pay_2')]);
});
