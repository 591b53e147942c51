import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvariantError } from '../../src/lib/assert.ts';
import { createVault, sha256 } from '../../src/lib/crypto.ts';

const master = randomBytes(32);
const vault = createVault(master);
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
    const other = createVault(randomBytes(32), keyId);
    expect(() => vault.open(other.seal('x', 'c'), 'c')).toThrow(InvariantError);
  }
  expect(() => createVault(master, 2).open(sealed, 'customer.person:cus_1')).toThrow('unknown key');
});

test('A fingerprint finds equal texts, and says nothing without the key.', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  expect(hex(vault.fingerprint('+79261111111'))).toBe(hex(createVault(master).fingerprint('+79261111111')));
  expect(hex(vault.fingerprint('+79261111111'))).not.toBe(hex(vault.fingerprint('+79261111112')));
  expect(hex(createVault(randomBytes(32)).fingerprint('+79261111111'))).not.toBe(
    hex(vault.fingerprint('+79261111111')),
  );
  expect(hex(vault.fingerprint('+79261111111'))).not.toBe(sha256('+79261111111'));
});
