import type { LimitKind, LimitWindow } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { changeWallet } from '../wallet/change-wallet.ts';
import { checkLocal, checkWalletState } from '../wallet/rules.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { localRules } from './rules.ts';

export interface LimitInput {
  kind: LimitKind;
  window: LimitWindow;
  max?: MinorAmount | undefined;
  enabled: boolean;
}

/**
 * Sets caps of a LOCAL wallet's own, in the currency of each `max`. They only tighten what the identification level allows.
 * `enabled: false` lifts the wallet's own cap; then `max` only names the currency (without it, the default currency).
 * @throws NotFoundError, StateError, NotSupportedError; InvalidInputError naming the entry that cannot be
 */
export function setLimits(
  deps: Pick<Deps, 'db' | 'clock'>,
  viewer: TenantViewer,
  { walletId, limits }: { walletId: string; limits: LimitInput[] },
): Promise<WalletWithAccounts> {
  return changeWallet(deps, viewer, walletId, async (tx, wallet) => {
    checkLocal(wallet, 'LIMITS');
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
