import fc from 'fast-check';
import { expect, test } from 'vitest';
import { searchColumns, searchOf } from '../../../src/domain/service/search-text.ts';

/** As the database compares: all pieces are there, and every word. */
function finds(typed: string, name: string, keywords: string | null = null): boolean {
  const { text, grams } = searchColumns(name, keywords);
  const search = searchOf(typed);
  if (!search) return true;
  const plain = (word: string) => word.replace(/\\([\\%_])/g, '$1');
  return search.grams.every((gram) => grams.includes(gram)) && search.words.every((word) => text.includes(plain(word)));
}

test.each([
  ['мегафон', 'МегаФон', null, true],
  ['MEGAFON', 'МегаФон', 'мегафон, megafon', true],
  ['гафо', 'МегаФон', null, true],
  ['пчёлайн', 'Билайн', 'пчелайн', true],
  ['москва жку', 'ЖКУ Москва', null, true],
  ['те', 'Теле2', null, true],
  ['мегафон интернет', 'МегаФон', null, false],
  ['%', 'МТС', null, false],
  ['100%', 'Скидка 100%', null, true],
  ['  ', 'МТС', null, true],
])('%j in %j, %j: %s', (typed, name, keywords, found) => {
  expect(finds(typed, name, keywords)).toBe(found);
});

test('Whatever stands inside a name finds it, however it is cut.', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
      fc.nat(30),
      fc.nat(30),
      (name, from, to) => {
        const { text } = searchColumns(name, null);
        const piece = [...text].slice(Math.min(from, to), Math.max(from, to)).join('');
        expect(finds(piece, name)).toBe(true);
      },
    ),
  );
});

test('Long names and keywords are kept within what an index can hold.', () => {
  const { text, sort } = searchColumns('ж'.repeat(5_000), 'к'.repeat(5_000));
  expect([text.length, sort.length]).toEqual([2_000, 200]);
});
