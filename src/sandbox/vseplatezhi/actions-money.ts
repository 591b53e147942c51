import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { type Action, action } from '../provider.ts';
import {
  byLink,
  byOperation,
  byWallet,
  namedOperation,
  namedRefill,
  namedWallet,
  orControlError,
  rubles,
} from './actions-input.ts';
import { book, refund } from './engine.ts';
import type { Outcome, Refill } from './model.ts';
import { payRefill, stateOfRefill } from './refills.ts';
import { operationState, refillState } from './state.ts';
import type { World } from './world.ts';

/** What becomes of payments and withdrawals. */
function outcomeActions(world: World): Record<string, Action> {
  const outcome = z.strictObject({
    outcome: z.enum(['complete', 'decline', 'pending', 'refund']),
    reason: z.string().min(1).default('INTERNAL_ERROR'),
    times: z.number().int().min(1).default(1),
  });
  const declined = byOperation.extend({ reason: z.string().optional() });
  const returned = byOperation.extend({ reason: z.string().optional(), amount: rubles.optional() });
  return {
    outcome: action(
      'how the next payments and withdrawals (times) go: complete, pending until settled, refund at once after they were taken, or decline: refused with the reason as code, and nothing moves',
      outcome,
      ({ outcome: kind, reason, times }) => {
        const next: Outcome = kind === 'decline' ? { kind, code: reason } : { kind };
        for (let n = 0; n < times; n += 1) world.nextOutcomes.push(next);
      },
    ),
    'payment.complete': action('a pending operation has arrived', byOperation, ({ id }) => {
      const operation = namedOperation(world, id, 'pending');
      operation.state = 'settled';
      return operationState(operation);
    }),
    'payment.decline': action('a pending operation has failed: its money comes back', declined, ({ id }) => {
      const operation = namedOperation(world, id, 'pending');
      refund(world, operation);
      return operationState(operation);
    }),
    'payment.undo': action('the receiver returns money (amount, or all that is left)', returned, ({ id, amount }) => {
      const operation = namedOperation(world, id, 'settled', 'pending');
      const left = operation.amount - operation.refunded;
      if (operation.type === 'CREDIT' || operation.type === 'REFUND')
        throw new ControlError(`a ${operation.type} cannot be returned`);
      if (amount !== undefined && (amount === 0n || amount > left))
        throw new ControlError(`operation ${id} has no such amount left`);
      refund(world, operation, amount);
      return operationState(operation);
    }),
    operations: action('the operations of a wallet, with the numbers that the actions take', byWallet, ({ wallet }) => {
      const chosen = namedWallet(world, wallet);
      return { operations: chosen.operations.map(operationState) };
    }),
  };
}

/** What the client's bank does with a refill's link. */
function refillActions(world: World): Record<string, Action> {
  const waiting = (link: string): Refill => {
    const refill = namedRefill(world, link);
    const state = stateOfRefill(world, refill);
    if (state !== 'waiting') throw new ControlError(`the refill is ${state}, not waiting`);
    return refill;
  };
  const ended = (link: string, state: 'declined' | 'expired') => {
    const refill = waiting(link);
    refill.state = state;
    return refillState(world, refill);
  };
  return {
    'refill.confirm': action('the client pays a link; the wallet is credited', byLink, ({ link }) => {
      const refill = waiting(link);
      orControlError(() => payRefill(world, refill, 'Test Bank'));
      return refillState(world, refill);
    }),
    'refill.decline': action('the client refuses a link', byLink, ({ link }) => ended(link, 'declined')),
    'refill.expire': action('a link expires now', byLink, ({ link }) => ended(link, 'expired')),
    refills: action('the links of a wallet', byWallet, ({ wallet }) => {
      const chosen = namedWallet(world, wallet);
      const found = [...world.refills.values()].filter((refill) => refill.wallet === chosen);
      return { refills: found.map((refill) => refillState(world, refill)) };
    }),
    deposit: action(
      'money arrives in a wallet by another way; limits are not asked',
      byWallet.extend({ amount: rubles, description: z.string().default('Deposit') }),
      ({ wallet, amount, description }) => {
        if (amount === 0n) throw new ControlError('the amount is zero');
        return operationState(book(world, namedWallet(world, wallet), { type: 'CREDIT', amount, description }));
      },
    ),
  };
}

/** Actions that move money, or decide about it. */
export const moneyActions = (world: World): Record<string, Action> => ({
  ...outcomeActions(world),
  ...refillActions(world),
});
