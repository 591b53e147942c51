import type { Notification, Payment } from '../../db/generated/client.ts';
import { present } from '../../lib/assert.ts';
import { formatAmount } from '../../money/money.ts';
import { digestDays } from './model.ts';

/** A message as its reader gets it. */
export interface Letter {
  subject: string;
  /** Of a mail. */
  text: string;
  /** Of a text message: no more than has to be said. */
  short: string;
}

const kindWords: Record<Payment['kind'], string> = {
  TOP_UP: 'top-up',
  TRANSFER: 'transfer',
  PAYOUT: 'payout',
  TRANSIT: 'card transfer',
  REFUND: 'refund',
  EXCHANGE: 'exchange',
};

/** Digests in a text message name so many payments. */
const SHORT_LINES = 5;

/**
 * Says what happened: exact amounts, currency, direction, time (UTC) and the payment's id. Nothing of the other side is in it,
 * and no fee but the reader's own.
 * @param rows what to tell, oldest first: one for INSTANT, else those of one period
 * @param payments the payments of the rows
 * @param partnerName who writes
 */
export function compose(
  rows: readonly Notification[],
  payments: ReadonlyMap<string, Payment>,
  partnerName: string,
): Letter {
  const told = rows.map((row) => ({ row, payment: present(payments.get(row.paymentId), 'the payment') }));
  const [first] = told;
  const { period, dueAt } = present(first, 'a notification').row;
  const sign = `-- \n${partnerName}\n`;
  const line = ({ row, payment }: (typeof told)[number]) => `${time(row.occurredAt)}  ${whole(row, payment)}`;
  if (period === 'INSTANT') {
    const { row, payment } = present(first, 'a notification');
    const subject = headline(row, payment);
    return { subject, text: `${line({ row, payment })}\n\n${sign}`, short: `${subject}. ${payment.id}` };
  }
  const days = digestDays(period, dueAt);
  const span = days.first === days.last ? days.first : `${days.first} to ${days.last}`;
  const subject = `Your payments, ${span}`;
  const named = told.slice(0, SHORT_LINES).map(({ row, payment }) => headline(row, payment));
  const more = told.length > SHORT_LINES ? [`and ${told.length - SHORT_LINES} more`] : [];
  return {
    subject,
    text: `${told.map(line).join('\n')}\n\nTimes are UTC. ${told.length} in all.\n\n${sign}`,
    short: `${subject}: ${[...named, ...more].join('; ')}`,
  };
}

/** `250.50 RUB sent`, `250.50 RUB: transfer declined`. */
function headline(row: Notification, payment: Payment): string {
  const amount = `${formatAmount({ minor: payment.amountMinor, currency: payment.currency })} ${payment.currency}`;
  if (row.kind !== 'COMPLETED') return `${amount}: ${kindWords[payment.kind]} ${row.kind.toLowerCase()}`;
  return `${amount} ${direction(row, payment)}`;
}

function direction({ customerId }: Notification, payment: Payment): string {
  const pays = payment.sourceCustomerId === customerId;
  if (pays && payment.destinationCustomerId === customerId) return 'moved between your wallets';
  return pays ? 'sent' : 'received';
}

/** The headline, what kind of payment it was, the reader's fee, and its id. */
function whole(row: Notification, payment: Payment): string {
  const { feeMinor, currency, priced } = payment;
  const maker = payment.sourceWalletId ? payment.sourceCustomerId : payment.destinationCustomerId;
  const hasFee = priced && feeMinor > 0n && row.kind === 'COMPLETED' && maker === row.customerId;
  const fee = hasFee ? [`fee ${formatAmount({ minor: feeMinor, currency })} ${currency}`] : [];
  const kind = row.kind === 'COMPLETED' ? [kindWords[payment.kind]] : [];
  return [headline(row, payment), ...kind, ...fee, payment.id].join(', ');
}

/** 2026-11-22 10:00:05 UTC */
const time = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
