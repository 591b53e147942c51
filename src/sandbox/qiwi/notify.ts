import { createHmac, randomUUID } from 'node:crypto';
import { stringify } from 'lossless-json';
import type { Hook, Transaction } from './model.ts';
import { moneyView, shortest } from './money.ts';
import { stamp } from './time.ts';
import type { World } from './world.ts';

const SIGNED = 'sum.currency,sum.amount,type,account,txnId';
const HEADERS = { accept: 'application/json', 'content-type': 'application/json' };

/** HOK-7: lower-case hex of HMAC-SHA256 over the signed values joined with `|` (sections 2.9 and 6.1). */
export function signature(key: Buffer, values: readonly string[]): string {
  return createHmac('sha256', key).update(values.join('|'), 'utf8').digest('hex');
}

/** The notification's view of a transaction. The sandbox tells card payments as OUT (trap T69). */
function paymentView(transaction: Transaction) {
  const { sum, commission, status } = transaction;
  return {
    account: transaction.account,
    comment: transaction.comment,
    commission: status === 'SUCCESS' ? moneyView(commission, sum.currency) : null,
    date: stamp(transaction.at),
    errorCode: String(transaction.errorCode),
    personId: Number(transaction.wallet.personId),
    provider: transaction.service.id,
    signFields: SIGNED,
    status,
    sum: moneyView(sum.amount, sum.currency),
    total: moneyView(status === 'SUCCESS' ? sum.amount + commission : sum.amount, sum.currency),
    txnId: String(transaction.id),
    type: transaction.type === 'IN' ? 'IN' : 'OUT',
  } as const;
}

function post(world: World, hook: Hook, body: object): void {
  const message = { hookId: hook.id, messageId: randomUUID(), version: '1.0.0', ...body };
  world.webhooks.emit('qiwi', {
    operation: 'HOK-7',
    url: hook.url,
    headers: HEADERS,
    body: stringify(message) ?? '',
    // T48: only 200 within 2 s counts; again after 10 minutes and after one more hour.
    repeat: { delaysMs: [600_000, 3_600_000], answerWithinMs: 2_000, accepts: [200] },
  });
}

/** Tells the wallet's webhook of a transaction in its present state, when it listens to that direction. */
export function notify(world: World, transaction: Transaction): void {
  const { hook } = transaction.wallet;
  if (hook === null) return;
  const payment = paymentView(transaction);
  if (hook.txnType !== 'BOTH' && hook.txnType !== payment.type) return;
  const { sum } = transaction;
  const values = [String(sum.currency), shortest(sum.amount), payment.type, payment.account, payment.txnId];
  post(world, hook, { payment, hash: signature(hook.key, values), test: false });
}

/** HOK-6: the "empty" notification (trap T47). */
export const notifyTest = (world: World, hook: Hook): void =>
  post(world, hook, { payment: null, hash: null, test: true });
