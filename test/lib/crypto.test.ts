import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvariantError } from '../../src/lib/assert.ts';
import { createVault, firstFingerprintKey, type MasterKey, sealedUnder, sha256 } from '../../src/lib/crypto.ts';

const hashKey = randomBytes(32);
const newKey = (id: number): MasterKey => ({ id, bytes: randomBytes(32) });
const master = newKey(1);
const vault = createVault({ current: master, others: [] }, hashKey);
const sealed = vault.seal('Anna Krylova', 'customer.person:cus_1');

test('Whatever was sealed opens in its own place, and the same text is sealed differently each time.', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
      const [one, two] = [vault.seal(text, context), vault.seal(text, context)];
      expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
      expect([vault.open(one, context), vault.open(two, context)]).toEqual([text, text]);
    }),
  );
});

test('A value that was moved to another row or column does not open.', () => {
  for (const context of ['customer.person:cus_2', 'wallet.phone:cus_1', '']) {
    expect(() => vault.open(sealed, context)).toThrow(InvariantError);
  }
});

test('A value of which one bit was changed, or a byte cut off, does not open.', () => {
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => vault.open(changed, 'customer.person:cus_1')).toThrow(InvariantError);
    expect(() => vault.open(sealed.subarray(0, at), 'customer.person:cus_1')).toThrow(InvariantError);
  }
});

test('A value sealed under another master key does not open, whatever id that key has.', () => {
  for (const keyId of [1, 2]) {
    const other = createVault({ current: newKey(keyId), others: [] }, hashKey);
    expect(() => vault.open(other.seal('x', 'c'), 'c')).toThrow(InvariantError);
  }
  const renamed = createVault({ current: { ...master, id: 2 }, others: [] }, hashKey);
  expect(() => renamed.open(sealed, 'customer.person:cus_1')).toThrow('unknown key, 1');
});

test('With several keys everything is sealed under the current one, and what any of them sealed opens.', () => {
  const newer = newKey(200);
  const both = createVault({ current: newer, others: [master] }, hashKey);
  const fresh = both.seal('Anna Krylova', 'customer.person:cus_1');
  expect([sealedUnder(sealed), sealedUnder(fresh), both.keyId, [...both.opens].sort()]).toEqual([
    1,
    200,
    200,
    [1, 200],
  ]);
  for (const value of [sealed, fresh]) expect(both.open(value, 'customer.person:cus_1')).toBe('Anna Krylova');
  const waiting = createVault({ current: master, others: [newer] }, hashKey);
  expect(waiting.open(fresh, 'customer.person:cus_1')).toBe('Anna Krylova');
  expect(sealedUnder(waiting.seal('x', 'c'))).toBe(1);
});

test('A fingerprint finds equal texts whatever the master keys, and says nothing without its own key.', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const phone = '+79261111111';
  const rotated = createVault({ current: newKey(2), others: [master] }, hashKey);
  expect(hex(vault.fingerprint(phone))).toBe(hex(rotated.fingerprint(phone)));
  expect(hex(vault.fingerprint(phone))).not.toBe(hex(vault.fingerprint('+79261111112')));
  const elsewhere = createVault({ current: master, others: [] }, randomBytes(32));
  expect(hex(elsewhere.fingerprint(phone))).not.toBe(hex(vault.fingerprint(phone)));
  expect(hex(vault.fingerprint(phone))).not.toBe(sha256(phone));
});

test('What a database hashed before it kept a key of its own is found again.', () => {
  const old = { id: 1, bytes: Buffer.alloc(32, 7) };
  const kept = createVault({ current: old, others: [] }, firstFingerprintKey(old));
  expect(Buffer.from(kept.fingerprint('+79261111111')).toString('hex')).toBe(
    '9094c66e46ed215ae80339622e16d9f947e22957413a3e4f129ce9cfddcdd09e',
  );
});
