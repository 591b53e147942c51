/** ISO 4217: alphabetic code, numeric code, and how many decimals an amount has. */
export interface CurrencyInfo {
  code: string;
  numeric: string;
  scale: number;
}

const table: [code: string, numeric: string, scale: number][] = [
  ['AED', '784', 2],
  ['AMD', '051', 2],
  ['AZN', '944', 2],
  ['BYN', '933', 2],
  ['CHF', '756', 2],
  ['CNY', '156', 2],
  ['CZK', '203', 2],
  ['EUR', '978', 2],
  ['GBP', '826', 2],
  ['GEL', '981', 2],
  ['INR', '356', 2],
  ['JPY', '392', 0],
  ['KGS', '417', 2],
  ['KRW', '410', 0],
  ['KWD', '414', 3],
  ['KZT', '398', 2],
  ['MDL', '498', 2],
  ['PLN', '985', 2],
  ['RUB', '643', 2],
  ['TJS', '972', 2],
  ['TMT', '934', 2],
  ['TRY', '949', 2],
  ['UAH', '980', 2],
  ['USD', '840', 2],
  ['UZS', '860', 2],
  ['VND', '704', 0],
];

const byCode = new Map(table.map(([code, numeric, scale]) => [code, { code, numeric, scale }]));
const byNumeric = new Map(table.map(([code, numeric, scale]) => [numeric, { code, numeric, scale }]));

/** The currency with this alphabetic code, or undefined when we do not know it. */
export const currencyByCode = (code: string): CurrencyInfo | undefined => byCode.get(code);

/** The currency with this numeric code (three digits, leading zeros kept), or undefined. */
export const currencyByNumeric = (numeric: string): CurrencyInfo | undefined => byNumeric.get(numeric.padStart(3, '0'));

/** Every alphabetic code that we know, in alphabetical order. */
export const currencyCodes = table.map(([code]) => code);
