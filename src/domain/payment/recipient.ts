import type { Tx } from '../../db/client.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { checkPhone, openPhone } from '../wallet/phone.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findPartnerWallet, findWalletByPhone, type WalletWithAccounts } from '../wallet/store.ts';

/**
 * Who receives money out of a wallet that a provider keeps: a wallet there that is known here, or only its phone.
 * @param to as transferCreate has it; paths in refusals are `input.to`
 * @throws NotFoundError, InvalidInputError, StateError; NotSupportedError for a wallet that is kept elsewhere
 */
export async function recipientOf(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  from: WalletWithAccounts,
  { walletId, phone }: { walletId?: string | undefined; phone?: string | undefined },
): Promise<{ recipient: WalletWithAccounts | null; phone: string }> {
  if (phone !== undefined) {
    const hash = vault.fingerprint(checkPhone(phone, 'input.to.phone'));
    return { recipient: await findWalletByPhone(tx, from.partnerId, hash, from.provider), phone };
  }
  const recipient = await findPartnerWallet(tx, from.partnerId, walletId ?? '');
  if (!recipient) throw new NotFoundError('The receiving wallet');
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
