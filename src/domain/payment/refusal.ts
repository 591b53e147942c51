import type { Refusal } from '../../connectors/outcome.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { type DomainError, InsufficientFundsError } from '../../errors.ts';
import { walletBalances } from '../../ledger/balance.ts';
import { LimitExceededError } from '../limit/errors.ts';
import { refusalError } from '../provider/errors.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { providerLimits, type ShownLimit } from '../wallet/provider-limits.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';

type RefusalDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * A provider's refusal of a payment as it is answered to who made it: over a limit, for want of money, or as the provider's own.
 * The money and the limits of a house wallet are the partner's business and say nothing of a LOCAL wallet that pays through it.
 */
export async function refusalOf(deps: RefusalDeps, payment: Payment, refusal: Refusal): Promise<DomainError> {
  const about = refusal.errorCode;
  const id = payment.sourceWalletId;
  if (id === null || (about !== 'INSUFFICIENT_FUNDS' && about !== 'LIMIT_EXCEEDED')) return refusalError(refusal);
  const wallet = await deps.db.prisma.wallet.findUniqueOrThrow({ where: { id }, include: { accounts: true } });
  if (!isMirrored(wallet)) return refusalError(refusal);
  const { currency } = payment;
  const required = { minor: payment.amountMinor + payment.feeMinor, currency };
  if (about === 'LIMIT_EXCEEDED')
    return new LimitExceededError(
      await limitOf(deps, wallet, payment, refusal),
      refusal.limit?.attempted ?? { minor: payment.amountMinor, currency },
      refusal.providerMessage,
    );
  const balances = (await walletBalances(deps.db.prisma, [id])).get(id) ?? [];
  const available = balances.find((balance) => balance.currency === currency)?.available ?? 0n;
  return new InsufficientFundsError({ minor: available, currency }, required);
}

/** The limit that is in the way: as the provider states it where it says so much, else what the refusal says of it. */
async function limitOf(
  deps: RefusalDeps,
  wallet: WalletWithAccounts,
  { kind, currency }: Payment,
  { limit, provider, providerMessage, providerCode }: Refusal,
): Promise<ShownLimit> {
  const wanted = kind === 'TRANSFER' ? 'TRANSFER' : 'PAYOUT';
  const stated = limit ? [] : await providerLimits(deps, wallet, null);
  const known = stated.find((one) => one.kind === wanted) ?? stated.find((one) => one.kind === 'TURNOVER');
  if (known) return known;
  const title = providerMessage ?? `Limit of the provider (${providerCode ?? 'no code'})`;
  return {
    kind: wanted,
    window: 'ONE_TIME',
    level: null,
    currency: limit?.max.currency ?? currency,
    maxMinor: limit?.max.minor ?? null,
    spentMinor: null,
    count: null,
    interval: null,
    stated: { provider, title, description: null, enabled: true },
  };
}
