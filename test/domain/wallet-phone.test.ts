import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openPhone, sealPhone } from '../../src/domain/wallet/phone.ts';
import { createVault, type Vault } from '../../src/lib/crypto.ts';

/** A vault that counts what it opens. */
function countingVault(): { vault: Vault; opened: () => number } {
  const real = createVault({ current: { id: 1, bytes: randomBytes(32) }, others: [] }, randomBytes(32));
  let count = 0;
  const open: Vault['open'] = (sealed, context) => {
    count += 1;
    return real.open(sealed, context);
  };
  return { vault: { ...real, open }, opened: () => count };
}

test('A phone is opened once for the pages of a moment; another sealed value, and another wallet, are opened anew.', () => {
  const { vault, opened } = countingVault();
  const { phoneSealed } = sealPhone(vault, 'wal_a', '+79261111111');
  const again = Uint8Array.from(phoneSealed);
  expect([openPhone(vault, 'wal_a', phoneSealed), openPhone(vault, 'wal_a', again)]).toEqual([
    '+79261111111',
    '+79261111111',
  ]);
  expect(opened()).toBe(1);
  const changed = sealPhone(vault, 'wal_a', '+79262222222').phoneSealed;
  expect(openPhone(vault, 'wal_a', changed)).toBe('+79262222222');
  expect(opened()).toBe(2);
});

test('What was opened for one wallet does not open for another, nor after a byte has changed, nor by another vault.', () => {
  const { vault } = countingVault();
  const { phoneSealed } = sealPhone(vault, 'wal_a', '+79261111111');
  expect(openPhone(vault, 'wal_a', phoneSealed)).toBe('+79261111111');
  expect(() => openPhone(vault, 'wal_b', phoneSealed)).toThrow('does not open');
  const damaged = Uint8Array.from(phoneSealed);
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  expect(() => openPhone(vault, 'wal_a', damaged)).toThrow('does not open');
  expect(() => openPhone(countingVault().vault, 'wal_a', phoneSealed)).toThrow('does not open');
});
