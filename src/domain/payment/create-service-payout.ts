import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { type MinorAmount, NotFoundError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { IdentificationRequiredError } from '../provider/errors.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { checkCurrency, checkWalletState } from '../wallet/rules.ts';
import { findWallet } from '../wallet/store.ts';
import { createProviderPayment } from './create-provider-payment.ts';
import { checkAmount, checkNote, newPayment } from './new-payment.ts';
import { payoutUse } from './payout.ts';
import { orderService, type ServiceOrder, type ServiceTarget } from './service-order.ts';
import { checkFunds } from './transfer.ts';

export interface CreateServicePayoutInput {
  idempotencyKey: string;
  fromWalletId: string;
  amount: MinorAmount;
  destination: ServiceTarget;
  provider?: string | undefined;
  note?: string | undefined;
  confirm: boolean;
}

/**
 * Money out of a wallet to a service of a provider's catalogue, or to a phone. Created and priced at the provider at once;
 * confirmed, it is held until the provider proves its outcome.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, LimitExceededError,
 *   IdentificationRequiredError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export function createServicePayout(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  { idempotencyKey, confirm, ...input }: CreateServicePayoutInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const { amount, destination } = input;
  checkAmount(amount, 'input.amount');
  const note = checkNote(input.note);
  return createProviderPayment<ServiceOrder>(deps, viewer, {
    operation: 'payoutCreate',
    idempotencyKey,
    input: { ...input, confirm },
    confirm,
    prepare: () =>
      orderService(deps, viewer.partnerId, destination, {
        amount,
        capability: 'PAYOUTS',
        provider: input.provider,
        path: ['input', 'destination'],
      }),
    async plan(tx, id, now, ordered) {
      const { service, parameters, feeMinor, ...found } = present(ordered, 'the order of a new payout');
      const wallet = await findWallet(tx, viewer, input.fromWalletId);
      if (!wallet) throw new NotFoundError('The paying wallet');
      checkWalletState(wallet, ['ACTIVE']);
      checkCurrency(wallet, amount.currency, 'input.amount.currency');
      if (service.identificationRequired && wallet.identificationLevel === 'NONE')
        throw new IdentificationRequiredError('SIMPLIFIED');
      const known = {
        id,
        partnerId: wallet.partnerId,
        amountMinor: amount.minor,
        currency: amount.currency,
        createdAt: now,
      };
      const parties = { sourceWalletId: wallet.id, sourceCustomerId: wallet.customerId, serviceId: service.id };
      const payment = newPayment('PAYOUT', known, { ...parties, feeMinor, fundingSource: 'BALANCE', note });
      await checkLimits(tx, [payoutUse(payment, wallet.identificationLevel)], now);
      const { provider, origin } = service;
      const wishes = { capability: 'PAYOUTS' as const, provider, origin };
      const route = isMirrored(wallet) ? await routeOfWallet(deps, tx, wallet, wishes) : found.route;
      // what a wallet at a provider may spend is the provider's to say
      if (!isMirrored(wallet)) await checkFunds(tx, payment, wallet.id);
      return {
        payment,
        route,
        order: { member: 'payouts', serviceReference: service.providerReference, parameters, choice: {} },
      };
    },
  });
}
