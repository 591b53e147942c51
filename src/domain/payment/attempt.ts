import type { Call, WalletAccess } from '../../connectors/connector.ts';
import type { Outcome } from '../../connectors/outcome.ts';
import type { PaymentCapability, PaymentHandle } from '../../connectors/payments.ts';
import type { Exchange } from '../../connectors/recorder.ts';
import type { Connector } from '../../connectors/registry.ts';
import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment, PaymentAttempt, Prisma, ProviderAccount, Wallet } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import { originOf } from '../provider/route.ts';
import { connectorOf } from '../provider/store.ts';
import { upstreamAccess } from '../wallet/upstream-access.ts';
import { newClientId } from './client-id.ts';
import { openOrder, type UpstreamOrder } from './order.ts';

/** A payment, its latest try at a provider, and everything that is needed to call it. */
export interface Upstream {
  payment: Payment;
  attempt: PaymentAttempt;
  account: ProviderAccount;
  order: UpstreamOrder;
  /** As whom the provider is called; null: as the house wallet. */
  access: WalletAccess | null;
  connector: Connector;
  capability: PaymentCapability<never>;
  handle: PaymentHandle<never>;
}

/** The row of a try, the first one unless told otherwise; written with the payment, before anything is sent. */
export const newAttempt = async (
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  { payment, account, order }: Pick<Upstream, 'payment' | 'account' | 'order'>,
  now: Date,
  number = 1,
): Promise<PaymentAttempt> => ({
  id: newId('PaymentAttempt'),
  paymentId: payment.id,
  number,
  providerAccountId: account.id,
  provider: account.provider,
  clientId: await newClientId(
    tx,
    capabilityOf(connectorOf(deps, account), order).clientIds,
    `${account.provider} ${originOf(deps, account)}`,
    now,
  ),
  reference: null,
  outcome: 'PENDING',
  confirming: false,
  calledAt: null,
  operations: [],
  providerStatus: null,
  providerCode: null,
  providerMessage: null,
  startedAt: now,
  finishedAt: null,
});

/** What carries an order: the member of the port that it names; an invoice is made a payment by its own operation. */
function capabilityOf(connector: Connector, order: UpstreamOrder): PaymentCapability<never> {
  const offered = order.member === 'invoices' ? connector.invoices?.payments : connector[order.member];
  const member = present(offered, `${order.member} of a provider account`);
  const { invoiceReference } = order;
  const payInvoice = connector.invoices?.pay;
  const capability =
    invoiceReference && payInvoice ? { ...member, create: (call: Call) => payInvoice(call, invoiceReference) } : member;
  return capability as unknown as PaymentCapability<never>;
}

/** The payment's latest try, ready to be called. */
export async function loadUpstream(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  payment: Payment,
): Promise<Upstream> {
  const attempt = await tx.paymentAttempt.findFirst({ where: { paymentId: payment.id }, orderBy: { number: 'desc' } });
  const account = await tx.providerAccount.findUnique({
    where: { id: present(attempt, 'an attempt').providerAccountId },
  });
  const walletId = payment.sourceWalletId ?? payment.destinationWalletId;
  const wallet = walletId ? await tx.wallet.findUnique({ where: { id: walletId } }) : null;
  const rows = {
    payment,
    attempt: present(attempt, 'an attempt'),
    account: present(account, 'a provider account'),
    wallet,
  };
  return upstreamOf(deps, rows);
}

/** Is this the payment's latest try? What is heard of an earlier one moves the payment no more. */
export const isCurrent = async (tx: Tx, { paymentId, number }: PaymentAttempt): Promise<boolean> =>
  (await tx.paymentAttempt.count({ where: { paymentId, number: { gt: number } } })) === 0;

interface Rows {
  payment: Payment;
  attempt: PaymentAttempt;
  account: ProviderAccount;
  wallet: Wallet | null;
}

function upstreamOf(deps: Pick<Deps, 'connectors' | 'vault'>, { payment, attempt, account, wallet }: Rows): Upstream {
  const order = openOrder(deps.vault, payment);
  const connector = connectorOf(deps, account);
  // the order's member decides its type; what is undefined for that member stays undefined
  const handle = {
    clientId: attempt.clientId,
    reference: attempt.reference,
    order: askedOf(payment, order),
  } as unknown as PaymentHandle<never>;
  return {
    payment,
    attempt,
    account,
    order,
    access: upstreamAccess(deps.vault, wallet),
    connector,
    capability: capabilityOf(connector, order),
    handle,
  };
}

/** The order as its provider takes it, without what is only for us to know. */
function askedOf(payment: Payment, order: UpstreamOrder) {
  const { member: _, choice: _choice, receiptEmail: _email, invoiceReference, account: _account, ...rest } = order;
  const { bought, charge, onward: _onward, ways: _ways, maxFee: _maxFee, ...asked } = rest;
  const amount = bought
    ? { minor: BigInt(bought.minor), currency: bought.currency }
    : { minor: charge === undefined ? payment.amountMinor : BigInt(charge), currency: payment.currency };
  const invoice = order.member === 'invoices' ? { invoiceReference } : {};
  return { amount, ...asked, ...invoice, anonymous: order.anonymous ?? false };
}

/** What one call left behind: its exchanges, masked by the kit. */
export interface Trace {
  call: Call;
  exchanges: Exchange[];
}

/** A call for a payment, with a recorder. */
export function traced({ access }: Pick<Upstream, 'access'>): Trace {
  const exchanges: Exchange[] = [];
  return { call: { wallet: access, recorder: { exchange: (exchange) => exchanges.push(exchange) } }, exchanges };
}

/**
 * Writes what a call left behind to the attempt.
 * @param changes what the attempt knows more now
 */
export async function keepTrace(
  tx: Tx,
  attempt: PaymentAttempt,
  { exchanges }: Trace,
  changes: Prisma.PaymentAttemptUpdateInput,
): Promise<void> {
  const operations = exchanges
    .map((exchange) => exchange.operation)
    .filter((name, index, all) => name !== all[index - 1]);
  await tx.paymentAttempt.update({ where: { id: attempt.id }, data: { ...changes, operations: { push: operations } } });
  const rows = exchanges.map((exchange) => ({
    attemptId: attempt.id,
    exchange: JSON.parse(JSON.stringify(exchange)) as Prisma.InputJsonValue,
  }));
  if (rows.length > 0) await tx.attemptExchange.createMany({ data: rows });
}

/** What an outcome tells about the attempt. */
export function attemptChanges(
  outcome: Outcome<Pick<ProviderPayment, 'reference' | 'providerStatus'>>,
  now: Date,
): Prisma.PaymentAttemptUpdateInput {
  switch (outcome.kind) {
    case 'accepted':
      return { reference: outcome.value.reference, outcome: 'ACCEPTED', providerStatus: outcome.value.providerStatus };
    case 'rejected': {
      const { providerCode, providerMessage } = outcome.refusal;
      return { outcome: 'REJECTED', providerCode, providerMessage, finishedAt: now };
    }
    case 'unknown':
      return { outcome: 'UNKNOWN', providerMessage: outcome.message };
    case 'notSent':
      return { providerMessage: outcome.message };
  }
}
