import { randomBytes, randomInt } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { LedgerAccount, Payment, Wallet, WalletAccount } from '../../src/db/generated/client.ts';
import * as enums from '../../src/db/generated/enums.ts';
import { getDatamodel } from '../../src/db/generated/pothos.ts';
import type { TenantViewer } from '../../src/domain/access/viewer.ts';
import { readHistory } from '../../src/domain/payment/read-pages.ts';
import { visiblePayments } from '../../src/domain/payment/store.ts';
import type { SealedPhone } from '../../src/domain/wallet/phone.ts';
import { readWallets } from '../../src/domain/wallet/read-wallets.ts';
import { findWallet } from '../../src/domain/wallet/store.ts';
import { walletBalances } from '../../src/ledger/balance.ts';
import { newId } from '../../src/lib/ids.ts';
import { testDatabase } from '../support/db.ts';

/**
 * The reads that are written by hand answer what Prisma answers, column by column and row by row, for every viewer, also when many
 * viewers share one statement. The rows are random; nothing in this database keeps them from being so.
 */

const db = await testDatabase();

const models = getDatamodel().datamodel.models as Record<string, { fields: readonly Field[] } | undefined>;
interface Field {
  name: string;
  type: string;
  kind: string;
  isRequired: boolean;
}

/** A value of the column's type; null now and then where it may be. */
function anything({ name, type, kind, isRequired }: Field): unknown {
  if (!isRequired && randomInt(3) === 0) return null;
  if (kind === 'enum') {
    const values = Object.values((enums as Record<string, unknown>)[type] as Record<string, string>);
    return values[randomInt(values.length)];
  }
  switch (type) {
    case 'String':
      return `${name} "\\ {,'\n\u00a0ж😀${randomInt(1000)}`;
    case 'Int':
      return randomInt(1_000_000);
    case 'BigInt':
      return BigInt(randomInt(2 ** 40)) * (randomInt(2) ? 90_000n : -1n);
    case 'Boolean':
      return randomInt(2) === 0;
    case 'Bytes':
      return Uint8Array.from(randomBytes(randomInt(60)));
    case 'DateTime':
      return new Date(randomInt(2 ** 40) * (randomInt(4) ? 1 : -1));
    default:
      throw new Error(`no random ${type}`);
  }
}

/** A row whose columns are all random, but for those that are given. */
function randomRow<Row>(model: string, given: Partial<Row>): Row {
  const fields = models[model]?.fields.filter(({ kind }) => kind !== 'object') ?? [];
  return { ...Object.fromEntries(fields.map((field) => [field.name, anything(field)])), ...given } as Row;
}

const one = <T>(list: readonly T[]): T => list[randomInt(list.length)] as T;
const partners = ['par_one', 'par_two'];
const customers = ['cus_ann', 'cus_bob'];
const wallets: Wallet[] = [];

/** Everybody who may ask. */
const viewers: TenantViewer[] = partners.flatMap((partnerId): TenantViewer[] => [
  { kind: 'PARTNER', partnerId, apiKeyId: 'key_0', scopes: new Set() },
  ...customers.map((customerId) => ({
    ...{ kind: 'CUSTOMER' as const, partnerId, customerId, scopes: new Set<never>() },
    expiresAt: new Date(),
  })),
]);

beforeAll(async () => {
  // rows are to be random: what forbids some of them is not the subject here
  await db.pool.query(`DO $$ DECLARE t regclass; c name; BEGIN
    FOREACH t IN ARRAY ARRAY['wallet', 'payment', 'wallet_account', 'ledger_account']::regclass[] LOOP
      FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = t AND contype IN ('c', 'f')
      LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', t, c); END LOOP;
      EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', t);
    END LOOP; END $$`);
  for (let index = 0; index < 12; index += 1) {
    const given = { id: newId('Wallet'), partnerId: one(partners), customerId: one([...customers, null]) };
    wallets.push(randomRow<Wallet>('Wallet', { ...given, number: `${index}`, providerAccountId: `pac_${index}` }));
  }
  await db.prisma.wallet.createMany({ data: wallets });
  for (const { id: walletId, partnerId, house } of wallets) {
    for (const currency of ['RUB', 'USD', 'KZT'].slice(randomInt(3))) {
      const id = newId('LedgerAccount');
      const counters = { id, code: id, partnerId, currency, walletId: house ? null : walletId };
      await db.prisma.ledgerAccount.create({ data: randomRow<LedgerAccount>('LedgerAccount', counters) });
      const kept = { walletId, currency, ledgerAccountId: id };
      await db.prisma.walletAccount.create({ data: randomRow<WalletAccount>('WalletAccount', kept) });
    }
  }
  const payments = Array.from({ length: 600 }, (_, index) => {
    const source = one([...wallets, null]);
    const destination = one([...wallets, null]);
    const ids = { id: newId('Payment'), partnerId: source?.partnerId ?? destination?.partnerId ?? one(partners) };
    const sides = { sourceWalletId: source?.id ?? null, destinationWalletId: destination?.id ?? null };
    const owners = { sourceCustomerId: one([...customers, null]), destinationCustomerId: one([...customers, null]) };
    const unique = { idempotencyKey: `${index}`, reference: null, destinationReference: null };
    const lines = { historyReference: null, reversalReference: null };
    return randomRow<Payment>('Payment', { ...ids, ...sides, ...owners, ...unique, ...lines });
  });
  await db.prisma.payment.createMany({ data: payments });
  await db.prisma.payment.updateMany({
    where: { id: payments[0]?.id ?? '' },
    data: { reference: 'r', destinationReference: 'd', historyReference: 'h', reversalReference: 'v' },
  });
});

test('A wallet, its currencies and its balances are what Prisma reads, and for whom Prisma reads them.', async () => {
  const asked = viewers.flatMap((viewer) => wallets.map(({ id }) => ({ viewer, id })));
  // all at once, so that every viewer shares statements with all others
  const found = await Promise.all(asked.map(({ viewer, id }) => readWallets(db, viewer, [id])));
  let seen = 0;
  for (const [index, { viewer, id }] of asked.entries()) {
    const expected = await findWallet(db.prisma, viewer, id);
    const [wallet = null] = found[index] ?? [];
    if (!expected) {
      expect(wallet).toBeNull();
      continue;
    }
    seen += 1;
    const byCurrency = (a: { currency: string }, b: { currency: string }) => (a.currency < b.currency ? -1 : 1);
    expect(wallet?.wallet).toEqual({ ...expected, accounts: expected.accounts.sort(byCurrency) });
    expect(Object.keys(wallet?.wallet ?? {}).sort()).toEqual(Object.keys(expected).sort());
    expect(wallet?.balances).toEqual((await walletBalances(db.prisma, [id])).get(id));
  }
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBeLessThan(asked.length);
});

test('Ids are answered in their order; an unknown one and another partner’s are null.', async () => {
  const [viewer] = viewers;
  if (!viewer) throw new Error('no viewer');
  const own = wallets.find(({ partnerId }) => partnerId === viewer.partnerId)?.id ?? '';
  const foreign = wallets.find(({ partnerId }) => partnerId !== viewer.partnerId)?.id ?? '';
  const found = await readWallets(db, viewer, [foreign, own, 'wal_none', own]);
  expect(found.map((each) => each?.wallet.id ?? null)).toEqual([null, own, null, own]);
});

test('A page of payments has the rows that Prisma reads for that viewer, whole, and the wallet of the other side.', async () => {
  const newest = wallets.map(({ id }) => id);
  const asked = viewers.flatMap((viewer) =>
    newest.map((walletId) => ({ viewer, walletId, after: null, take: 15, isBrief: false })),
  );
  const first = await Promise.all(asked.map((page) => readHistory(db, page)));
  const further = asked.map((page, index) => ({ ...page, after: first[index]?.[4]?.payment.id ?? 'pay_0', take: 7 }));
  const second = await Promise.all(further.map((page) => readHistory(db, page)));
  const brief = await Promise.all([...asked, ...further].map((page) => readHistory(db, { ...page, isBrief: true })));
  let compared = 0;
  for (const [index, page] of [...asked, ...further].entries()) {
    const read = [...first, ...second][index] ?? [];
    const { viewer, walletId, after, take } = page;
    const side = { OR: [{ sourceWalletId: walletId }, { destinationWalletId: walletId }] };
    const where = { AND: [side, visiblePayments(viewer), after ? { id: { lt: after } } : {}] };
    const expected = await db.prisma.payment.findMany({ where, orderBy: { id: 'desc' }, take });
    expect(read.map(({ payment }) => payment)).toEqual(expected);
    expect(brief[index]?.map(({ other }) => other && { ...other, phoneSealed: bytesOf(other.phoneSealed) })).toEqual(
      read.map(({ other }) => other),
    );
    for (const [at, { payment }] of (brief[index] ?? []).entries()) expectBrief(payment, expected[at]);
    for (const { payment, other } of read) {
      expect(Object.keys(payment).sort()).toEqual(Object.keys(expected[0] ?? {}).sort());
      const otherId = payment.sourceWalletId === walletId ? payment.destinationWalletId : payment.sourceWalletId;
      const wallet = wallets.find(({ id, partnerId }) => id === otherId && partnerId === viewer.partnerId);
      expect(other).toEqual(
        wallet ? { id: wallet.id, customerId: wallet.customerId, phoneSealed: wallet.phoneSealed } : null,
      );
      compared += 1;
    }
  }
  expect(compared).toBeGreaterThan(300);
});

/** A page has a sealed phone as a text with a character for each byte. */
const bytesOf = (sealed: SealedPhone | null): Uint8Array | null =>
  typeof sealed === 'string' ? new Uint8Array(Buffer.from(sealed, 'latin1')) : sealed;

/** What was read of it is the same; whatever else is asked of it stops who asks. */
function expectBrief(payment: Payment, whole: Payment | undefined): void {
  const read = new Set(Object.keys(payment));
  expect(read.size).toBe(21);
  for (const name of Object.keys(whole ?? {}) as (keyof Payment)[]) {
    if (read.has(name)) expect(payment[name]).toEqual(whole?.[name]);
    else expect(() => payment[name]).toThrow(`${name} of a payment was not read`);
  }
}
