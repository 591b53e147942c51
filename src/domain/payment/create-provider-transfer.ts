import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { checkCurrency, checkWalletState } from '../wallet/rules.ts';
import { findWallet } from '../wallet/store.ts';
import { createExchange } from './create-exchange.ts';
import { createProviderPayment } from './create-provider-payment.ts';
import type { CreateTransferInput } from './create-transfer.ts';
import { checkNote, newPayment } from './new-payment.ts';
import { recipientOf } from './recipient.ts';
import { transferUse } from './transfer.ts';

/**
 * A transfer out of a wallet that a provider keeps, to another wallet there: one that is known here, or any by its phone.
 * Created and priced at the provider at once; confirmed, it is held until the provider proves its outcome. Where both wallets
 * are known here, both books follow.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, LimitExceededError, NotSupportedError,
 *   ProviderRejectedError, ProviderUnavailableError, IdentificationRequiredError
 */
export function createProviderTransfer(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  { idempotencyKey, confirm, ...input }: CreateTransferInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const { amount, to, fromCurrency } = input;
  if (fromCurrency !== undefined && fromCurrency !== amount.currency)
    return createExchange(deps, viewer, { idempotencyKey, confirm, ...input, fromCurrency });
  const note = checkNote(input.note);
  return createProviderPayment(deps, viewer, {
    operation: 'transferCreate',
    idempotencyKey,
    input: { ...input, confirm },
    confirm,
    async plan(tx, id, now) {
      const from = await findWallet(tx, viewer, input.fromWalletId);
      if (!from) throw new NotFoundError('The paying wallet');
      checkWalletState(from, ['ACTIVE']);
      checkCurrency(from, amount.currency, 'input.amount.currency');
      const { recipient, phone } = await recipientOf(deps, tx, from, to);
      if (recipient?.id === from.id) throw itself(to);
      const route = await routeOfWallet(deps, tx, from, { capability: 'TRANSFERS' });
      const known = {
        id,
        partnerId: from.partnerId,
        amountMinor: amount.minor,
        currency: amount.currency,
        createdAt: now,
      };
      const payment = newPayment('TRANSFER', known, {
        sourceWalletId: from.id,
        sourceCustomerId: from.customerId,
        destinationWalletId: recipient?.id ?? null,
        destinationCustomerId: recipient?.customerId ?? null,
        fundingSource: 'BALANCE',
        note,
      });
      await checkLimits(tx, [transferUse(payment, from)], now);
      const order = { member: 'transfers' as const, recipientPhone: phone, ...(note ? { note } : {}), choice: {} };
      return { payment, route, order };
    },
  });
}

const itself = ({ phone }: CreateTransferInput['to']) =>
  InvalidInputError.at(
    phone === undefined ? 'input.to.walletId' : 'input.to.phone',
    'a wallet cannot pay itself; name another recipient.',
  );
