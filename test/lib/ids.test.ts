import { expect, test } from 'vitest';
import { type IdKind, idFloor, idPrefixes, isId, newId } from '../../src/lib/ids.ts';

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
