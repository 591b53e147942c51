import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { checkPhone, openPhone } from '../wallet/phone.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { checkCurrency, checkWalletState } from '../wallet/rules.ts';
import { findPartnerWallet, findWallet, findWalletByPhone, type WalletWithAccounts } from '../wallet/store.ts';
import { createProviderPayment } from './create-provider-payment.ts';
import type { CreateTransferInput } from './create-transfer.ts';
import { checkNote, newPayment } from './new-payment.ts';
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
      if (fromCurrency !== undefined && fromCurrency !== amount.currency)
        throw new NotSupportedError(
          from.provider,
          'EXCHANGE',
          'The provider does not convert: leave fromCurrency out.',
        );
      const { recipient, phone } = await recipientOf(deps, tx, from, to);
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

/** Who receives it: a wallet of the same provider here, or only its phone. */
async function recipientOf(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  from: WalletWithAccounts,
  { walletId, phone }: CreateTransferInput['to'],
): Promise<{ recipient: WalletWithAccounts | null; phone: string }> {
  if (phone !== undefined) {
    const hash = vault.fingerprint(checkPhone(phone, 'input.to.phone'));
    const recipient = await findWalletByPhone(tx, from.partnerId, hash, from.provider);
    if (recipient?.id === from.id) throw itself('input.to.phone');
    return { recipient, phone };
  }
  const recipient = await findPartnerWallet(tx, from.partnerId, walletId ?? '');
  if (!recipient) throw new NotFoundError('The receiving wallet');
  if (recipient.id === from.id) throw itself('input.to.walletId');
  if (recipient.provider !== from.provider || !recipient.phoneSealed) {
    throw new NotSupportedError(
      from.provider,
      'TRANSFERS',
      'The receiving wallet is kept elsewhere; a provider moves money between its own wallets only.',
    );
  }
  checkWalletState(recipient, ['ACTIVE']);
  return { recipient, phone: present(openPhone(vault, recipient.id, recipient.phoneSealed), 'the phone') };
}

const itself = (path: string) => InvalidInputError.at(path, 'a wallet cannot pay itself; name another recipient.');
