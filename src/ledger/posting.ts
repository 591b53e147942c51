import { newId } from '../lib/ids.ts';
import type { LedgerAccountRef } from './account.ts';

/**
 * POST moves money. HOLD reserves it. CAPTURE moves reserved money; RELEASE gives it back.
 * A hold may be captured in parts; what is left of it is released.
 */
export type PostingKind = 'POST' | 'HOLD' | 'CAPTURE' | 'RELEASE';

/** One amount from one debit to one credit account: it balances by construction. */
export interface PostingDraft {
  kind: PostingKind;
  debit: LedgerAccountRef;
  credit: LedgerAccountRef;
  /** Minor units, above zero. */
  amount: bigint;
  /** The hold that is made, captured or released; null for POST. */
  holdId: string | null;
  expiresAt: Date | null;
}

/** An atomic, coded list of postings, idempotent on (code, reference). */
export interface JournalEntryDraft {
  id: string;
  partnerId: string;
  code: string;
  /** The business id that the entry is for; with the code it may stand in the books once. */
  reference: string;
  paymentId: string | null;
  /** The entry that this one undoes. */
  reversesId: string | null;
  /** When it happened in the world. */
  occurredAt: Date;
  postings: PostingDraft[];
}

/** A hold as later entries need it: who made it over what. */
export interface HoldRef {
  id: string;
  debit: LedgerAccountRef;
  credit: LedgerAccountRef;
}

/** Moves an amount. */
export const move = (debit: LedgerAccountRef, credit: LedgerAccountRef, amount: bigint): PostingDraft => ({
  kind: 'POST',
  debit,
  credit,
  amount,
  holdId: null,
  expiresAt: null,
});

/** Reserves an amount until it is captured, released, or `expiresAt` has passed. */
export const hold = (
  debit: LedgerAccountRef,
  credit: LedgerAccountRef,
  amount: bigint,
  expiresAt: Date | null,
): PostingDraft => ({
  kind: 'HOLD',
  debit,
  credit,
  amount,
  holdId: newId('Hold'),
  expiresAt,
});

/** Moves reserved money, all of the hold or a part. */
export const capture = (held: HoldRef, amount: bigint): PostingDraft => ({
  kind: 'CAPTURE',
  debit: held.debit,
  credit: held.credit,
  amount,
  holdId: held.id,
  expiresAt: null,
});

/** Gives reserved money back, all of the hold or a part. */
export const release = (held: HoldRef, amount: bigint): PostingDraft => ({ ...capture(held, amount), kind: 'RELEASE' });
