import type { Capabilities } from '../../connectors/connector.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { type MinorAmount, NotFoundError, NotSupportedError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { payableCard } from '../card/store.ts';
import { checkStanding } from '../limit/check-standing.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { checkCurrency, checkWalletState } from '../wallet/rules.ts';
import { findWallet } from '../wallet/store.ts';
import { createProviderPayment } from './create-provider-payment.ts';
import { checkAmount, checkNote, newPayment } from './new-payment.ts';
import { checkCardChoice, type PageChoice, pageChoice, topUpUse } from './top-up.ts';

export interface CreateProviderTopUpInput extends PageChoice {
  idempotencyKey: string;
  walletId: string;
  amount: MinorAmount;
  method: 'CARD' | 'FAST_PAYMENT';
  cardId?: string | undefined;
  saveCard?: boolean | undefined;
  provider?: string | undefined;
  note?: string | undefined;
  confirm: boolean;
}

/**
 * Money into a wallet from a bank card, or by a link that a person's bank pays: through the house wallet of a provider account for a
 * LOCAL one, straight into a wallet that a provider keeps.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, LimitExceededError, NotSupportedError,
 *   ProviderRejectedError, ProviderUnavailableError, IdentificationRequiredError
 */
export function createProviderTopUp(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  { idempotencyKey, confirm, ...input }: CreateProviderTopUpInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const { amount, method, cardId, saveCard } = input;
  checkAmount(amount, 'input.amount');
  const note = checkNote(input.note);
  checkCardChoice(method, { cardId, saveCard });
  const reaches = takes[method];
  return createProviderPayment(deps, viewer, {
    operation: 'topUpCreate',
    idempotencyKey,
    input: { ...input, confirm },
    confirm,
    async plan(tx, id, now) {
      const wallet = await findWallet(tx, viewer, input.walletId);
      if (!wallet) throw new NotFoundError('The wallet');
      checkWalletState(wallet, ['ACTIVE']);
      checkCurrency(wallet, amount.currency, 'input.amount.currency');
      const card = cardId ? await payableCard(tx, viewer, wallet.id, cardId) : null;
      const route = await routeOfWallet(deps, tx, wallet, {
        capability: 'TOP_UPS',
        provider: card?.provider ?? input.provider,
        accountId: card?.providerAccountId,
        reaches,
      });
      if (!reaches(route.connector)) throw new NotSupportedError(wallet.provider, 'TOP_UPS', untaken[method]);
      const known = {
        id,
        partnerId: wallet.partnerId,
        amountMinor: amount.minor,
        currency: amount.currency,
        createdAt: now,
      };
      const parties = {
        destinationWalletId: wallet.id,
        destinationCustomerId: wallet.customerId,
        cardId: card?.id ?? null,
      };
      const fundingSource = method === 'CARD' ? ('CARD' as const) : null;
      const payment = newPayment('TOP_UP', known, { ...parties, topUpMethod: method, fundingSource, note });
      await checkLimits(tx, [topUpUse(payment, wallet)], now);
      await checkStanding(tx, wallet, amount, now);
      const cardChoice = card ? { cardReference: card.reference } : saveCard ? { saveCard } : {};
      return { payment, route, order: { member: 'topUps', ...cardChoice, choice: pageChoice(input) } };
    },
  });
}

type Offer = Pick<Capabilities, 'topUps'>;

/** Does a provider take money so? */
const takes = {
  CARD: ({ topUps }: Offer) => (topUps?.method ?? 'CARD') === 'CARD',
  FAST_PAYMENT: ({ topUps }: Offer) => topUps?.method === 'FAST_PAYMENT',
};
const untaken = {
  CARD: 'The provider of this wallet takes no cards.',
  FAST_PAYMENT: 'The provider of this wallet makes no fast-payment links.',
};
