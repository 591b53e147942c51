import { randomBytes } from 'node:crypto';
import { fromUUIDBytes, TypeID } from 'typeid-js';
import { expect, test } from 'vitest';
import { type IdKind, idFloor, idOf, idPrefixes, isId, newId } from '../../src/lib/ids.ts';

const kinds = Object.keys(idPrefixes) as IdKind[];

test('An id says what it is of, and is of nothing else.', () => {
  expect(new Set(Object.values(idPrefixes)).size).toBe(kinds.length);
  for (const kind of kinds) {
    const id = newId(kind);
    expect(id).toMatch(new RegExp(`^${idPrefixes[kind]}_[0-9a-hjkmnp-tv-z]{26}$`));
    expect(kinds.filter((other) => isId(other, id))).toEqual([kind]);
  }
});

test('Ids sort in the order in which they were made, also within a millisecond.', () => {
  const ids = Array.from({ length: 5_000 }, () => newId('Payment'));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test('Bytes become the id that the library of TypeIDs makes of them.', () => {
  const some = [Buffer.alloc(16), Buffer.alloc(16, 0xff), ...Array.from({ length: 500 }, () => randomBytes(16))];
  const alike = kinds.flatMap((kind) =>
    some.map((bytes) => [idOf(kind, bytes), fromUUIDBytes(idPrefixes[kind], bytes)]),
  );
  expect(alike.filter(([ours, theirs]) => ours !== theirs)).toEqual([]);
});

test('A new id is a UUIDv7 of the present millisecond: version and variant stand in their bits, the rest differs.', () => {
  const before = Date.now();
  const made = Array.from({ length: 20_000 }, () => TypeID.fromString(newId('Payment')).toUUIDBytes());
  const seen = { or: Buffer.alloc(16), and: Buffer.alloc(16, 0xff) };
  for (const bytes of made) {
    const at = Buffer.from(bytes).readUIntBE(0, 6);
    expect(at >= before && at <= Date.now()).toBe(true);
    expect([bytes[6] ?? 0, bytes[8] ?? 0].map((byte, index) => byte >> (index ? 6 : 4))).toEqual([7, 2]);
    bytes.forEach((byte, index) => {
      seen.or[index] = (seen.or[index] ?? 0) | byte;
      seen.and[index] = (seen.and[index] ?? 0) & byte;
    });
  }
  // each of the 42 random bits is sometimes set and sometimes not
  expect([...seen.or.subarray(11)]).toEqual(Array(5).fill(0xff));
  expect([...seen.and.subarray(11)]).toEqual(Array(5).fill(0));
  expect([(seen.or[10] ?? 0) & 3, (seen.and[10] ?? 0) & 3]).toEqual([3, 0]);
});

test('An id begins with its millisecond: the floor of an instant parts the ids before it from those after.', () => {
  const before = Date.now();
  const id = newId('JournalEntry');
  const after = Date.now() + 1;
  expect(idFloor('JournalEntry', new Date(before)) <= id).toBe(true);
  expect(idFloor('JournalEntry', new Date(after)) > id).toBe(true);
  // the example of the TypeID specification: 01890a5d-ac96-774b-bcce-b302099a8057
  const at = new Date(0x01890a5dac96);
  expect(idFloor('Payment', at)).toBe('pay_01h455vb4p');
  expect(idFloor('Payment', new Date(0))).toBe('pay_0000000000');
});

test.each([
  '',
  'pay',
  'pay_',
  'pay_0',
  'PAY_01h2xcejqtf2nbrexx3vqjhp41',
  'pay_01h2xcejqtf2nbrexx3vqjhp4',
  'pay_81h2xcejqtf2nbrexx3vqjhp41',
  'pay_01h2xcejqtf2nbrexx3vqjhpil',
  'wal_01h2xcejqtf2nbrexx3vqjhp41',
])('"%s" is no id of a payment.', (text) => expect(isId('Payment', text)).toBe(false));
