import type { Money } from '../../money/money.ts';
import type { Call } from '../connector.ts';
import { type Outcome, outcomeOf } from '../outcome.ts';
import type { PaymentCapability, PaymentHandle } from '../payments.ts';
import type { Party, PaymentKind, ProviderPayment } from '../values.ts';
import { protocol, unfit } from './answer.ts';
import { findByClientId, findTransaction, HISTORY_LAGS_MS } from './history.ts';
import { amountOut, currencyOut } from './money.ts';
import { isRefusal, type Parts, watched } from './parts.ts';
import { paymentStatuses } from './status.ts';
import type { WirePaymentInfo } from './wire-payments.ts';

/** What every order has. */
interface Order {
  amount: Money;
  note?: string;
}

/** What is particular to one kind of payment. */
export interface Kind<O extends Order> {
  kind: PaymentKind;
  operations: readonly string[];
  /** Which of them an order is. */
  operation(order: O): string;
  /** Makes the one call that moves money. */
  send(call: Call, payment: PaymentHandle<O>): Promise<WirePaymentInfo>;
  destination(order: O): Party;
  /** Is a transaction of the history the payment that was ordered? Default: amount and currency are the same. */
  matches?(order: O, found: ProviderPayment): boolean;
  /** What the order adds to a payment as the provider tells it. */
  completed?(order: O, payment: ProviderPayment): ProviderPayment;
}

/** The code of a repeated id (contract 4.2, trap T17): on a write of ours it proves that the payment is there. */
const DUPLICATE = '408';

/**
 * The life of a payment in one phase (contract 3.1): one call, whose answer says no more than `Accepted`; the rest is in the
 * history. The call is never repeated: when its answer is lost, the history is asked for our id.
 */
export function onePhase<O extends Order>(kind: Kind<O>, parts: Parts): PaymentCapability<O> {
  return {
    operations: [...kind.operations, 'HIS-1', 'HIS-3'],
    clientIds: 'INCREASING_DIGITS',
    createRepeatable: true,
    confirmRepeatable: false,
    absenceProvesAfterMs: HISTORY_LAGS_MS,
    confirm: (call, payment) => confirm(kind, parts, call, payment),
    ask: (call, payment) => ask(kind, parts, call, payment),
  };
}

/** The `Payment` body of contract 2.6, paid from the balance in this currency. */
export const paymentBody = (
  { clientId, order }: PaymentHandle<Order>,
  fields: Readonly<Record<string, string>>,
  from = 'RUB',
): Record<string, unknown> => ({
  id: clientId,
  sum: { amount: amountOut(order.amount), currency: currencyOut(order.amount.currency) },
  paymentMethod: { type: 'Account', accountId: currencyOut(from) },
  comment: order.note,
  fields,
});

function confirm<O extends Order>(
  kind: Kind<O>,
  parts: Parts,
  call: Call,
  payment: PaymentHandle<O>,
): Promise<Outcome<ProviderPayment>> {
  const operation = kind.operation(payment.order);
  return outcomeOf(async () => {
    if (!/^\d{1,20}$/.test(payment.clientId)) throw unfit(operation, 'A payment id has 1 to 20 digits.');
    const info = await sent(operation, kind.send(call, payment));
    if (info.id !== payment.clientId) throw mismatch(operation, 'the answer is about another payment');
    if (!isSame(info.sum, payment.order.amount)) throw mismatch(operation, 'the answer speaks of another amount');
    const now = watched(parts.log, acceptedPayment(kind, parts, call, payment, info));
    if (now.status !== 'UNKNOWN') return completed(kind, payment.order, now);
    throw protocol(
      operation,
      'UNMAPPED_STATUS',
      `payment state "${now.providerStatus.slice(0, 40)}" is not documented`,
    );
  });
}

/** "You already have the same payment" is no refusal of this one: it may be the echo of a call whose answer was lost. */
async function sent(operation: string, call: Promise<WirePaymentInfo>): Promise<WirePaymentInfo> {
  try {
    return await call;
  } catch (error) {
    if (!isRefusal(error, (_status, code) => code === DUPLICATE)) throw error;
    throw protocol(operation, 'UNMAPPED_STATUS', `code ${DUPLICATE}: there is such a payment already`);
  }
}

const completed = <O extends Order>(kind: Kind<O>, order: O, payment: ProviderPayment): ProviderPayment =>
  kind.completed?.(order, payment) ?? payment;

const isSame = (a: Money, b: Money): boolean => a.minor === b.minor && a.currency === b.currency;

const mismatch = (operation: string, what: string) => protocol(operation, 'ECHO_MISMATCH', what);

/** An accepted request as a payment: priced, dated and settled by the history only. */
function acceptedPayment<O extends Order>(
  kind: Kind<O>,
  { config, clock }: Parts,
  call: Call,
  { order }: PaymentHandle<O>,
  { id, sum, transaction }: WirePaymentInfo,
): ProviderPayment {
  const wallet = call.wallet?.number ?? config.wallet;
  const number = wallet?.replace(/\D/g, '') ?? null;
  return {
    reference: transaction.id,
    clientId: id,
    kind: kind.kind,
    status: paymentStatuses[transaction.state.code] ?? 'UNKNOWN',
    providerStatus: transaction.state.code,
    amount: sum,
    total: null,
    fee: null,
    nextAction: null,
    declineReason: null,
    declineMessage: null,
    source: { kind: 'WALLET', phone: number && `+${number}` },
    destination: kind.destination(order),
    direction: 'OUT',
    card: null,
    parameters: [],
    attributes: [],
    note: order.note ?? null,
    title: null,
    subtitle: null,
    description: null,
    receiptNumber: null,
    walletNumber: number,
    createdAt: clock.now(),
    completedAt: null,
  };
}

async function ask<O extends Order>(
  kind: Kind<O>,
  parts: Parts,
  call: Call,
  { clientId, reference, order }: PaymentHandle<O>,
): Promise<ProviderPayment | null> {
  const found =
    (reference && (await findTransaction(parts, call, reference, 'OUT'))) || (await search(parts, call, clientId));
  if (!found) return null;
  const matches = kind.matches ?? ((asked: O, now: ProviderPayment) => isSame(now.amount, asked.amount));
  if (!matches(order, found)) throw mismatch('HIS-3', 'the history speaks of another amount or currency');
  if (found.clientId !== null && found.clientId !== clientId)
    throw mismatch('HIS-3', 'the history speaks of another payment');
  return completed(kind, order, { ...found, clientId, kind: kind.kind });
}

const DAY_MS = 24 * 3_600_000;
/** As far back as one list of the history goes (HIS-1). */
const ONE_LIST_DAYS = 90;
/** The first moment of 2015 and how long an id of milliseconds may be ahead of its clock, when it was raised above the last one. */
const EARLIEST_MS = Date.UTC(2015, 0);

/**
 * Looks for our id in what the wallet has paid since the id was made, and reads what it finds in detail.
 * @returns null when everything since then was read and it is not there
 * @throws ProtocolError when the id does not tell its time, and so nothing is proven
 */
async function search(parts: Parts, call: Call, clientId: string): Promise<ProviderPayment | null> {
  const now = parts.clock.now().getTime();
  const at = /^\d{13}$/.test(clientId) ? Number.parseInt(clientId, 10) : 0;
  const tells = at >= EARLIEST_MS && at <= now + DAY_MS;
  const from = tells ? Math.min(at, now) : now - ONE_LIST_DAYS * DAY_MS;
  const found = await findByClientId(parts, call, clientId, new Date(from));
  if (found) return (await findTransaction(parts, call, found.reference, 'OUT')) ?? found;
  if (tells) return null;
  throw protocol(
    'HIS-1',
    'MISSING_FIELD',
    `not paid in the last ${ONE_LIST_DAYS} days, which proves nothing of this id`,
  );
}
