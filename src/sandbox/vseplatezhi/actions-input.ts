import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { Refusal } from './errors.ts';
import type { Operation, Refill, Wallet } from './model.ts';
import { kopecksOf } from './money.ts';
import type { World } from './world.ts';

/** Parts of the actions' inputs. */

/** Rubles with at most two decimals, as a number or as text. @returns kopecks */
export const rubles = z.union([z.number(), z.string()]).transform((value, context) => {
  const exact = kopecksOf(String(value));
  if (exact !== null) return exact;
  context.addIssue({ code: 'custom', message: 'an amount with at most two decimals' });
  return z.NEVER;
});

/** A wallet by its id or by its phone; the command line reads a phone as a number. */
export const byWallet = z.strictObject({ wallet: z.coerce.string() });

/** An operation by the number that `operations` shows. */
export const byOperation = z.strictObject({ id: z.coerce.number().int() });

/** A refill by its link, or by the link's code. */
export const byLink = z.strictObject({ link: z.string() });

/** The wallet of an id, or the open one of a phone. @throws ControlError */
export function namedWallet(world: World, name: string): Wallet {
  const ofPhone = [...world.wallets.values()].filter(({ phone }) => phone === name);
  const wallet = world.wallets.get(name.toLowerCase()) ?? ofPhone.find(({ closed }) => !closed) ?? ofPhone[0];
  if (wallet === undefined) throw new ControlError(`no wallet ${name}`);
  return wallet;
}

/** An operation in one of these states. @throws ControlError */
export function namedOperation(world: World, id: number, ...states: Operation['state'][]): Operation {
  const operation = world.operations.find((line) => line.id === id);
  if (operation === undefined) throw new ControlError(`no operation ${id}`);
  if (!states.includes(operation.state)) throw new ControlError(`operation ${id} is ${operation.state}`);
  return operation;
}

/** The refill of a link. @throws ControlError */
export function namedRefill(world: World, link: string): Refill {
  const refill = [...world.refills.values()].find(({ code }) => link.includes(code));
  if (refill === undefined) throw new ControlError(`no refill ${link}`);
  return refill;
}

/** Runs what the provider may refuse. @throws ControlError with the refusal's code */
export function orControlError<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) throw new ControlError(`${error.code}: ${error.message}`);
    throw error;
  }
}
