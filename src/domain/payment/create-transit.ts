import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { payableCard } from '../card/store.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { createProviderPayment } from './create-provider-payment.ts';
import { checkAmount, newPayment } from './new-payment.ts';
import { orderService, type ServiceOrder } from './service-order.ts';
import { type PageChoice, pageChoice } from './top-up.ts';
import { planTwoLegs, prepareSecondLeg, type SecondLeg } from './two-leg-transit.ts';

export interface CreateTransitInput extends PageChoice {
  idempotencyKey: string;
  /** Left out: an anonymous payment, for partner keys only. */
  walletId?: string | undefined;
  cardId?: string | undefined;
  saveCard?: boolean | undefined;
  amount: MinorAmount;
  service: { serviceId: string; parameters: { id: string; value: string }[] };
  provider?: string | undefined;
  receiptEmail?: string | undefined;
  confirm: boolean;
}

/**
 * Card straight to a service; no wallet's money moves. It may be charged at one provider and reach the service through another: what the
 * second one refuses lands in the wallet.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ProviderRejectedError,
 *   ProviderUnavailableError, IdentificationRequiredError
 */
export function createTransit(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  { idempotencyKey, confirm, ...input }: CreateTransitInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const { amount, cardId, saveCard, receiptEmail } = input;
  checkAmount(amount, 'input.amount');
  checkPayer(viewer, input);
  return createProviderPayment<ServiceOrder | SecondLeg>(deps, viewer, {
    operation: 'transitCreate',
    idempotencyKey,
    input: { ...input, confirm },
    confirm,
    prepare: () => prepareTransit(deps, viewer, input),
    async plan(tx, id, now, prepared) {
      const ordered = present(prepared, 'the order of a new transit');
      const { service, parameters, feeMinor, ...found } = ordered;
      const wallet = input.walletId ? await payingWallet(tx, viewer, input.walletId) : null;
      if ('charge' in ordered) return planTwoLegs(deps, tx, viewer, input, { second: ordered, wallet, id, now });
      const wishes = { capability: 'TRANSITS' as const, provider: service.provider, origin: service.origin };
      const route = wallet && isMirrored(wallet) ? await routeOfWallet(deps, tx, wallet, wishes) : found.route;
      const card = wallet && cardId ? await payableCard(tx, viewer, wallet.id, cardId, route.account.id) : null;
      const known = {
        id,
        partnerId: viewer.partnerId,
        amountMinor: amount.minor,
        currency: amount.currency,
        createdAt: now,
      };
      const parties = {
        sourceWalletId: wallet?.id ?? null,
        sourceCustomerId: wallet?.customerId ?? null,
        cardId: card?.id ?? null,
      };
      const payment = newPayment('TRANSIT', known, {
        ...parties,
        serviceId: service.id,
        feeMinor,
        fundingSource: 'CARD',
      });
      const cardChoice = card ? { cardReference: card.reference } : saveCard ? { saveCard } : {};
      const order = {
        member: 'transits' as const,
        serviceReference: service.providerReference,
        parameters,
        anonymous: wallet === null,
        ...cardChoice,
        choice: pageChoice(input),
        ...(receiptEmail ? { receiptEmail } : {}),
      };
      return { payment, route, order };
    },
  });
}

/** What one provider carries whole is left to it; else the card is charged by one that takes cards, and the service paid by its own. */
async function prepareTransit(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  input: Pick<CreateTransitInput, 'service' | 'amount' | 'provider' | 'receiptEmail'>,
): Promise<ServiceOrder | SecondLeg> {
  const { service, amount, provider } = input;
  const about = { amount, capability: 'TRANSITS' as const, provider, path: ['input'] };
  try {
    return await orderService(deps, viewer.partnerId, { service }, about);
  } catch (error) {
    if (!(error instanceof NotSupportedError) || provider !== undefined) throw error;
    return prepareSecondLeg(deps, viewer, input);
  }
}

function checkPayer(
  viewer: TenantViewer,
  { walletId, cardId, saveCard, receiptEmail }: Omit<CreateTransitInput, 'idempotencyKey' | 'confirm'>,
): void {
  if (cardId && saveCard)
    throw InvalidInputError.at('input.saveCard', 'a saved card is kept already; leave saveCard out.');
  if (walletId) {
    if (receiptEmail) throw InvalidInputError.at('input.receiptEmail', 'is for payments without a wallet.');
    return;
  }
  if (viewer.kind === 'CUSTOMER')
    throw InvalidInputError.at(
      'input.walletId',
      'is required of a session; only a partner’s key pays without a wallet.',
    );
  if (cardId || saveCard) throw InvalidInputError.at('input.walletId', 'is required to use or keep a card.');
}

async function payingWallet(tx: Tx, viewer: TenantViewer, id: string): Promise<WalletWithAccounts> {
  const wallet = await findWallet(tx, viewer, id);
  if (!wallet) throw new NotFoundError('The wallet');
  checkWalletState(wallet, ['ACTIVE']);
  return wallet;
}
