import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import type { Transaction, TransactionType, Wallet } from './model.ts';
import { minorOf } from './money.ts';
import type { World } from './world.ts';

/** Parts of the actions' inputs. */

/** An amount in whole units, at most two decimals: `100`, `99.01`, also as text. @returns minor units */
export const rubles = z.union([z.number(), z.string()]).transform((value, context) => {
  const exact = /^\d{1,13}(\.\d{1,2})?$/.test(String(value)) ? minorOf(String(value)) : null;
  if (exact !== null) return exact;
  context.addIssue({ code: 'custom', message: 'an amount with at most two decimals' });
  return z.NEVER;
});

/** A wallet number; the command line reads it as a number. */
export const walletNumber = z.coerce.string();

/** A currency that wallets hold. */
export const currencies = z.union([z.literal(643), z.literal(840), z.literal(978), z.literal(398)]);

/** The wallet of a number. @throws ControlError */
export function walletOf(world: World, personId: string): Wallet {
  const wallet = world.wallets.get(personId.replace(/^\+/, ''));
  if (wallet === undefined) throw new ControlError(`no wallet ${personId}`);
  return wallet;
}

/** A line of the history; without a type the outgoing one of two with one id. @throws ControlError */
export function transactionOf(world: World, id: number, type?: TransactionType): Transaction {
  const lines = world.transactions.filter((line) => line.id === id);
  const chosen = type === undefined ? (lines.find((line) => line.type !== 'IN') ?? lines[0]) : undefined;
  const line = chosen ?? lines.find((candidate) => candidate.type === type);
  if (line === undefined) throw new ControlError(`no transaction ${id}`);
  return line;
}
