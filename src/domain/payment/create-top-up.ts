import type { Payment } from '../../db/generated/client.ts';
import type { TopUpMethod } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { type MinorAmount, NotFoundError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { checkCurrency, checkLocal, checkWalletState } from '../wallet/rules.ts';
import { findWallet } from '../wallet/store.ts';
import { checkAmount, checkNote, newPayment } from './new-payment.ts';
import { begin } from './progress.ts';
import { replayedPayment, save } from './store.ts';
import { awaitTopUp, checkCardChoice, checkNoPage, type PageChoice, topUpUse } from './top-up.ts';

export interface CreateTopUpInput extends PageChoice {
  idempotencyKey: string;
  walletId: string;
  amount: MinorAmount;
  method: Exclude<TopUpMethod, 'CARD' | 'FAST_PAYMENT'>;
  note?: string | undefined;
  confirm: boolean;
  /** Refused: no card pays here. */
  cardId?: string | undefined;
  saveCard?: boolean | undefined;
  /** Refused, as the return addresses are: no provider takes part. */
  provider?: string | undefined;
}

/**
 * Money into a LOCAL wallet by bank transfer or over the desk; it waits for topUpSettle.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, LimitExceededError, NotSupportedError
 */
export async function createTopUp(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  viewer: TenantViewer,
  { idempotencyKey, cardId, saveCard, provider, returnUrl, failureUrl, embedded, ...input }: CreateTopUpInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const { amount, method } = input;
  checkAmount(amount, 'input.amount');
  checkCardChoice(method, { cardId, saveCard });
  checkNoPage(method, { provider, returnUrl, failureUrl, embedded });
  const note = checkNote(input.note);
  const now = clock.now();
  return transaction(db, async (tx) => {
    const claim = { operation: 'topUpCreate', key: idempotencyKey, input, resultId: newId('Payment') };
    const { resultId: id, replayed } = await once(tx, { vault }, viewer, claim);
    if (replayed) return { payment: await replayedPayment(tx, viewer, id), replayed };

    const wallet = await findWallet(tx, viewer, input.walletId);
    if (!wallet) throw new NotFoundError('The wallet');
    checkLocal(wallet, 'TOP_UPS');
    checkWalletState(wallet, ['ACTIVE']);
    checkCurrency(wallet, amount.currency, 'input.amount.currency');
    const known = {
      id,
      partnerId: wallet.partnerId,
      amountMinor: amount.minor,
      currency: amount.currency,
      createdAt: now,
    };
    const parties = { destinationWalletId: wallet.id, destinationCustomerId: wallet.customerId };
    const payment = newPayment('TOP_UP', known, { ...parties, topUpMethod: method, note, idempotencyKey });
    await checkLimits(tx, [topUpUse(payment, wallet)], now);
    const created = begin(payment, 'API', now);
    const progress = input.confirm ? await awaitTopUp(tx, created, wallet, now) : created;
    return { payment: present((await save(tx, [progress], [], now))[0], 'the payment'), replayed };
  });
}
