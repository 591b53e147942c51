import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, StateError } from '../../errors.ts';
import { InvariantError, present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findPartnerWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { holdPayout } from './payout.ts';
import { type Progress, resume } from './progress.ts';
import { lockPayment, mayAct, save } from './store.ts';
import { awaitTopUp } from './top-up.ts';
import { carryOutTransfers, checkTransfer } from './transfer.ts';

/**
 * Confirms a created payment: from here on money moves. The payment is its own idempotency key: confirming it again
 * answers it as it is, `replayed: true`, and moves nothing.
 * @throws NotFoundError, StateError (it ended, or its time has run out), InsufficientFundsError, LimitExceededError
 */
export async function confirmPayment(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  viewer: TenantViewer,
  paymentId: string,
): Promise<{ payment: Payment; replayed: boolean }> {
  const now = clock.now();
  return transaction(db, async (tx) => {
    const payment = await lockPayment(tx, viewer, paymentId);
    if (!payment || !mayAct(viewer, payment)) throw new NotFoundError('The payment');
    if (payment.status === 'PROCESSING' || payment.status === 'COMPLETED') return { payment, replayed: true };
    if (payment.status !== 'CREATED')
      throw notConfirmable(payment, `The payment is ${payment.status}; only a CREATED one can be confirmed.`);
    if (payment.expiresAt && payment.expiresAt <= now)
      throw notConfirmable(payment, 'The time to confirm this payment has run out. Create it anew.');
    return { payment: await confirmLocked(tx, payment, now), replayed: false };
  });
}

const notConfirmable = (payment: Payment, message: string) =>
  new StateError('PAYMENT_STATE', payment.status, ['CREATED'], message);

/** What confirming means for each kind. The payment's row is locked and CREATED. */
async function confirmLocked(tx: Tx, payment: Payment, now: Date): Promise<Payment> {
  const progress = resume(payment);
  switch (payment.kind) {
    case 'TRANSFER':
      return confirmTransfer(tx, progress, now);
    case 'PAYOUT': {
      const wallet = await activeWallet(tx, payment, payment.sourceWalletId);
      const held = await holdPayout(tx, progress, wallet, now);
      return present((await save(tx, [held.progress], held.events, now))[0], 'the payment');
    }
    case 'TOP_UP': {
      const wallet = await activeWallet(tx, payment, payment.destinationWalletId);
      return present((await save(tx, [await awaitTopUp(tx, progress, wallet, now)], [], now))[0], 'the payment');
    }
    default:
      throw new InvariantError(`a payment of kind ${payment.kind} is never confirmed here`);
  }
}

async function confirmTransfer(tx: Tx, progress: Progress, now: Date): Promise<Payment> {
  const { payment } = progress;
  const from = await activeWallet(tx, payment, payment.sourceWalletId);
  const to = await activeWallet(tx, payment, payment.destinationWalletId);
  const amount = { minor: payment.amountMinor, currency: payment.currency };
  checkTransfer({ id: payment.id, from, to, amount, note: payment.note, idempotencyKey: null, batchId: null }, 'input');
  const wallets = new Map([from, to].map((wallet) => [wallet.id, wallet]));
  const { progresses, events } = await carryOutTransfers(tx, [progress], wallets, now);
  return present((await save(tx, progresses, events, now))[0], 'the payment');
}

async function activeWallet(tx: Tx, payment: Payment, walletId: string | null): Promise<WalletWithAccounts> {
  const wallet = present(
    await findPartnerWallet(tx, payment.partnerId, present(walletId, 'a wallet id')),
    'a wallet of the payment',
  );
  checkWalletState(wallet, ['ACTIVE']);
  return wallet;
}
