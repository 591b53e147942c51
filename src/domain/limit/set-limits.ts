import type { LimitKind, LimitWindow } from '../../db/generated/enums.ts';
import { InvalidInputError, type MinorAmount, NotFoundError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import type { AskDeps } from '../wallet/ask-provider.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { changeWallet } from '../wallet/change-wallet.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { localRules } from './rules.ts';
import { setLimitsAtProvider } from './set-limits-at-provider.ts';

export interface LimitInput {
  kind: LimitKind;
  window: LimitWindow;
  max?: MinorAmount | undefined;
  enabled: boolean;
}

export interface SetLimitsInput {
  walletId: string;
  limits: LimitInput[];
}

/**
 * Sets caps of a wallet's own, where the wallet is kept. They only tighten what the identification level allows.
 * @throws NotFoundError, StateError, NotSupportedError; InvalidInputError naming the entry that cannot be; at a provider also
 *   ProviderRejectedError, ProviderUnavailableError
 */
export async function setLimits(
  deps: AskDeps,
  viewer: TenantViewer,
  input: SetLimitsInput,
): Promise<WalletWithAccounts> {
  const wallet = await findWallet(deps.db.prisma, viewer, input.walletId);
  if (!wallet) throw new NotFoundError('The wallet');
  return isMirrored(wallet) ? setLimitsAtProvider(deps, viewer, input) : setHere(deps, viewer, input);
}

/**
 * Caps of a LOCAL wallet, in the currency of each `max`. `enabled: false` lifts the wallet's own cap; then `max` only names the
 * currency (without it, the default currency).
 */
function setHere(
  deps: AskDeps,
  viewer: TenantViewer,
  { walletId, limits }: SetLimitsInput,
): Promise<WalletWithAccounts> {
  return changeWallet(deps, viewer, walletId, async (tx, wallet) => {
    checkWalletState(wallet, ['ACTIVE', 'BLOCKED']);
    for (const [index, limit] of limits.entries()) {
      const currency = limit.max?.currency ?? wallet.defaultCurrency;
      checkEntry(wallet, limit, currency, `input.limits.${index}`);
      const { kind, window, enabled } = limit;
      const key = { walletId, kind, window, currency };
      const values = { enabled, maxMinor: limit.max?.minor ?? null };
      await tx.walletLimit.upsert({
        where: { walletId_kind_window_currency: key },
        create: { ...key, ...values },
        update: values,
      });
    }
    return wallet;
  });
}

function checkEntry(
  wallet: WalletWithAccounts,
  { kind, window, max, enabled }: LimitInput,
  currency: string,
  path: string,
): void {
  const rule = localRules.find(
    (r) => r.level === wallet.identificationLevel && r.kind === kind && r.window === window && r.currency === currency,
  );
  if (!rule)
    throw InvalidInputError.at(path, `LOCAL wallets have no ${kind} limit with window ${window} in ${currency}.`);
  if (!enabled) return;
  if (!max) throw InvalidInputError.at(`${path}.max`, 'is required to enable a limit.');
  if (max.minor < 0n) throw InvalidInputError.at(`${path}.max.amount`, 'must not be negative.');
  if (max.minor > rule.maxMinor) {
    throw InvalidInputError.at(
      `${path}.max.amount`,
      `must not be above the limit of the identification level ${rule.level}.`,
    );
  }
}
