import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { TransitionSource } from '../../db/generated/enums.ts';
import { addJob } from '../../db/job-queue.ts';
import type { NewEvent } from '../../events/event.ts';
import { keepCard } from '../card/keep-card.ts';
import { bookCompletion, bookDecline, bookReversal } from './book-outcome.ts';
import type { UpstreamOrder } from './order.ts';
import { type Progress, resume, step, touch } from './progress.ts';
import { save } from './store.ts';

/** What was learned, from whom, and when it happened there. */
export interface News {
  said: ProviderPayment;
  source: TransitionSource;
  occurredAt?: Date | undefined;
  /** The payment's version when the provider was asked: an answer to an older question undoes and redoes nothing. */
  askedAt?: number | undefined;
}

/** The payment moved on while its provider was being asked; ask again. */
export class StaleAnswerError extends Error {}

/**
 * Brings a payment to where its provider proves that it stands: the one place where a provider's word moves money. The
 * payment's row is locked. Answers, webhooks and polls may come in any order and any number of times: the first to prove a
 * step takes it, the others change nothing, and an older state never moves a payment backwards.
 * @returns the payment as it stands afterwards
 */
export async function learn(tx: Tx, payment: Payment, order: UpstreamOrder, news: News, now: Date): Promise<Payment> {
  const { said } = news;
  const asked = order.saveCard || order.choice.payWith?.saveCard;
  const cardId = asked && payment.cardId === null ? await keepCard(tx, payment, said.card, now) : null;
  const progress = resume(cardId ? { ...payment, cardId } : payment);
  const target = targetOf(payment, said);
  const flips = payment.status === 'COMPLETED' || payment.status === 'REVERSED';
  if (target !== null && flips && news.askedAt !== undefined && news.askedAt !== payment.version) {
    throw new StaleAnswerError('the payment moved on while its provider was being asked');
  }
  if (target === null) return keepFacts(tx, progress, said, now);

  const told = { ...facts(payment, said), ...(target === 'COMPLETED' ? charged(payment, said) : {}) };
  const known = { ...progress, payment: { ...progress.payment, ...told } };
  const about = { source: news.source, occurredAt: news.occurredAt ?? now };
  switch (target) {
    case 'COMPLETED': {
      const redo = payment.status === 'REVERSED';
      const events = redo ? await bookReversal(tx, known.payment, now) : await bookCompletion(tx, known.payment, now);
      const ended = { expiresAt: null, upstreamAction: null, declineReason: null, declineMessage: null };
      const mailed = order.receiptEmail !== undefined && !redo;
      // the receipt's address is in the order: whoever mails it erases it
      const kept = mailed ? { orderSealed: payment.orderSealed } : {};
      const changes = { ...ended, ...kept, completedAt: payment.completedAt ?? now };
      const confirmed = ensureProcessing(known, now);
      const done = step(confirmed, { to: 'COMPLETED', reason: redo ? 'REDO' : 'COMPLETE', ...about, changes }, now);
      if (mailed) await addJob(tx, 'send-receipt', { paymentId: payment.id }, { key: `send-receipt:${payment.id}` });
      return finish(tx, done, events, now);
    }
    case 'DECLINED': {
      const events = await bookDecline(tx, known.payment, now);
      const declineReason = said.declineReason ?? 'PROVIDER_REFUSED';
      const changes = { declineReason, declineMessage: said.declineMessage, upstreamAction: null, expiresAt: null };
      const declined = step(
        known,
        { to: 'DECLINED', reason: 'DECLINE', ...about, message: said.declineMessage, changes },
        now,
      );
      return finish(tx, declined, events, now);
    }
    case 'REVERSED': {
      const events = await bookReversal(tx, known.payment, now);
      return finish(tx, step(known, { to: 'REVERSED', reason: 'UNDO', ...about }, now), events, now);
    }
  }
}

/** Where the provider's word takes the payment, or null where it changes no status. */
function targetOf({ status }: Payment, said: ProviderPayment): 'COMPLETED' | 'DECLINED' | 'REVERSED' | null {
  const refused = said.status === 'DECLINED' || said.status === 'CANCELLED' || said.status === 'EXPIRED';
  // proof beats whatever we held before: the clock, a cancellation, a refusal that the provider took back, a ruling
  if (said.status === 'COMPLETED') return status === 'COMPLETED' ? null : 'COMPLETED';
  if (status === 'COMPLETED' && (refused || said.status === 'REVERSED')) return 'REVERSED';
  if (refused && (status === 'CREATED' || status === 'PROCESSING')) return 'DECLINED';
  return null;
}

/** Completed at the provider before our own confirmation was recorded: the timeline still shows every step. */
function ensureProcessing(progress: Progress, now: Date): Progress {
  if (progress.payment.status !== 'CREATED') return progress;
  return step(
    progress,
    { to: 'PROCESSING', reason: 'CONFIRM', source: 'PROVIDER_ANSWER', changes: { confirmedAt: now } },
    now,
  );
}

async function finish(tx: Tx, progress: Progress, events: NewEvent[], now: Date): Promise<Payment> {
  const [payment = progress.payment] = await save(tx, [progress], events, now);
  return payment;
}

/** Facts that the provider tells beside the status: its number, its price, what is to be done next. */
function facts(payment: Payment, said: ProviderPayment): Partial<Payment> {
  const open = payment.status === 'CREATED' || payment.status === 'PROCESSING';
  const fee = said.fee?.minor ?? (said.total ? said.total.minor - payment.amountMinor : null);
  return {
    reference: said.reference,
    receiptNumber: said.receiptNumber ?? payment.receiptNumber,
    title: said.title ?? payment.title,
    subtitle: said.subtitle ?? payment.subtitle,
    description: said.description ?? payment.description,
    ...(open ? { upstreamAction: said.nextAction ? JSON.stringify(said.nextAction) : null } : {}),
    // what was confirmed at a price stays at that price: money is held for it
    ...(payment.status === 'CREATED' && fee !== null ? { feeMinor: fee, priced: true } : {}),
    ...(payment.status === 'CREATED' && fee === null ? { priced: false } : {}),
  };
}

/**
 * What the payer was charged in the end, where that is told and the payment has not been booked before: price and rate may have
 * changed since they were shown. What a conversion costs is its amount.
 */
function charged(payment: Payment, said: ProviderPayment): Partial<Payment> {
  const { status, currency, kind, destinationCurrency } = payment;
  const pays = kind === 'PAYOUT' || kind === 'TRANSFER' || kind === 'EXCHANGE';
  const converts = destinationCurrency !== null && destinationCurrency !== currency;
  if (!pays || status === 'REVERSED' || said.direction === 'IN') return {};
  const fee = said.fee?.currency === currency ? said.fee.minor : null;
  const same = said.amount.currency === currency;
  const total =
    said.total?.currency === currency ? said.total.minor : same && fee !== null ? said.amount.minor + fee : null;
  if (total === null) return {};
  if (converts)
    return {
      amountMinor: total - (fee ?? 0n),
      feeMinor: fee ?? 0n,
      exchangeRate: said.exchangeRate ?? payment.exchangeRate,
    };
  return same && said.amount.minor === payment.amountMinor ? { feeMinor: total - payment.amountMinor } : {};
}

async function keepFacts(tx: Tx, progress: Progress, said: ProviderPayment, now: Date): Promise<Payment> {
  const { payment } = progress;
  const learned = Object.entries(facts(payment, said)).filter(
    ([name, value]) => payment[name as keyof Payment] !== value,
  );
  if (said.status === 'UNKNOWN' || learned.length === 0) return payment;
  return finish(tx, touch(progress, Object.fromEntries(learned), now), [], now);
}
