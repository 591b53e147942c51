import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { checkCurrency, checkLocal, checkWalletState } from '../wallet/rules.ts';
import { findWallet } from '../wallet/store.ts';
import { checkAmount, checkNote, newPayment } from './new-payment.ts';
import { checked } from './payees.ts';
import { type BankAccountData, bankAccountData, holdPayout, payoutUse, sealDestination } from './payout.ts';
import { begin } from './progress.ts';
import { replayedPayment, save } from './store.ts';
import { checkFunds } from './transfer.ts';

export interface CreateBankPayoutInput {
  idempotencyKey: string;
  fromWalletId: string;
  amount: MinorAmount;
  /** To a person's bank account; the partner's own bank carries it out and paymentResolve tells the outcome. */
  bankAccount: unknown;
  note?: string | undefined;
  confirm: boolean;
}

/**
 * Money out of a LOCAL wallet to a bank account. Confirmed, it is held until an operator rules on the outcome.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, LimitExceededError,
 *   NotSupportedError
 */
export async function createBankPayout(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: CreateBankPayoutInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const { amount } = input;
  checkAmount(amount, 'input.amount');
  if (amount.currency !== 'RUB') throw InvalidInputError.at('input.amount.currency', 'bank accounts are paid in RUB.');
  const note = checkNote(input.note);
  const account = ownBankAccount(input.bankAccount);
  const now = clock.now();
  return transaction(db, async (tx) => {
    const claim = { operation: 'payoutCreate', key: idempotencyKey, input, resultId: newId('Payment') };
    const { resultId: id, replayed } = await once(tx, { vault }, viewer, claim);
    if (replayed) return { payment: await replayedPayment(tx, viewer, id), replayed };

    const wallet = await findWallet(tx, viewer, input.fromWalletId);
    if (!wallet) throw new NotFoundError('The paying wallet');
    checkLocal(wallet, 'PAYOUTS');
    checkWalletState(wallet, ['ACTIVE']);
    checkCurrency(wallet, amount.currency, 'input.amount.currency');
    const known = {
      id,
      partnerId: wallet.partnerId,
      amountMinor: amount.minor,
      currency: amount.currency,
      createdAt: now,
    };
    const parties = {
      sourceWalletId: wallet.id,
      sourceCustomerId: wallet.customerId,
      destinationSealed: sealDestination(vault, id, account),
    };
    const created = begin(newPayment('PAYOUT', known, { ...parties, note, idempotencyKey }), 'API', now);
    await checkLimits(tx, [payoutUse(created.payment, wallet.identificationLevel)], now);
    await checkFunds(tx, created.payment, wallet.id);
    const { progress, events } = input.confirm
      ? await holdPayout(tx, created, wallet, now)
      : { progress: created, events: [] };
    return { payment: present((await save(tx, [progress], events, now))[0], 'the payment'), replayed };
  });
}

/** @throws InvalidInputError naming each field that the partner's own bank cannot pay to */
export function ownBankAccount(given: unknown): BankAccountData {
  const path = ['input', 'destination', 'bankAccount'];
  const account = checked(bankAccountData, given, path);
  if (account.accountKind === 'ACCOUNT') return account;
  const message = 'contracts are paid by a bank’s own service: name it with `bankId` (see withdrawalBanks).';
  throw new InvalidInputError([{ path: [...path, 'accountKind'], message }]);
}
