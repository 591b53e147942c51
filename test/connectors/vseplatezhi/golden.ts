import { readGolden } from '../golden.ts';

/** The golden examples of the contract (section 5). */
export const { answerOf, documented, sent } = readGolden('vseplatezhi', ['examples']);

/** A refusal as V-16 has it, with another code. */
export const refusalOf = (code: string) => answerOf('V-16', { status: 500, replace: [['INSUFFICIENT_FUNDS', code]] });

export const WALLET = '3b9f6a52-7c1e-4d0a-9f4e-2a6d5c8b7e10';
export const TOKEN = 'd2c7a8f1-5e64-4b39-a0d3-91f8b6e4c725';
export const MERCHANT = 'a1f4c2d8-0b3e-4f57-8a69-5d7e9c1b2f34';
export const BANK = '100000000999';
/** 2024-07-09 14:00 in Moscow, half an hour before the line of V-05. */
export const CREATED = '1720522800000';

export const rub = (minor: bigint) => ({ minor, currency: 'RUB' });
