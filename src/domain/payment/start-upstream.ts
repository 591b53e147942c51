import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, StateError } from '../../errors.ts';
import type { NewEvent } from '../../events/event.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { payableCard } from '../card/store.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { connectorOf } from '../provider/store.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findPartnerWallet } from '../wallet/store.ts';
import { loadUpstream, type Upstream } from './attempt.ts';
import type { ConfirmPaymentInput } from './confirm-payment.ts';
import { sealOrder, type UpstreamOrder } from './order.ts';
import { waitForLink } from './pay-by-link.ts';
import { holdPayout } from './payout.ts';
import { type Progress, resume, step } from './progress.ts';
import { save } from './store.ts';
import { pageChoice } from './top-up.ts';
import { watchOver } from './watch-upstream.ts';

/**
 * Step 1 of confirming a payment at its provider, in one transaction: PROCESSING, hold, caps, attempt, event, resolver.
 * @throws StateError when the provider is still pricing or wants more data; ProviderUnavailableError when its circuit is open;
 *   InsufficientFundsError, LimitExceededError, NotFoundError and StateError of a card
 */
export async function startUpstream(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  tx: Tx,
  viewer: TenantViewer,
  payment: Payment,
  input: ConfirmPaymentInput,
  now: Date,
): Promise<Payment> {
  const upstream = await loadUpstream(deps, tx, payment);
  checkReady(deps, upstream);
  const paid = await withCard(tx, viewer, upstream, input);
  const row = { ...payment, ...paid.changes, orderSealed: sealOrder(deps.vault, payment.id, paid.order) };
  const { progress, events } = await reserve(tx, { ...resume(payment), payment: row }, upstream, now);
  // a call before now only created the payment
  const unconfirmed = { confirming: true, calledAt: null };
  await tx.paymentAttempt.update({ where: { id: upstream.attempt.id }, data: unconfirmed });
  await watchOver(tx, payment.id, now);
  return present((await save(tx, [progress], events, now))[0], 'the payment');
}

function checkReady(
  { connectors, vault }: Pick<Deps, 'vault' | 'connectors'>,
  { payment, attempt, account, capability }: Upstream,
): void {
  const created = attempt.reference !== null || !capability.create;
  const action = payment.upstreamAction ? (JSON.parse(payment.upstreamAction) as { kind: string }).kind : 'CONFIRM';
  if (!created || !payment.priced || action !== 'CONFIRM') {
    const why =
      action === 'UPDATE'
        ? 'Its provider wants more data first (paymentUpdate).'
        : 'Its provider has not priced it yet.';
    throw new StateError('PAYMENT_STATE', payment.status, ['CREATED'], `The payment cannot be confirmed yet. ${why}`);
  }
  const { openCircuits } = connectors.health(connectorOf({ connectors, vault }, account));
  if (capability.operations.some((operation) => openCircuits.includes(operation))) {
    throw new ProviderUnavailableError(account.provider, null);
  }
}

/** A payout may be paid with a card at the last moment: then it is a transit, and the wallet keeps its money. */
async function withCard(
  tx: Tx,
  viewer: TenantViewer,
  { payment, order }: Upstream,
  input: ConfirmPaymentInput,
): Promise<{ order: UpstreamOrder; changes: Partial<Payment> }> {
  const choice = { ...order.choice, ...pageChoice(input) };
  const { payWithCardId, payWithNewCard, saveCard } = input;
  if (!payWithCardId && !payWithNewCard) {
    if (saveCard) throw InvalidInputError.at('input.saveCard', 'goes with payWithNewCard.');
    return { order: { ...order, choice }, changes: {} };
  }
  const path = payWithCardId ? 'input.payWithCardId' : 'input.payWithNewCard';
  if (payWithCardId && payWithNewCard)
    throw InvalidInputError.at(path, 'give one of payWithCardId and payWithNewCard.');
  if (payment.kind !== 'PAYOUT')
    throw InvalidInputError.at(path, `a ${payment.kind} cannot change its payer; only payouts can.`);
  const card = payWithCardId
    ? await payableCard(
        tx,
        viewer,
        present(payment.sourceWalletId, 'the wallet'),
        payWithCardId,
        payment.providerAccountId,
      )
    : null;
  const payWith = card ? { cardReference: card.reference } : { saveCard: saveCard ?? false };
  const changes = { kind: 'TRANSIT' as const, fundingSource: 'CARD' as const, cardId: card?.id ?? null };
  return { order: { ...order, choice: { ...choice, payWith } }, changes };
}

/** Holds the money of a payout, a transfer or a conversion; what a card pays holds nothing here. */
async function reserve(
  tx: Tx,
  progress: Progress,
  upstream: Upstream,
  now: Date,
): Promise<{ progress: Progress; events: NewEvent[] }> {
  const { payment } = progress;
  const walletId = payment.sourceWalletId ?? payment.destinationWalletId;
  const wallet = walletId ? present(await findPartnerWallet(tx, payment.partnerId, walletId), 'the wallet') : null;
  if (wallet) checkWalletState(wallet, ['ACTIVE']);
  if (payment.kind === 'PAYOUT' || payment.kind === 'TRANSFER' || payment.kind === 'EXCHANGE')
    return holdPayout(tx, progress, present(wallet, 'the paying wallet'), now);
  const changes = { confirmedAt: now, expiresAt: await waitForLink(tx, upstream, now) };
  return { progress: step(progress, { to: 'PROCESSING', reason: 'CONFIRM', source: 'API', changes }, now), events: [] };
}
