import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError } from '../../errors.ts';
import { InvariantError, present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkMayPay } from '../wallet/restrictions.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findPartnerWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { checkConfirmable } from './confirmable.ts';
import { executeUpstream } from './execute-upstream.ts';
import { holdPayout } from './payout.ts';
import { capsOfPayment, enforcePaymentCaps } from './payout-caps.ts';
import { type Progress, resume } from './progress.ts';
import { refusalOf } from './refusal.ts';
import { checkAgreed, repricePayment } from './reprice-payment.ts';
import { startUpstream } from './start-upstream.ts';
import { findPayment, lockPayment, mayAct, save } from './store.ts';
import type { PageChoice } from './top-up.ts';
import { awaitTopUp } from './top-up.ts';
import { carryOutTransfers, checkTransfer } from './transfer.ts';

type ConfirmDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

export interface ConfirmPaymentInput extends PageChoice {
  paymentId: string;
  /** The highest fee that is agreed to, should the price change or the payment go another way; its own fee when left out. */
  maxFee?: MinorAmount | undefined;
  /** Pays a created payout with this card instead of the wallet. */
  payWithCardId?: string | undefined;
  /** The same with a card that is typed on the provider's page. */
  payWithNewCard?: boolean | undefined;
  saveCard?: boolean | undefined;
}

/**
 * Confirms a created payment: from here on money moves. The payment is its own idempotency key: confirming it again
 * answers it as it is, `replayed: true`, and moves nothing.
 * @throws NotFoundError, StateError (it ended, its time has run out, its provider wants more data first, or does not let the
 *   wallet pay),
 *   InsufficientFundsError, LimitExceededError; through a provider also ProviderRejectedError (the payment is DECLINED then,
 *   but CREATED still where the wallet's credentials were refused before anything began)
 *   and ProviderUnavailableError (nothing was sent, nothing has changed), PriceChangedError (it has the new price)
 */
export async function confirmPayment(
  deps: ConfirmDeps & Pick<Deps, 'transfers'>,
  viewer: TenantViewer,
  input: ConfirmPaymentInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  // most confirmations are of transfers between wallets here: they share their transactions
  const grouped = isPlain(input) ? await deps.transfers.confirm(viewer, input.paymentId) : 'ELSEWHERE';
  return grouped === 'ELSEWHERE' ? confirmAlone(deps, viewer, input) : grouped;
}

/** Nothing is said of cards or prices, which only a provider has. */
const isPlain = ({ payWithCardId, payWithNewCard, maxFee }: ConfirmPaymentInput): boolean =>
  payWithCardId === undefined && !payWithNewCard && maxFee === undefined;

/**
 * As `confirmPayment`, in a transaction of its own: whatever a provider carries, and what concerns more than two wallets here.
 * @param options `justPriced`: the payment was created a moment ago, and its price need not be asked for again
 */
export async function confirmAlone(
  deps: ConfirmDeps,
  viewer: TenantViewer,
  input: ConfirmPaymentInput,
  { justPriced = false } = {},
): Promise<{ payment: Payment; replayed: boolean }> {
  await checkPayer(deps, viewer, input.paymentId);
  const agreed = justPriced ? null : await repricePayment(deps, viewer, input);
  // what a card pays uses up no cap of the wallet
  const byCard = input.payWithCardId !== undefined || input.payWithNewCard === true;
  const stated = byCard ? null : await capsOfPayment(deps, viewer, input.paymentId);
  const now = deps.clock.now();
  const started = await transaction(deps.db, async (tx) => {
    const payment = await lockPayment(tx, viewer, input.paymentId);
    if (!payment || !mayAct(viewer, payment)) throw new NotFoundError('The payment');
    if (checkConfirmable(payment, now) === 'CONFIRMED') return { payment, replayed: true };
    if (!payment.providerAccountId) refuseCard(input);
    // somebody else's confirmation may have taken it another way meanwhile
    if (agreed !== null) checkAgreed(payment, agreed);
    if (stated) await enforcePaymentCaps(tx, payment, stated, now);
    const confirmed = payment.providerAccountId
      ? await startUpstream(deps, tx, viewer, payment, input, now)
      : await confirmLocal(tx, payment, now);
    return { payment: confirmed, replayed: false };
  });
  if (started.replayed || started.payment.providerAccountId === null) return started;
  const { payment, refusal } = await executeUpstream(deps, started.payment.id, null);
  if (refusal) throw await refusalOf(deps, payment, refusal);
  return { payment, replayed: false };
}

/** A wallet that its provider keeps is asked for once more: what stops it there must not begin here. */
async function checkPayer(deps: ConfirmDeps, viewer: TenantViewer, paymentId: string): Promise<void> {
  const payment = await findPayment(deps.db.prisma, viewer, paymentId);
  if (payment?.status !== 'CREATED' || !payment.providerAccountId || !payment.sourceWalletId) return;
  if (mayAct(viewer, payment)) await checkMayPay(deps, viewer, payment.sourceWalletId);
}

/** A caller who names a card must not find the wallet charged in its place. */
function refuseCard({ payWithCardId, payWithNewCard }: ConfirmPaymentInput): void {
  const field = payWithCardId !== undefined ? 'payWithCardId' : payWithNewCard ? 'payWithNewCard' : null;
  if (field)
    throw InvalidInputError.at(
      `input.${field}`,
      'a card pays only for what a provider carries; this wallet pays itself.',
    );
}

/** What confirming means for each kind, on the ledger here. The payment's row is locked and CREATED. */
async function confirmLocal(tx: Tx, payment: Payment, now: Date): Promise<Payment> {
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

/** A wallet of the payment, in use. */
async function activeWallet(tx: Tx, payment: Payment, walletId: string | null): Promise<WalletWithAccounts> {
  const found = await findPartnerWallet(tx, payment.partnerId, present(walletId, 'a wallet id'));
  const wallet = present(found, 'a wallet of the payment');
  checkWalletState(wallet, ['ACTIVE']);
  return wallet;
}
