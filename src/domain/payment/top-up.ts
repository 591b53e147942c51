import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { TopUpMethod } from '../../db/generated/enums.ts';
import { InvalidInputError } from '../../errors.ts';
import { checkLimits, type LimitUse } from '../limit/consume-limits.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { steadyStatus, type WalletWithAccounts } from '../wallet/store.ts';
import { type Progress, step } from './progress.ts';

/** A bank transfer or a visit to the desk may take a week; what comes later still completes the top-up. */
const AWAIT_MS = 7 * 24 * 3_600_000;

/** How the caps of the wallet see a top-up. */
export const topUpUse = (payment: Payment, wallet: WalletWithAccounts): LimitUse => ({
  walletId: wallet.id,
  level: wallet.identificationLevel,
  kind: 'TOP_UP',
  currency: payment.currency,
  amountMinor: payment.amountMinor,
});

/**
 * A card is chosen, or kept, only where a card pays: anything else would be passed over in silence.
 * @throws InvalidInputError naming the field
 */
export function checkCardChoice(
  method: TopUpMethod,
  { cardId, saveCard }: { cardId: string | undefined; saveCard: boolean | undefined },
): void {
  if (method !== 'CARD' && (cardId || saveCard)) {
    const field = cardId ? 'cardId' : 'saveCard';
    throw InvalidInputError.at(
      `input.${field}`,
      `goes with the method CARD: no card pays by ${method}. Leave ${field} out.`,
    );
  }
  if (cardId && saveCard)
    throw InvalidInputError.at('input.saveCard', 'a saved card is kept already; leave saveCard out.');
}

/** How the person pays on the provider's page, and where they come back to. */
export interface PageChoice {
  returnUrl?: string | undefined;
  failureUrl?: string | undefined;
  embedded?: boolean | undefined;
}

/** The return addresses as the port takes them; what was left out stays out. */
export function pageChoice({ returnUrl, failureUrl, embedded }: PageChoice) {
  return {
    ...(returnUrl ? { returnUrl } : {}),
    ...(failureUrl ? { failureUrl } : {}),
    ...(embedded ? { embedded } : {}),
  };
}

/** @throws InvalidInputError for what only a top-up through a provider has: it would be passed over */
export function checkNoPage(method: TopUpMethod, choice: PageChoice & { provider: string | undefined }): void {
  const field = Object.entries(choice).find(([, value]) => value)?.[0];
  if (!field) return;
  throw InvalidInputError.at(
    `input.${field}`,
    `goes with the methods CARD and FAST_PAYMENT: no provider and no page takes part in ${method}. Leave ${field} out.`,
  );
}

/**
 * A confirmed top-up by bank transfer or cash: nothing moves until somebody vouches that the money is there (topUpSettle).
 * @throws LimitExceededError, StateError
 */
export async function awaitTopUp(tx: Tx, progress: Progress, wallet: WalletWithAccounts, now: Date): Promise<Progress> {
  // a wallet that is being closed must either see this top-up or refuse it
  checkWalletState({ status: await steadyStatus(tx, wallet.id) }, ['ACTIVE']);
  await checkLimits(tx, [topUpUse(progress.payment, wallet)], now);
  const changes = { confirmedAt: now, expiresAt: new Date(now.getTime() + AWAIT_MS) };
  return step(progress, { to: 'PROCESSING', reason: 'CONFIRM', source: 'API', changes }, now);
}
