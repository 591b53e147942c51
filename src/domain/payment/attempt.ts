import { randomUUID } from 'node:crypto';
import type { Call, WalletAccess } from '../../connectors/connector.ts';
import type { Outcome } from '../../connectors/outcome.ts';
import type { PaymentCapability, PaymentHandle } from '../../connectors/payments.ts';
import type { Exchange } from '../../connectors/recorder.ts';
import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment, PaymentAttempt, Prisma, ProviderAccount, Wallet } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import { connectorOf } from '../provider/store.ts';
import { upstreamAccess } from '../wallet/upstream-access.ts';
import { openOrder, type UpstreamOrder } from './order.ts';

/** A payment, its latest try at a provider, and everything that is needed to call it. */
export interface Upstream {
  payment: Payment;
  attempt: PaymentAttempt;
  account: ProviderAccount;
  order: UpstreamOrder;
  /** As whom the provider is called; null: as the house wallet. */
  access: WalletAccess | null;
  capability: PaymentCapability<never>;
  handle: PaymentHandle<never>;
}

/** The row of a first try; written with the payment, before anything is sent. */
export const newAttempt = (payment: Payment, account: ProviderAccount, now: Date): PaymentAttempt => ({
  id: newId('PaymentAttempt'),
  paymentId: payment.id,
  number: 1,
  providerAccountId: account.id,
  provider: account.provider,
  // lower-case UUID v4: the form on which every provider that dedupes can dedupe (mbank contract 3.2, trap T-62)
  clientId: randomUUID(),
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

interface Rows {
  payment: Payment;
  attempt: PaymentAttempt;
  account: ProviderAccount;
  wallet: Wallet | null;
}

function upstreamOf(deps: Pick<Deps, 'connectors' | 'vault'>, { payment, attempt, account, wallet }: Rows): Upstream {
  const order = openOrder(deps.vault, payment);
  const connector = connectorOf(deps, account);
  const member = present(connector[order.member], `${order.member} of a provider account`);
  const { invoiceReference } = order;
  const payInvoice = connector.invoices?.pay;
  const capability =
    invoiceReference && payInvoice ? { ...member, create: (call: Call) => payInvoice(call, invoiceReference) } : member;
  const amount = { minor: payment.amountMinor, currency: payment.currency };
  const { member: _member, choice: _choice, receiptEmail: _receiptEmail, invoiceReference: _invoice, ...asked } = order;
  const full = { amount, ...asked, anonymous: order.anonymous ?? false };
  // the order's member decides its type; what is undefined for that member stays undefined
  const handle = {
    clientId: attempt.clientId,
    reference: attempt.reference,
    order: full,
  } as unknown as PaymentHandle<never>;
  return {
    payment,
    attempt,
    account,
    order,
    access: upstreamAccess(deps.vault, wallet),
    capability: capability as unknown as PaymentCapability<never>,
    handle,
  };
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
export function attemptChanges(outcome: Outcome<ProviderPayment>, now: Date): Prisma.PaymentAttemptUpdateInput {
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
