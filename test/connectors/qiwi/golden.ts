import { readGolden } from '../golden.ts';
import type { Script } from '../stub.ts';

export type { Golden } from '../golden.ts';

/** 100.50 and 100.5 are one number to QIWI, and "100.5" is another thing. */
const trimmed = (digits: string) => digits.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');

/** The golden examples of the contract (section 5, appendix A.4). */
export const { golden, answerOf, documented, sent } = readGolden(
  'qiwi',
  ['wallet', 'history', 'payments', 'invoices', 'hooks', 'cards'],
  trimmed,
);

/** An empty answer. */
export const empty = (status: number): Script => ({ status, body: '' });

export const rub = (minor: bigint) => ({ minor, currency: 'RUB' });
