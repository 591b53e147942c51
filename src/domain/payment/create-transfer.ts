import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { MinorAmount } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { keyClaim } from '../idempotency/claim-many.ts';
import { checkPhone } from '../wallet/phone.ts';
import { createProviderTransfer } from './create-provider-transfer.ts';
import { checkAmount, checkNote } from './new-payment.ts';

export interface CreateTransferInput {
  idempotencyKey: string;
  fromWalletId: string;
  amount: MinorAmount;
  fromCurrency?: string | undefined;
  to: { walletId?: string | undefined; phone?: string | undefined };
  note?: string | undefined;
  /** Confirm at once; a refusal then leaves nothing behind. */
  confirm: boolean;
}

/**
 * A transfer between wallets of one partner, or out of one that a provider keeps to another there: found, checked, priced;
 * nothing moves before it is confirmed.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, LimitExceededError,
 *   NotSupportedError (a conversion, or a wallet whose book is elsewhere)
 */
export async function createTransfer(
  deps: Pick<Deps, 'db' | 'transfers' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: CreateTransferInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const { vault, transfers } = deps;
  checkAmount(input.amount, 'input.amount');
  const note = checkNote(input.note);
  const { phone, walletId = '' } = input.to;
  const to = phone === undefined ? { walletId } : { phoneHash: phoneHash(vault, phone) };
  const asked = { operation: 'transferCreate', key: idempotencyKey, input, resultId: newId('Payment') };
  const { fromWalletId, amount, fromCurrency, confirm } = input;
  const claim = keyClaim({ vault }, viewer, asked);
  const made = await transfers.create({ viewer, claim, fromWalletId, to, amount, fromCurrency, note, confirm });
  // the book of the paying wallet is at its provider
  if (made === 'ELSEWHERE') return createProviderTransfer(deps, viewer, { idempotencyKey, ...input });
  return made;
}

const phoneHash = (vault: Deps['vault'], phone: string): string =>
  Buffer.from(vault.fingerprint(checkPhone(phone, 'input.to.phone'))).toString('hex');
