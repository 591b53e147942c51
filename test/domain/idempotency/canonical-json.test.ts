import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../../src/domain/idempotency/canonical-json.ts';

/** The same value with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, shuffled(member)]),
  );
}

/** Without what JSON cannot say or what means "left out". */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}

const anyInput = fc.jsonValue({ maxDepth: 4 });

test('Equal inputs give equal texts, whatever the order of their fields.', () => {
  fc.assert(
    fc.property(anyInput, (value) => {
      expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
    }),
  );
});

test('The text is JSON of the same value, so different inputs give different texts.', () => {
  fc.assert(
    fc.property(anyInput, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(plain(value))));
    }),
  );
});

test.each([
  [{ b: 1, a: undefined, c: null }, '{"b":1}'],
  [
    { at: new Date(0), minor: 12345678901234567890n },
    '{"at":"1970-01-01T00:00:00.000Z","minor":"12345678901234567890"}',
  ],
  [[undefined, null], '[null,null]'],
  [{ '"': { é: 'x' } }, '{"\\"":{"é":"x"}}'],
  [undefined, 'null'],
])('%o is written as %s.', (value, text) => expect(canonicalJson(value)).toBe(text));
