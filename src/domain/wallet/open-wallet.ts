import type { IdentificationLevel } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { openAccounts } from '../../ledger/open-account.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLiving } from '../customer/living.ts';
import { findCustomer } from '../customer/store.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { once } from '../idempotency/once.ts';
import { bookAccount } from './book.ts';
import { walletOpened } from './events.ts';
import { checkPhone, sealPhone } from './phone.ts';
import { checkOffered } from './rules.ts';
import { findWallet, findWalletByPhone, type WalletWithAccounts } from './store.ts';

export interface OpenWalletInput {
  idempotencyKey: string;
  customerId?: string | undefined;
  phone?: string | undefined;
  currency: string;
  /** For a wallet without a customer; with one, the customer's level decides. */
  identification: IdentificationLevel;
}

/**
 * Opens a LOCAL wallet, whose book is the ledger here, with one currency.
 * A session opens it for its own customer.
 * @throws NotFoundError, InvalidInputError, IdempotencyError; ConflictError when the phone has an open wallet
 */
export async function openWallet(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: OpenWalletInput,
): Promise<{ wallet: WalletWithAccounts; replayed: boolean }> {
  checkOffered(input.currency, 'input.currency');
  const phone = input.phone === undefined ? null : checkPhone(input.phone, 'input.phone');
  const now = clock.now();
  return transaction(db, async (tx) => {
    const claim = { operation: 'walletOpen', key: idempotencyKey, input, resultId: newId('Wallet') };
    const { resultId: id, replayed } = await once(tx, { vault }, viewer, claim);
    if (replayed) return { wallet: present(await findWallet(tx, viewer, id), 'the wallet'), replayed };

    const customerId = input.customerId ?? (viewer.kind === 'CUSTOMER' ? viewer.customerId : null);
    const customer = customerId === null ? null : await findCustomer(tx, viewer, customerId);
    if (customerId !== null && !customer) throw new NotFoundError('The customer');
    await checkLiving(tx, customerId);
    const sealed = phone === null ? null : sealPhone(vault, id, phone);
    if (sealed) {
      await lockName(tx, 'phone', viewer.partnerId, Buffer.from(sealed.phoneHash).toString('hex'));
      if (await findWalletByPhone(tx, viewer.partnerId, sealed.phoneHash))
        throw new ConflictError('This phone has an open wallet already.');
    }
    const account = bookAccount({ partnerId: viewer.partnerId, walletId: id, customerId, currency: input.currency });
    await openAccounts(tx, [account]);
    const wallet = await tx.wallet.create({
      data: {
        id,
        partnerId: viewer.partnerId,
        customerId,
        ...sealed,
        identificationLevel: customer?.identificationLevel ?? input.identification,
        defaultCurrency: input.currency,
        createdAt: now,
        accounts: { create: { currency: input.currency, ledgerAccountId: account.id, openedAt: now } },
      },
      include: { accounts: true },
    });
    await appendEvents(tx, [walletOpened(wallet, now)], now);
    return { wallet, replayed };
  });
}
