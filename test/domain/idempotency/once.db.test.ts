import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { transaction } from '../../../src/db/transaction.ts';
import { once } from '../../../src/domain/idempotency/once.ts';
import { createVault } from '../../../src/lib/crypto.ts';
import { newId } from '../../../src/lib/ids.ts';
import { testDatabase } from '../../support/db.ts';

const db = await testDatabase();
const vault = createVault({ current: { id: 1, bytes: randomBytes(32) }, others: [] }, randomBytes(32));
const partnerId = newId('Partner');
await db.prisma.partner.create({ data: { id: partnerId, name: 'Shop' } });
const server = { kind: 'PARTNER' as const, partnerId, apiKeyId: 'key_1', scopes: new Set<never>() };
const claim = (key: string, resultId: string) => ({ operation: 'transferCreate', key, input: { a: 1 }, resultId });

test('A claim answers its own id the first time, and that id ever after.', async () => {
  const first = await transaction(db, (tx) => once(tx, { vault }, server, claim('one', 'pay_1')));
  const second = await transaction(db, (tx) => once(tx, { vault }, server, claim('one', 'pay_2')));
  expect([first, second]).toEqual([
    { replayed: false, resultId: 'pay_1' },
    { replayed: true, resultId: 'pay_1' },
  ]);
});

test('Keys of other mutations and of other customers never meet.', async () => {
  const customer = {
    kind: 'CUSTOMER' as const,
    partnerId,
    customerId: 'cus_1',
    scopes: new Set<never>(),
    expiresAt: new Date(),
  };
  const others = [
    transaction(db, (tx) => once(tx, { vault }, server, { ...claim('two', 'pay_1'), operation: 'payoutCreate' })),
    transaction(db, (tx) => once(tx, { vault }, server, claim('two', 'pay_2'))),
    transaction(db, (tx) => once(tx, { vault }, customer, claim('two', 'pay_3'))),
    transaction(db, (tx) => once(tx, { vault }, { ...customer, customerId: 'cus_2' }, claim('two', 'pay_4'))),
  ];
  expect((await Promise.all(others)).map(({ replayed }) => replayed)).toEqual([false, false, false, false]);
});

test('The patience for a key is not the patience for the work: its locks wait as long as the database lets them.', async () => {
  const patience = await transaction(db, async (tx) => {
    await once(tx, { vault }, server, claim('three', 'pay_1'));
    return tx.$queryRaw<{ lock_timeout: string }[]>`SHOW lock_timeout`;
  });
  expect(patience).toEqual([{ lock_timeout: '0' }]);
});

test('Work that fails leaves the key free.', async () => {
  const failed = transaction(db, async (tx) => {
    await once(tx, { vault }, server, claim('four', 'pay_1'));
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect(await transaction(db, (tx) => once(tx, { vault }, server, claim('four', 'pay_2')))).toMatchObject({
    replayed: false,
  });
});
