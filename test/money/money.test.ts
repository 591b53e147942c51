import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currencyByCode, currencyByNumeric, currencyCodes } from '../../src/money/currency.ts';
import { Decimal, shareOf } from '../../src/money/decimal.ts';
import { AmountError, formatAmount, formatForPeople, MAX_MINOR, parseAmount } from '../../src/money/money.ts';

const anyCurrency = fc.constantFrom(...currencyCodes);
const anyMinor = fc.bigInt({ min: -MAX_MINOR, max: MAX_MINOR });

describe('Amounts', () => {
  test('What is formatted is read back as the same minor units, in every currency.', () => {
    fc.assert(
      fc.property(anyMinor, anyCurrency, (minor, currency) => {
        expect(parseAmount(formatAmount({ minor, currency }), currency)).toEqual({ minor, currency });
      }),
    );
  });

  test('A text has exactly the decimals of its currency.', () => {
    fc.assert(
      fc.property(anyMinor, anyCurrency, (minor, currency) => {
        const scale = currencyByCode(currency)?.scale ?? -1;
        const decimals = formatAmount({ minor, currency }).split('.')[1] ?? '';
        expect(decimals.length).toBe(scale);
      }),
    );
  });

  test.each([
    ['0', 'RUB', 0n],
    ['1237.5', 'RUB', 123750n],
    ['1237.50', 'RUB', 123750n],
    ['1237.500', 'RUB', 123750n],
    ['-0.05', 'RUB', -5n],
    ['007', 'JPY', 7n],
    ['7.0', 'JPY', 7n],
    ['1.234', 'KWD', 1234n],
    ['999999999999999.99', 'RUB', 99999999999999999n],
    ['1000000000000000.00', 'RUB', 100000000000000000n],
  ])('"%s" %s is %d minor units.', (text, currency, minor) => expect(parseAmount(text, currency).minor).toBe(minor));

  test.each([
    ['', 'RUB'],
    ['.5', 'RUB'],
    ['5.', 'RUB'],
    ['+5', 'RUB'],
    ['1e2', 'RUB'],
    ['1 000', 'RUB'],
    ['1_000', 'RUB'],
    ['0x10', 'RUB'],
    ['٣', 'RUB'],
    ['5\n', 'RUB'],
    ['NaN', 'RUB'],
    ['1.001', 'RUB'],
    ['0.1', 'JPY'],
    ['1.2345', 'KWD'],
    ['1000000000000000.01', 'RUB'],
    ['9'.repeat(24), 'RUB'],
    ['9'.repeat(10_000), 'RUB'],
    ['5', 'XXX'],
    ['5', '__proto__'],
  ])('%j %s is no amount.', (text, currency) => expect(() => parseAmount(text, currency)).toThrow(AmountError));

  test('People read it in their own way, exactly to the last kopeck of twenty digits.', () => {
    const money = { minor: 1234567890123456789n, currency: 'RUB' };
    expect(formatForPeople(money, 'en-US').replaceAll(/\s/g, ' ')).toBe('RUB 12,345,678,901,234,567.89');
    expect(formatForPeople({ minor: -5n, currency: 'JPY' }, 'en-US')).toBe('-¥5');
    expect(() => formatForPeople(money, '!!')).toThrow(RangeError);
  });
});

describe('Currencies', () => {
  test('A currency is found by its letters and by its digits.', () => {
    for (const code of currencyCodes) {
      const currency = currencyByCode(code);
      expect(currencyByNumeric(currency?.numeric ?? '')).toEqual(currency);
    }
    expect(currencyByNumeric('51')?.code).toBe('AMD');
    expect(currencyByCode('rub')).toBeUndefined();
    expect([...currencyCodes]).toEqual([...new Set(currencyCodes)].sort());
  });
});

describe('Shares', () => {
  test.each([
    [100n, 50, 0n],
    [300n, 50, 2n],
    [500n, 50, 2n],
    [700n, 50, 4n],
    [1n, 1000, 0n],
    [12345678901234567890n, 1, 1234567890123457n],
    [99999999999999999999n, 1000, 10000000000000000000n],
    [0n, 1000, 0n],
  ])('of %d minor units %d hundredths of a percent are %d, half to even.', (minor, basisPoints, share) =>
    expect(shareOf(minor, basisPoints)).toBe(share),
  );

  test('A share is never off by more than half a minor unit.', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX_MINOR }), fc.integer({ min: 0, max: 10_000 }), (minor, points) => {
        const off = shareOf(minor, points) * 10_000n - minor * BigInt(points);
        expect(off <= 5_000n && off >= -5_000n).toBe(true);
      }),
    );
  });

  test('Decimals keep the kopecks of a sum of twenty digits.', () => {
    expect(new Decimal('12345678901234567890.12').plus('0.01').toString()).toBe('12345678901234567890.13');
  });
});
