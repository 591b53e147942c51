import type { ProviderAccount } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { settlementAccount } from '../../ledger/account.ts';
import { openAccounts } from '../../ledger/open-account.ts';
import { newId } from '../../lib/ids.ts';
import type { Money } from '../../money/money.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { beginHouseMirror } from '../mirror/begin-house-mirror.ts';
import { readOpening } from '../mirror/opening.ts';
import { ProviderRejectedError, ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { connectorOf } from '../provider/store.ts';
import type { WalletWithAccounts } from './store.ts';

type HouseDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * The partner's own wallet at a provider, named by the credentials of a provider account; made here when it is first asked
 * for. What is in it is our settlement account there.
 * @returns null where the credentials name none, and when the provider cannot say (it is logged)
 */
export async function houseWalletOf(deps: HouseDeps, providerAccountId: string): Promise<WalletWithAccounts | null> {
  const { prisma } = deps.db;
  const known = await find(deps, providerAccountId);
  const account = await prisma.providerAccount.findUnique({ where: { id: providerAccountId } });
  const mirrored = known && (await prisma.walletMirror.count({ where: { walletId: known.id } })) > 0;
  if (!account || mirrored || (known && account.disabledAt)) return known;
  const connector = connectorOf(deps, account);
  if (known && !connector.history?.explainsBalance) return known;
  const { wallets, balances } = connector;
  if (!wallets) return null;
  const call = { wallet: null };
  try {
    const read = () =>
      readUpstream(async () => {
        const wallet = await wallets.load(call);
        const listed = await balances?.list(call);
        return { wallet, money: listed?.map(({ balance }) => balance) ?? (wallet.balance ? [wallet.balance] : []) };
      });
    const { said, opening } = await readOpening(deps, connector, call, read, ({ money }) => money);
    await transaction(deps.db, async (tx) => {
      await lockName(tx, 'house', account.id);
      const now = deps.clock.now();
      const id = await open(tx, account, { number: said.wallet.number, money: said.money }, now);
      if (opening) await beginHouseMirror(tx, { walletId: id, account }, { money: said.money, opening }, now);
    });
    return await find(deps, providerAccountId);
  } catch (error) {
    if (!(error instanceof ProviderRejectedError || error instanceof ProviderUnavailableError)) throw error;
    deps.log.info({ providerAccountId, code: error.code }, 'a house wallet could not be read from its provider');
    return known;
  }
}

const find = ({ db }: HouseDeps, providerAccountId: string): Promise<WalletWithAccounts | null> =>
  db.prisma.wallet.findFirst({ where: { providerAccountId, house: true }, include: { accounts: true } });

/** The wallet's row and a settlement account for each currency that the provider has, as far as they are not there yet. */
async function open(
  tx: Parameters<typeof lockName>[0],
  { id: providerAccountId, partnerId, provider }: ProviderAccount,
  { number, money }: { number: string; money: Money[] },
  now: Date,
): Promise<string> {
  const known = await tx.wallet.findFirst({ where: { providerAccountId, house: true }, include: { accounts: true } });
  const id = known?.id ?? newId('Wallet');
  const defaultCurrency = money[0]?.currency ?? 'RUB';
  if (!known) {
    const row = { id, partnerId, provider, providerAccountId, number, house: true, defaultCurrency, createdAt: now };
    await tx.wallet.create({ data: row });
  }
  const missing = money.filter(({ currency }) => !known?.accounts.some((account) => account.currency === currency));
  const accounts = missing.map(({ currency }) => settlementAccount(partnerId, providerAccountId, currency));
  await openAccounts(tx, accounts);
  await tx.walletAccount.createMany({
    data: accounts.map((account) => ({
      walletId: id,
      currency: account.currency,
      ledgerAccountId: account.id,
      openedAt: now,
    })),
  });
  return id;
}
