import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { type Action, action } from '../provider.ts';
import { accountIn, openAccount } from './accounts.ts';
import { currencies, rubles, transactionOf, walletNumber, walletOf } from './actions-input.ts';
import { pay, settle } from './engine.ts';
import { append, finish, receive } from './history.ts';
import type { Outcome, Transaction } from './model.ts';
import { notify } from './notify.ts';
import { transactionState } from './state.ts';
import type { World } from './world.ts';

const DEFAULT_CODE = 300;
const errorCode = z.number().int().min(1).default(DEFAULT_CODE);
const byId = z.strictObject({ id: z.coerce.number().int(), type: z.enum(['IN', 'OUT', 'QIWI_CARD']).optional() });

const toOutcome = (status: 'SUCCESS' | 'WAITING' | 'ERROR', code: number): Outcome =>
  status === 'ERROR' ? { status, errorCode: code } : { status };

/** Ends what waits: a payment by its engine, an incoming line by crediting it or not. */
function settleLine(world: World, line: Transaction, outcome: Outcome): void {
  if (line.status !== 'WAITING') throw new ControlError(`transaction ${line.id} is ${line.status}, not WAITING`);
  if (line.payment !== null) {
    settle(world, line.payment, outcome);
    return;
  }
  if (outcome.status === 'WAITING') return;
  const { wallet, sum } = line;
  if (outcome.status === 'SUCCESS')
    (accountIn(wallet, sum.currency) ?? openAccount(wallet, sum.currency)).balance += sum.amount;
  finish(world, line, outcome.status === 'ERROR' ? outcome.errorCode : 0);
}

/** The words of `koshel sandbox outcome`. */
const statuses = { complete: 'SUCCESS', decline: 'ERROR', pending: 'WAITING' } as const;

const outcomes = z.union([
  z.strictObject({
    status: z.enum(['SUCCESS', 'ERROR', 'WAITING']),
    errorCode,
    times: z.number().int().min(1).default(1),
  }),
  z
    .strictObject({
      outcome: z.enum(['complete', 'decline', 'pending']),
      reason: z.coerce.number().int().min(1).default(DEFAULT_CODE),
      times: z.number().int().min(1).default(1),
    })
    .transform(({ outcome, reason, times }) => ({ status: statuses[outcome], errorCode: reason, times })),
]);

/** What the provider's processing decides about payments. */
function outcomeActions(world: World): Record<string, Action> {
  const end = byId.extend({ status: z.enum(['SUCCESS', 'ERROR']).default('SUCCESS'), errorCode });
  const declined = byId.extend({ reason: z.coerce.number().int().min(1).default(DEFAULT_CODE) });
  const settled = (id: number, type: Transaction['type'] | undefined, outcome: Outcome) => {
    const line = transactionOf(world, id, type);
    settleLine(world, line, outcome);
    return transactionState(line);
  };
  return {
    outcome: action(
      'how the next accepted payments (times) end: status SUCCESS, ERROR with errorCode, WAITING until settled; or outcome complete, decline with the code as reason, pending',
      outcomes,
      ({ status, errorCode: code, times }) => {
        for (let n = 0; n < times; n += 1) world.nextOutcomes.push(toOutcome(status, code));
      },
    ),
    'payment.settle': action('WAITING → SUCCESS or ERROR', end, ({ id, type, status, errorCode: code }) =>
      settled(id, type, toOutcome(status, code)),
    ),
    'payment.complete': action('WAITING → SUCCESS', byId, ({ id, type }) => settled(id, type, { status: 'SUCCESS' })),
    'payment.decline': action('WAITING → ERROR, with the code as reason', declined, ({ id, type, reason }) =>
      settled(id, type, { status: 'ERROR', errorCode: reason }),
    ),
    'payment.notify': action('send the notification of a transaction once more', byId, ({ id, type }) =>
      notify(world, transactionOf(world, id, type)),
    ),
    'payment.get': action('the lines with a transaction id', byId.pick({ id: true }), ({ id }) =>
      world.transactions.filter((line) => line.id === id).map(transactionState),
    ),
    payments: action(
      'transactions by the id that their client gave them',
      z.strictObject({ clientId: z.coerce.string() }),
      ({ clientId }) => ({
        payments: world.transactions.filter(({ trmTxnId }) => trmTxnId === clientId).map(transactionState),
      }),
    ),
  };
}

/** Money that moves without a call of the API: top-ups, and purchases by a QIWI card. */
function movementActions(world: World): Record<string, Action> {
  const deposit = z.strictObject({
    wallet: walletNumber,
    amount: rubles,
    currency: currencies.default(643),
    account: z.string().default('Терминал QIWI'),
    comment: z.string().default(''),
    source: z.enum(['QW_RUB', 'QW_USD', 'QW_EUR', 'QW_KZT', 'CARD', 'MK']).optional(),
    status: z.enum(['SUCCESS', 'WAITING', 'ERROR']).default('SUCCESS'),
    errorCode,
  });
  const purchase = z.strictObject({ wallet: walletNumber, amount: rubles, shop: z.string().default('SHOP MOSCOW') });
  return {
    deposit: action('an incoming payment, with its webhook', deposit, ({ status, errorCode: code, ...input }) => {
      const { wallet: personId, amount, currency, account, comment, source } = input;
      const wallet = walletOf(world, personId);
      const sum = { amount, currency };
      const rest = { account, comment, ...(source === undefined ? {} : { sourceKind: source }) };
      if (status === 'SUCCESS') return transactionState(receive(world, wallet, { sum, ...rest }));
      const line = append(world, { wallet, type: 'IN', sum, service: world.service(7), ...rest });
      if (status === 'ERROR') finish(world, line, code);
      return transactionState(line);
    }),
    'card.purchase': action('a purchase by a QIWI card, from the rouble balance', purchase, (input) => {
      const order = {
        wallet: walletOf(world, input.wallet),
        service: world.service(22351),
        sum: { amount: input.amount, currency: 643 as const },
        funding: 643 as const,
        clientId: String(world.number()),
        account: input.shop,
        comment: '',
        fields: { account: '4693950000000000' },
        type: 'QIWI_CARD' as const,
      };
      return transactionState(pay(world, order));
    }),
  };
}

/** Actions on payments and on money that comes from outside. */
export const paymentActions = (world: World): Record<string, Action> => ({
  ...outcomeActions(world),
  ...movementActions(world),
});
