import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { clearingAccount } from '../../ledger/account.ts';
import { houseMoved, transitDelivered, transitLanded, transitReceived, transitReturned } from '../../ledger/entries.ts';
import type { JournalEntryDraft } from '../../ledger/posting.ts';
import { reversalOf } from '../../ledger/reversal.ts';
import { present } from '../../lib/assert.ts';

/** Entries of a transit. Over two providers its money stands in clearing between the legs. */

/** What every entry of a payment says of itself. */
const aboutOf = ({ id, partnerId, currency }: Payment, now: Date, reference = id) => ({
  partnerId,
  currency,
  reference,
  paymentId: id,
  occurredAt: now,
});

/** Of a second entry of the same code: which change of the payment it belongs to. */
const again = ({ id, version }: Payment): string => `${id}:${version}`;

/** What of a payment stands in clearing; minor units. */
async function inClearing(tx: Tx, { id, partnerId, currency }: Payment): Promise<bigint> {
  const account = clearingAccount(partnerId, currency).id;
  const rows = await tx.$queryRaw<{ net: bigint }[]>`
    SELECT coalesce(sum(CASE WHEN p.credit_account_id = ${account} THEN p.amount_minor ELSE -p.amount_minor END), 0)::bigint AS net
    FROM posting p JOIN journal_entry j ON j.id = p.entry_id
    WHERE j.payment_id = ${id} AND p.kind IN ('POST', 'CAPTURE') AND ${account} IN (p.debit_account_id, p.credit_account_id)`;
  return present(rows[0], 'a sum').net;
}

interface LiveEntry {
  id: string;
  code: string;
  amount: bigint;
}

/** Entries of a payment that moved something and are not undone, the newest first. */
const liveEntries = (tx: Tx, { id }: Payment): Promise<LiveEntry[]> => tx.$queryRaw<LiveEntry[]>`
  SELECT j.id, j.code, sum(p.amount_minor)::bigint AS amount FROM journal_entry j JOIN posting p ON p.entry_id = j.id
  WHERE j.payment_id = ${id} AND p.kind IN ('POST', 'CAPTURE')
    AND NOT EXISTS (SELECT 1 FROM journal_entry r WHERE r.reverses_id = j.id)
  GROUP BY j.id, j.code, j.seq ORDER BY j.seq DESC`;

const landed = (payment: Payment, amount: bigint, now: Date, reference = again(payment)): JournalEntryDraft[] =>
  payment.sourceWalletId === null || amount <= 0n
    ? []
    : [transitLanded({ ...aboutOf(payment, now, reference), amount, walletId: payment.sourceWalletId })];

/** The card's money has come in. @param providerAccountId whose house wallet has it */
export const receivedEntry = (payment: Payment, providerAccountId: string, amount: bigint, now: Date) =>
  transitReceived({ ...aboutOf(payment, now), amount, providerAccountId });

/** The card's money has come for a transit that is over: it is the wallet's. */
export const lateEntries = (payment: Payment, providerAccountId: string, amount: bigint, now: Date) => [
  receivedEntry(payment, providerAccountId, amount, now),
  ...landed(payment, amount, now, `${payment.id}:late`),
];

/**
 * The service has its money: both legs at once where one provider carries them, else the second one. What had landed in the wallet, because
 * the second leg was refused first, leaves it again.
 * @param holder whose money at the provider the service was paid with
 */
export async function completedEntries(
  tx: Tx,
  payment: Payment,
  holder: string,
  now: Date,
): Promise<JournalEntryDraft[]> {
  const live = await liveEntries(tx, payment);
  const about = aboutOf(payment, now);
  if (!live.some(({ code }) => code === 'TRANSIT_RECEIVED')) {
    const legs = { ...about, amount: payment.amountMinor + payment.feeMinor, providerAccountId: holder };
    return [transitReceived(legs), transitDelivered({ ...legs, fee: 0n })];
  }
  const back = live.find(({ code }) => code === 'TRANSIT_LANDED');
  const undo = back ? [await reversalOf(tx, back.id, { paymentId: payment.id, occurredAt: now })] : [];
  const amount = (await inClearing(tx, payment)) + (back?.amount ?? 0n);
  return [...undo, transitDelivered({ ...about, amount, fee: 0n, providerAccountId: holder })];
}

/** The second leg was refused: what stands in clearing lands in the wallet. Without one it waits to be given back to the card. */
export const refusedEntries = async (tx: Tx, payment: Payment, now: Date): Promise<JournalEntryDraft[]> =>
  landed(payment, await inClearing(tx, payment), now);

/** Is the payment a transit whose legs two providers carry? */
export async function hasTwoLegs(tx: Tx, { id, kind, providerAccountId }: Payment): Promise<boolean> {
  if (kind !== 'TRANSIT') return false;
  const first = await tx.paymentAttempt.findFirst({ where: { paymentId: id }, orderBy: { number: 'asc' } });
  return first !== null && first.providerAccountId !== providerAccountId;
}

/**
 * The second leg is undone, or redone. The first one stands: the card was charged, so the money is in the wallet meanwhile.
 * @param payment as it stands before
 */
export async function turnedEntries(tx: Tx, payment: Payment, now: Date): Promise<JournalEntryDraft[]> {
  const live = (await liveEntries(tx, payment)).filter(({ code }) => code !== 'TRANSIT_RECEIVED');
  const drafts: JournalEntryDraft[] = [];
  for (const { id } of live) drafts.push(await reversalOf(tx, id, { paymentId: payment.id, occurredAt: now }));
  if (payment.status === 'REVERSED') return drafts;
  const delivered = live.find(({ code }) => code === 'TRANSIT_DELIVERED');
  return [...drafts, ...landed(payment, delivered?.amount ?? 0n, now)];
}

/**
 * The provider of the first leg has given the money back to the card. It leaves clearing, or the wallet in which it had landed; where the
 * service has it, or may get it, it stands in suspense until somebody says who owes it.
 */
export async function returnedEntries(
  tx: Tx,
  payment: Payment,
  providerAccountId: string,
  now: Date,
): Promise<JournalEntryDraft[]> {
  const live = await liveEntries(tx, payment);
  const received = live.find(({ code }) => code === 'TRANSIT_RECEIVED');
  if (!received || live.some(({ code }) => code === 'TRANSIT_RETURNED')) return [];
  const about = { ...aboutOf(payment, now), providerAccountId };
  const over = payment.status !== 'PROCESSING' && payment.status !== 'COMPLETED';
  const back = live.find(({ code }) => code === 'TRANSIT_LANDED');
  const undo = over && back ? [await reversalOf(tx, back.id, { paymentId: payment.id, occurredAt: now })] : [];
  const amount = over ? (await inClearing(tx, payment)) + (back?.amount ?? 0n) : 0n;
  return amount > 0n
    ? [...undo, transitReturned({ ...about, amount })]
    : [houseMoved({ ...about, amount: -received.amount })];
}
