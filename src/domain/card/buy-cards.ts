import type { CardPurchase } from '../../connectors/issued-cards.ts';
import type { Tx } from '../../db/client.ts';
import type { Card, Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError, StateError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { sealKept } from '../mirror/parties.ts';
import { createProviderPayment, type ProviderPlan } from '../payment/create-provider-payment.ts';
import { newPayment } from '../payment/new-payment.ts';
import { payoutUse } from '../payment/payout.ts';
import { readOfWallet } from '../wallet/refusal.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { checkCurrency, checkWalletState } from '../wallet/rules.ts';
import { type IssuedAtProvider, issuedCardWallet, issuedOfWallet, notUsable } from './issued.ts';
import { findCard } from './store.ts';

type BuyDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

export interface PayCardInput {
  idempotencyKey: string;
  cardId: string;
  confirm: boolean;
}

/**
 * Pays for an ordered card: a payout to the provider's own service, from the wallet that ordered. The card is PENDING from the
 * confirmation on, until the provider lists it; refused, it can be paid again.
 * @throws NotFoundError, IdempotencyError, StateError, InsufficientFundsError, LimitExceededError, NotSupportedError,
 *   ProviderRejectedError, ProviderUnavailableError, IdentificationRequiredError
 */
export async function payCard(
  deps: BuyDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: PayCardInput,
): Promise<{ card: Card; payment: Payment; replayed: boolean }> {
  const { prisma } = deps.db;
  const paid = await createProviderPayment(deps, viewer, {
    operation: 'cardPay',
    idempotencyKey,
    input,
    confirm: input.confirm,
    async plan(tx, id, now) {
      await tx.$executeRaw`SELECT 1 FROM card WHERE id = ${input.cardId} FOR UPDATE`;
      const card = await findCard(tx, viewer, input.cardId);
      if (!card) throw new NotFoundError('The card');
      checkUnpaid(card);
      const reached = await issuedCardWallet(deps, tx, card);
      const purchase = reached.issued.orderPayment(reached.call, present(card.orderReference, 'the order of a card'));
      const price = {
        minor: present(card.priceMinor, 'the price of a card'),
        currency: present(card.priceCurrency, 'the currency of a price'),
      };
      const planned = await plan(deps, tx, reached, { id, price, purchase }, now);
      await tx.card.update({ where: { id: card.id }, data: { paymentId: id } });
      return planned;
    },
  });
  const card = present(await findCard(prisma, viewer, input.cardId), 'the card that was paid');
  return { ...paid, card };
}

function checkUnpaid(card: Card): void {
  if (card.state !== 'PAYMENT_REQUIRED') throw notUsable(card, ['PAYMENT_REQUIRED']);
  if (card.paymentId === null) return;
  throw new StateError(
    'CARD_STATE',
    card.state,
    ['PAYMENT_REQUIRED'],
    'A payment for this card was created already: confirm it, or cancel it first.',
  );
}

export interface BuyPackageInput {
  idempotencyKey: string;
  walletId: string;
  /** Of `cardOffers`, of kind PACKAGE. */
  offerCode: string;
  confirm: boolean;
}

/**
 * Buys a package of cards: a payout to the provider's own service.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, LimitExceededError,
 *   NotSupportedError, ProviderRejectedError, ProviderUnavailableError, IdentificationRequiredError
 */
export async function buyPackage(
  deps: BuyDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: BuyPackageInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const reached = await issuedOfWallet(deps, viewer, input.walletId);
  return createProviderPayment<MinorAmount>(deps, viewer, {
    operation: 'cardPackageBuy',
    idempotencyKey,
    input,
    confirm: input.confirm,
    prepare: () => priceOf(reached, input.offerCode),
    plan(tx, id, now, priced) {
      const purchase = present(reached.issued.packagePayment(reached.call, input.offerCode), 'a package');
      const price = present(priced, 'the price of a package');
      return plan(deps, tx, reached, { id, price, purchase }, now);
    },
  });
}

/** What a package costs, by the provider's word. */
async function priceOf({ wallet, issued, call }: IssuedAtProvider, offerCode: string): Promise<MinorAmount> {
  const offers = await readOfWallet(wallet, () => issued.offers(call));
  const packages = offers.filter(({ kind, price }) => kind === 'PACKAGE' && price !== null);
  const price = packages.find(({ code }) => code === offerCode)?.price;
  if (price) return price;
  const codes = packages.map(({ code }) => code).join(', ');
  throw InvalidInputError.at('input.offerCode', `must be one of ${codes} (cardOffers).`);
}

/** The payout that buys something of the provider's cards. */
async function plan(
  deps: BuyDeps,
  tx: Tx,
  { wallet }: IssuedAtProvider,
  { id, price, purchase }: { id: string; price: MinorAmount; purchase: CardPurchase },
  now: Date,
): Promise<ProviderPlan> {
  checkWalletState(wallet, ['ACTIVE']);
  checkCurrency(wallet, price.currency, 'input');
  const { partnerId, customerId } = wallet;
  const known = { id, partnerId, amountMinor: price.minor, currency: price.currency, createdAt: now };
  const payment = newPayment('PAYOUT', known, {
    sourceWalletId: wallet.id,
    sourceCustomerId: customerId,
    fundingSource: 'BALANCE',
    title: purchase.serviceName,
    partiesSealed: sealKept(deps.vault, id, {
      source: { kind: 'WALLET', phone: null },
      destination: {
        kind: 'SERVICE',
        name: purchase.serviceName,
        account: Object.values(purchase.parameters)[0] ?? null,
      },
    }),
  });
  await checkLimits(tx, [payoutUse(payment, wallet.identificationLevel)], now);
  const route = await routeOfWallet(deps, tx, wallet, { capability: 'PAYOUTS' });
  const { serviceReference, parameters } = purchase;
  return { payment, route, order: { member: 'payouts', serviceReference, parameters: { ...parameters }, choice: {} } };
}
