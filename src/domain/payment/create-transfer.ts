import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { type MinorAmount, NotFoundError, NotSupportedError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { checkPhone } from '../wallet/phone.ts';
import { findPartnerWallet, findWallet, findWalletByPhone, type WalletWithAccounts } from '../wallet/store.ts';
import { createProviderTransfer } from './create-provider-transfer.ts';
import { checkAmount, checkNote } from './new-payment.ts';
import { begin } from './progress.ts';
import { replayedPayment, save } from './store.ts';
import { carryOutTransfers, checkTransfer, precheckTransfer, type TransferPlan, transferPayment } from './transfer.ts';

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
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: CreateTransferInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const { db, vault, clock } = deps;
  checkAmount(input.amount, 'input.amount');
  const note = checkNote(input.note);
  const payer = await findWallet(db.prisma, viewer, input.fromWalletId);
  if (payer && isMirrored(payer)) return createProviderTransfer(deps, viewer, { idempotencyKey, ...input });
  const phoneHash =
    input.to.phone === undefined ? null : vault.fingerprint(checkPhone(input.to.phone, 'input.to.phone'));
  const now = clock.now();
  return transaction(db, async (tx) => {
    const claim = { operation: 'transferCreate', key: idempotencyKey, input, resultId: newId('Payment') };
    const { resultId: id, replayed } = await once(tx, { vault }, viewer, claim);
    if (replayed) return { payment: await replayedPayment(tx, viewer, id), replayed };

    const from = await findWallet(tx, viewer, input.fromWalletId);
    if (!from) throw new NotFoundError('The paying wallet');
    const to = await recipient(tx, from.partnerId, input.to.walletId, phoneHash);
    const plan: TransferPlan = { id, from, to, amount: input.amount, note, idempotencyKey, batchId: null };
    checkConversion(input);
    checkTransfer(plan, 'input');
    const partner = await tx.partner.findUniqueOrThrow({ where: { id: from.partnerId } });
    const transfer = begin(transferPayment(plan, partner, now), 'API', now);
    await precheckTransfer(tx, transfer.payment, from, now);
    if (!input.confirm) return { payment: (await save(tx, [transfer], [], now))[0] ?? transfer.payment, replayed };

    const wallets = new Map([from, to].map((wallet) => [wallet.id, wallet]));
    const { progresses, events } = await carryOutTransfers(tx, [transfer], wallets, now);
    const [payment = transfer.payment] = await save(tx, progresses, events, now);
    return { payment, replayed };
  });
}

async function recipient(
  tx: Tx,
  partnerId: string,
  walletId: string | undefined,
  phoneHash: Uint8Array<ArrayBuffer> | null,
): Promise<WalletWithAccounts> {
  const found = phoneHash
    ? await findWalletByPhone(tx, partnerId, phoneHash)
    : await findPartnerWallet(tx, partnerId, walletId ?? '');
  if (!found) throw new NotFoundError(phoneHash ? 'A wallet with this phone' : 'The receiving wallet');
  return found;
}

function checkConversion({
  fromCurrency,
  amount,
}: CreateTransferInput | Omit<CreateTransferInput, 'idempotencyKey'>): void {
  if (fromCurrency === undefined || fromCurrency === amount.currency) return;
  throw new NotSupportedError('LOCAL', 'EXCHANGE', 'LOCAL wallets do not convert: leave fromCurrency out.');
}
