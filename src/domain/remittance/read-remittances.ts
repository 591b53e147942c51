import type { ProviderClientRecord, ProviderRemittance } from '../../connectors/catalogue.ts';
import type { Remittance } from '../../db/generated/client.ts';
import { NotFoundError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { capable, reachWallet, type WalletAtProvider, walletAtProvider } from '../wallet/at-provider.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { openParties, type RemittanceDeps, remittancesOf, samePhone, sealParties } from './store.ts';

/**
 * The remittances of a wallet, newest first: its provider is read and what it tells is kept. What is unseen is counted here,
 * because reading clears the provider's own counter. When it cannot be reached it is logged, and what is kept is answered.
 * @param live false: only what is kept
 * @throws ProviderRejectedError
 */
export async function readRemittances(
  deps: RemittanceDeps,
  wallet: WalletWithAccounts,
  live: boolean,
): Promise<Remittance[]> {
  const reached = live && wallet.status !== 'CLOSED' ? await reachWallet(deps, deps.db.prisma, wallet) : null;
  const remittances = reached?.connector.remittances;
  if (reached && remittances) {
    try {
      await keep(deps, reached, await readUpstream(() => remittances.list(reached.call)));
    } catch (error) {
      if (!(error instanceof ProviderUnavailableError)) throw error;
      deps.log.info({ walletId: wallet.id, code: error.code }, 'remittances could not be read from their provider');
    }
  }
  return remittancesOf(deps.db.prisma, wallet.id);
}

async function keep(
  { db, vault }: RemittanceDeps,
  { wallet, account }: WalletAtProvider,
  told: readonly ProviderRemittance[],
): Promise<void> {
  const rows = await db.prisma.remittance.findMany({ where: { walletId: wallet.id } });
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  for (const item of told) {
    const before = byNumber.get(item.number);
    // the network does not change what it has listed
    if (before && before.amountMinor !== null) continue;
    const id = before?.id ?? newId('Remittance');
    const announced = before ? openParties(vault, before) : { sender: {}, recipient: {} };
    const parties = {
      sender: { ...item.sender, ...announced.sender },
      recipient: { ...item.recipient, ...announced.recipient },
    };
    const data = {
      amountMinor: item.amount.minor,
      feeMinor: item.fee.minor,
      currency: item.amount.currency,
      chargedMinor: item.charged.minor,
      chargedCurrency: item.charged.currency,
      exchangeRate: item.exchangeRate,
      note: item.note,
      occurredAt: item.occurredAt,
      partiesSealed: sealParties(vault, id, parties),
    };
    const { partnerId, customerId, provider } = wallet;
    const direction = samePhone(item.sender.phone, wallet.number) ? 'OUT' : 'IN';
    const where = { walletId_number: { walletId: wallet.id, number: item.number } };
    const at = { partnerId, walletId: wallet.id, customerId, provider, providerAccountId: account.id };
    const create = { id, ...at, number: item.number, direction, ...data };
    await db.prisma.remittance.upsert({ where, create, update: before ? data : {} });
  }
}

/**
 * The owner has seen the remittances of a wallet. Ours are marked first; the provider's own counter is a best effort.
 * @returns how many were unseen
 * @throws NotFoundError, NotSupportedError
 */
export async function markRemittancesSeen(
  deps: RemittanceDeps,
  viewer: TenantViewer,
  walletId: string,
): Promise<{ wallet: WalletWithAccounts; marked: number }> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'REMITTANCES');
  const remittances = capable(reached, 'REMITTANCES', (connector) => connector.remittances);
  const where = { walletId, seen: false };
  const { count } = await deps.db.prisma.remittance.updateMany({ where, data: { seen: true } });
  const outcome = reached.wallet.status === 'CLOSED' ? undefined : await remittances.markSeen?.(reached.call);
  if (outcome && outcome.kind !== 'accepted')
    deps.log.info({ walletId, outcome: outcome.kind }, 'the provider did not clear its counter of unseen remittances');
  return { wallet: reached.wallet, marked: count };
}

/**
 * Who the wallet's owner is for the money-transfer network, or the holder of a client card. Nothing of it is kept.
 * @returns none for a wallet whose provider knows no such network
 * @throws ProviderRejectedError, ProviderUnavailableError; NotFoundError for a wallet that is closed
 */
export async function readClientRecords(
  deps: RemittanceDeps,
  wallet: WalletWithAccounts,
  card?: { number: string; pin: string } | undefined,
): Promise<ProviderClientRecord[]> {
  if (wallet.status === 'CLOSED') throw new NotFoundError('The wallet at its provider');
  const reached = await reachWallet(deps, deps.db.prisma, wallet);
  const remittances = reached?.connector.remittances;
  if (!reached || !remittances?.clientRecords) return [];
  return readUpstream(async () => (await remittances.clientRecords?.(reached.call, card)) ?? []);
}
