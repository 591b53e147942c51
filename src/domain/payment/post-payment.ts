import type { Tx } from '../../db/client.ts';
import { InsufficientFundsError, InvalidInputError, StateError } from '../../errors.ts';
import type { NewEvent } from '../../events/event.ts';
import { balanceOf } from '../../ledger/balance.ts';
import { type PostResult, postEntries, type Verdict } from '../../ledger/post.ts';
import type { JournalEntryDraft } from '../../ledger/posting.ts';
import { InvariantError, present } from '../../lib/assert.ts';
import { bookAccount, type WalletBook } from '../wallet/book.ts';
import { balanceChanged } from '../wallet/events.ts';

/** An entry on its way to the books, with the payer's side for the refusal. */
export interface PaymentPosting {
  draft: JournalEntryDraft;
  payer: WalletBook | null;
  /** What the payer must have: amount and fee, minor units. */
  required: bigint;
}

/**
 * Posts the entries of one transaction, all or none.
 * @throws InsufficientFundsError, StateError (a closed account), InvalidInputError (currencies): the transaction rolls back
 */
export async function postPayments(tx: Tx, postings: PaymentPosting[]): Promise<PostResult> {
  const result = await postEntries(
    tx,
    postings.map(({ draft }) => draft),
  );
  result.verdicts.forEach((verdict, index) => {
    refuse(verdict, present(postings[index], 'a posting'), result);
  });
  return result;
}

function refuse(verdict: Verdict, { draft, payer, required }: PaymentPosting, result: PostResult): void {
  if (verdict.verdict === 'POSTED') return;
  if (verdict.verdict === 'REFUSED') {
    if (verdict.reason === 'INSUFFICIENT_FUNDS' && payer && verdict.accountId === bookAccount(payer).id) {
      const counters = present(result.counters.get(verdict.accountId), 'counters of a refused account');
      const available = { minor: balanceOf('LIABILITY', counters).available, currency: payer.currency };
      throw new InsufficientFundsError(available, { minor: required, currency: payer.currency });
    }
    if (verdict.reason === 'ACCOUNT_CLOSED') throw closedMeanwhile();
    if (verdict.reason === 'CURRENCY_MISMATCH')
      throw InvalidInputError.at('input.amount.currency', 'both wallets must have it.');
  }
  throw new InvariantError(
    `the ledger answered ${JSON.stringify(verdict.verdict)} to ${draft.code} ${draft.reference}`,
  );
}

/** The refusal of a payment whose wallet was open when it was looked at, and is not any more. */
export const closedMeanwhile = (): StateError =>
  new StateError('WALLET_STATE', 'CLOSED', ['ACTIVE'], 'A wallet of this payment was closed in the meantime.');

/** One BALANCE_CHANGED for each book that the postings touched. */
export function balanceEvents(
  books: WalletBook[],
  result: Pick<PostResult, 'counters'>,
  paymentId: string,
  at: Date,
): NewEvent[] {
  const byAccount = new Map(books.map((book) => [bookAccount(book).id, book]));
  return [...byAccount].flatMap(([id, book]) => {
    const counters = result.counters.get(id);
    return counters ? [balanceChanged(book, counters, paymentId, at)] : [];
  });
}
