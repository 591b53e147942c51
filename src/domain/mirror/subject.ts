import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { WalletMirror } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { currencyByCode } from '../../money/currency.ts';
import { originOf } from '../provider/route.ts';
import { reachWallet, type WalletAtProvider } from '../wallet/at-provider.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';

/** A wallet whose history at its provider is followed, and the way to it. */
export interface Subject extends WalletAtProvider {
  mirror: WalletMirror;
  /** Provider accounts that lead to the same provider: a movement has one number in all of them. */
  accountIds: string[];
}

/** What is needed to follow a history. */
export type MirrorDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** A wallet as its history is followed; null where that is not done (any more). */
export async function subjectOf(deps: MirrorDeps, tx: Tx, wallet: WalletWithAccounts): Promise<Subject | null> {
  const mirror = await tx.walletMirror.findUnique({ where: { walletId: wallet.id } });
  const reached = mirror && wallet.status !== 'CLOSED' ? await reachWallet(deps, tx, wallet) : null;
  if (!mirror || !reached?.connector.history) return null;
  const { partnerId, provider } = wallet;
  const accounts = await tx.providerAccount.findMany({ where: { partnerId, provider } });
  const origin = originOf(deps, reached.account);
  const accountIds = accounts.filter((account) => originOf(deps, account) === origin).map(({ id }) => id);
  return { ...reached, mirror, accountIds };
}

/** Is this movement in the opening balance, or older? */
export const isBefore = ({ mirror }: Subject, { createdAt, direction, reference }: ProviderPayment): boolean =>
  createdAt < mirror.since || mirror.openingReferences.includes(`${direction}:${reference}`);

/** Can this line be a payment? A word that is in no table, or a currency that is not handled here, can be nothing but named. */
export const isReadable = ({ status, direction, amount }: ProviderPayment): boolean =>
  status !== 'UNKNOWN' && direction !== null && amount.minor > 0n && currencyByCode(amount.currency) !== undefined;

/** By how much a movement changes the balance at the provider, minor units of its own currency: nothing until it is done. */
export function effectOf(said: ProviderPayment): bigint {
  const elsewhere = said.fundingSource === 'CARD' || said.fundingSource === 'MOBILE_ACCOUNT';
  if (said.status !== 'COMPLETED' || elsewhere) return 0n;
  return said.direction === 'IN' ? said.amount.minor : -chargeOf(said);
}

/** What a movement takes from the payer: the amount with the provider's fee. */
export const chargeOf = ({ amount, fee, total }: ProviderPayment): bigint =>
  total?.minor ?? amount.minor + (fee?.minor ?? 0n);
