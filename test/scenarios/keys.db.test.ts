import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import {
  CreateTransferDocument,
  CustomerDocument,
  IdentifyCustomerDocument,
  WalletPageDocument,
} from '../../schema/operations.ts';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { sealedUnder } from '../../src/lib/crypto.ts';
import { koshel, newDataFolder } from '../cli/support.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { done, newPhone, openShop, rub, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';

/** A master key is changed while gateways run, as docs/operating.md has it. */

const [one, two] = [randomBytes(32).toString('hex'), randomBytes(32).toString('base64')];
const old = await startTestApp({ env: { ENCRYPTION_KEY: one, DECRYPTION_KEYS: `2:${two}` } });
const env = { DATABASE_URL: old.config.databaseUrl ?? '', ADMIN_KEY: old.config.adminKey };
const rotating = { ...env, ENCRYPTION_KEY: `2:${two}`, DECRYPTION_KEYS: `1:${one}` };
const folder = newDataFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shop = await openShop(old);
const person = { firstName: 'Anastasia', lastName: 'Krylova', email: 'krylova@example.com' };
const anna = await shop.customer({ person });
const phone = newPhone();
const wallet = await shop.wallet({ owner: anna, phone });
const payer = await shop.wallet({ holds: '100' });
const input = { idempotencyKey: unique('keys'), fromWalletId: payer, to: { phone }, amount: rub('10'), confirm: true };

/** A transfer to the phone, the same each time: found by its fingerprint, and a replay by that of its input. */
async function pay(gateway: TestApp) {
  const { transferCreate } = await run(gateway, shop.apiKey)(CreateTransferDocument, { input });
  const { payment, replayed } = done(transferCreate, 'TransferCreateSuccess');
  return { id: payment.id, replayed };
}

async function seen(gateway: TestApp) {
  const call = run(gateway, shop.apiKey);
  const [{ customer }, page] = [
    await call(CustomerDocument, { id: anna.id }),
    await call(WalletPageDocument, { id: wallet }),
  ];
  return { lastName: customer?.person?.lastName, phone: page.wallet?.phone };
}

const keysInUse = async () => {
  const { rows } = await old.deps.db.pool.query<{ sealed: Buffer }>(
    'SELECT person_sealed AS sealed FROM customer WHERE person_sealed IS NOT NULL UNION ALL SELECT phone_sealed FROM wallet WHERE phone_sealed IS NOT NULL',
  );
  return new Set(rows.map(({ sealed }) => sealedUnder(sealed)));
};

test('A key is changed while gateways run: what is sealed stays readable, phones are found, replays are known.', async () => {
  const { id } = await pay(old);
  const next = await startTestApp({ env: rotating });
  expect(await seen(next)).toEqual({ lastName: 'Krylova', phone });
  expect(await pay(next)).toEqual({ id, replayed: true });

  // the new gateway writes under the new key, and the old one reads it
  const change = { customerId: anna.id, level: 'FULL' as const, person: { lastName: 'Petrova' } };
  await run(next, shop.apiKey)(IdentifyCustomerDocument, { input: change });
  expect(await seen(old)).toEqual({ lastName: 'Petrova', phone });
  expect(await keysInUse()).toEqual(new Set([1, 2]));

  const command = koshel(['keys', 'rotate'], { ...rotating, DATA_DIR: folder });
  expect(await command.ended).toBe(0);
  expect(command.stdout()).toMatch(/✓ wallet\.phone_sealed +1 under key 2, 1 of them new\n/);
  expect(command.stdout()).toMatch(/✓ customer\.person_sealed +1 under key 2, 0 of them new\n/);
  expect(command.stdout()).toMatch(/Everything is under key 2; \d+ values were sealed anew\. .*\n$/);
  expect(command.stdout()).not.toContain('Petrova');
  expect(await keysInUse()).toEqual(new Set([2]));

  const alone = await startTestApp({ env: { ...env, ENCRYPTION_KEY: `2:${two}` } });
  for (const gateway of [old, next, alone]) {
    expect(await seen(gateway)).toEqual({ lastName: 'Petrova', phone });
    expect(await pay(gateway)).toEqual({ id, replayed: true });
  }
});

test('While a gateway still seals under the old key, the command says so and ends with 1.', async () => {
  await shop.wallet({ phone: newPhone() });
  const command = koshel(['keys', 'rotate'], { ...env, DATA_DIR: folder, ENCRYPTION_KEY: `2:${two}` });
  expect(await command.ended).toBe(1);
  expect(command.stdout()).toMatch(
    /✗ wallet\.phone_sealed +1 under key 2, 0 of them new, 1 under key 1\n {4}wallet\.phone:wal_\w+ does not open\n/,
  );
  expect(command.stdout()).toContain('Not done: there are values under key 1. Values that do not open need the key');
});

test('A gateway with another key than the database’s does not start.', async () => {
  const config = loadConfig({ ...env, SANDBOX: 'off', PORT: '0', DATA_DIR: folder, ENCRYPTION_KEY: one });
  await expect(startApp(config)).rejects.toThrow('sealed under key 2, and ENCRYPTION_KEY is key 1. Add 2:<key>');
});
