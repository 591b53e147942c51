import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currencyByCode, currencyByNumeric, currencyCodes } from '../../src/money/currency.ts';
import { Decimal, percentOf, priceIn, product, shareOf } from '../../src/money/decimal.ts';
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

  test.each([
    [100n, '0.5', 1n],
    [99n, '0.5', 0n],
    [300n, '0.5', 2n],
    [-100n, '0.5', -1n],
    [90_071_992_547_409_930n, '0.1', 90_071_992_547_410n],
    [1_000n, '0', 0n],
  ])('Of %d minor units %s percent are %d, half up.', (minor, percent, part) =>
    expect(percentOf(minor, percent)).toBe(part),
  );

  test('Decimals keep the kopecks of a sum of twenty digits.', () => {
    expect(new Decimal('12345678901234567890.12').plus('0.01').toString()).toBe('12345678901234567890.13');
  });
});

describe('Products', () => {
  test.each([
    [5n, '0.5', 2n, 3n],
    [7n, '0.5', 4n, 4n],
    [-5n, '0.5', -2n, -3n],
    [1n, '0.4999999999999999999999999', 0n, 0n],
    [1n, '0.5000000000000000000000001', 1n, 1n],
    [99_999_999_999_999_999_999n, '1', 99_999_999_999_999_999_999n, 99_999_999_999_999_999_999n],
    [0n, '75.5102', 0n, 0n],
  ])('%d times %s: a half goes to the even neighbour (%d), or away from zero (%d).', (minor, factor, even, up) => {
    expect(product(minor, factor, 'HALF_EVEN')).toBe(even);
    expect(product(minor, factor, 'HALF_UP')).toBe(up);
  });

  test('Whichever way, it is off by half a minor unit at most, and both ways differ by a half only.', () => {
    const factor = fc.tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 999_999 }));
    fc.assert(
      fc.property(fc.bigInt({ min: -MAX_MINOR, max: MAX_MINOR }), factor, (minor, [whole, millionths]) => {
        const exact = minor * (BigInt(whole) * 1_000_000n + BigInt(millionths));
        const text = `${whole}.${String(millionths).padStart(6, '0')}`;
        const off = (rounding: 'HALF_EVEN' | 'HALF_UP') => product(minor, text, rounding) * 1_000_000n - exact;
        for (const rounding of ['HALF_EVEN', 'HALF_UP'] as const)
          expect(off(rounding) <= 500_000n && off(rounding) >= -500_000n).toBe(true);
        if (off('HALF_EVEN') !== off('HALF_UP')) expect(off('HALF_EVEN')).toBe(-off('HALF_UP'));
      }),
    );
  });
});

describe('Prices in another currency', () => {
  test.each([
    ['10.00 USD at 75.5102 RUB', { minor: 1_000n, currency: 'USD' }, '75.5102', { minor: 75_510n, currency: 'RUB' }],
    ['a kopeck more from half on', { minor: 50n, currency: 'USD' }, '1.01', { minor: 51n, currency: 'RUB' }],
    ['yen have no decimals', { minor: 100n, currency: 'JPY' }, '0.61', { minor: 6_100n, currency: 'RUB' }],
    ['and are bought whole', { minor: 6_149n, currency: 'RUB' }, '1.6394', { minor: 101n, currency: 'JPY' }],
    ['dinars have three', { minor: 1_000n, currency: 'KWD' }, '250.005', { minor: 25_001n, currency: 'RUB' }],
    ['nothing costs nothing', { minor: 0n, currency: 'EUR' }, '90', { minor: 0n, currency: 'RUB' }],
  ])('%s', (_what, amount, rate, price) => expect(priceIn(price.currency, amount, rate)).toEqual(price));

  test('A currency that is not handled here has no price.', () => {
    expect(() => priceIn('XXX', { minor: 1n, currency: 'RUB' }, '1')).toThrow(AmountError);
    expect(() => priceIn('RUB', { minor: 1n, currency: 'XXX' }, '1')).toThrow(AmountError);
  });
});
