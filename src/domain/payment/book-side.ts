import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { NewEvent } from '../../events/event.ts';
import {
  houseMoved,
  payoutCompleted,
  payoutHeld,
  payoutProven,
  payoutVoided,
  transferReceived,
} from '../../ledger/entries.ts';
import { openHolds } from '../../ledger/holds.ts';
import { postEntries } from '../../ledger/post.ts';
import type { JournalEntryDraft } from '../../ledger/posting.ts';
import { assert, present } from '../../lib/assert.ts';
import { countLimits } from '../limit/consume-limits.ts';
import { openMirror } from '../wallet/mirror.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { payoutUse } from './payout.ts';
import { balanceEvents } from './post-payment.ts';

/** One wallet's side of a movement that its provider proves. */
export interface Side {
  wallet: WalletWithAccounts;
  direction: 'IN' | 'OUT';
  currency: string;
  /** What the wallet gets, or is charged with the fee; minor units. */
  amount: bigint;
}

/**
 * Books what a payment that was not made here has moved, seen from the wallet in which it was learned first: the payer where
 * there is one, else the receiver. Paid by a card or a phone account it has moved nothing in the wallet.
 */
export async function bookLearned(tx: Tx, payment: Payment, now: Date): Promise<NewEvent[]> {
  if (payment.fundingSource === 'CARD' || payment.fundingSource === 'MOBILE_ACCOUNT') return [];
  const { sourceWalletId, destinationWalletId, currency, amountMinor, feeMinor } = payment;
  const id = present(sourceWalletId ?? destinationWalletId, 'the wallet of a learned payment');
  const wallet = await tx.wallet.findUniqueOrThrow({ where: { id }, include: { accounts: true } });
  return sourceWalletId
    ? bookSide(tx, payment, { wallet, direction: 'OUT', currency, amount: amountMinor + feeMinor }, now)
    : bookSide(tx, payment, { wallet, direction: 'IN', currency, amount: amountMinor }, now);
}

/** Books one side of a payment. What is held for it is captured; where something else was held, the proven amount moves. */
export async function bookSide(tx: Tx, payment: Payment, side: Side, now: Date): Promise<NewEvent[]> {
  const { wallet, direction, currency, amount } = side;
  const about = {
    partnerId: payment.partnerId,
    currency,
    reference: payment.id,
    paymentId: payment.id,
    occurredAt: now,
  };
  if (direction === 'IN') {
    const drafts = wallet.house
      ? houseMoved({ ...about, amount, providerAccountId: holderOf(wallet) })
      : transferReceived({ ...about, amount, walletId: wallet.id });
    return post(tx, payment, side, [drafts], now);
  }
  const holds = await openHolds(tx, payment.id);
  const held = holds.reduce((sum, hold) => sum + hold.amount, 0n);
  if (held === amount) return post(tx, payment, side, [payoutCompleted({ ...about, holds })], now);
  if (held === 0n) await count(tx, payment, wallet, now);
  const left = held === 0n ? [] : [payoutVoided({ ...about, holds })];
  const gone = wallet.house
    ? houseMoved({ ...about, amount: -amount, providerAccountId: holderOf(wallet) })
    : payoutProven({ ...about, amount, walletId: wallet.id, providerAccountId: wallet.id });
  return post(tx, payment, side, [...left, gone], now);
}

/** Reserves what a provider has taken from a wallet for a payment of which it does not know the outcome yet. */
export async function holdLearned(
  tx: Tx,
  payment: Payment,
  wallet: WalletWithAccounts,
  now: Date,
): Promise<NewEvent[]> {
  const { id, partnerId, currency, amountMinor, feeMinor } = payment;
  await count(tx, payment, wallet, now);
  const about = { partnerId, currency, reference: id, paymentId: id, occurredAt: now };
  const amount = amountMinor + feeMinor;
  const draft = payoutHeld({ ...about, amount, fee: 0n, walletId: wallet.id, providerAccountId: wallet.id });
  return post(tx, payment, { wallet, direction: 'OUT', currency, amount }, [draft], now);
}

/** What a provider lets go counts towards the caps here, whatever they say. */
const count = (tx: Tx, payment: Payment, { id, identificationLevel }: WalletWithAccounts, now: Date): Promise<void> =>
  countLimits(
    tx,
    [{ ...payoutUse(payment, identificationLevel), walletId: id }],
    payment.confirmedAt ?? payment.completedAt ?? now,
  );

const holderOf = (wallet: WalletWithAccounts): string =>
  present(wallet.providerAccountId, 'the provider account of a house wallet');

async function post(
  tx: Tx,
  payment: Payment,
  { wallet, currency }: Side,
  drafts: JournalEntryDraft[],
  now: Date,
): Promise<NewEvent[]> {
  if (!wallet.house) await openMirror(tx, wallet, currency, now);
  const result = await postEntries(tx, drafts);
  const refused = result.verdicts.find(({ verdict }) => verdict !== 'POSTED');
  assert(!refused, `the ledger answered ${JSON.stringify(refused)} to a proven movement`);
  const { id: walletId, partnerId, customerId } = wallet;
  // the book of a house wallet is an account of the partner's, not a customer's
  return wallet.house ? [] : balanceEvents([{ partnerId, walletId, customerId, currency }], result, payment.id, now);
}
