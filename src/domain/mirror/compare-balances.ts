import { balanceOf } from '../../ledger/balance.ts';
import { present } from '../../lib/assert.ts';
import type { Money } from '../../money/money.ts';
import { readUpstream } from '../provider/errors.ts';
import type { Break } from './breaks.ts';
import type { MirrorDeps, Subject } from './subject.ts';

/** What came of comparing balances: differences by currency, or null while money is on its way or the books moved meanwhile. */
export type Comparison = Break[] | null;

/**
 * Compares the provider's balances with our books, currency by currency. A figure is only good when nothing is under way and
 * nothing was posted while it was being read.
 * @throws ProviderRejectedError, ProviderUnavailableError
 */
export async function compareBalances(deps: MirrorDeps, subject: Subject): Promise<Comparison> {
  const before = await booksOf(deps, subject);
  if (await isUnderWay(deps, subject)) return null;
  const said = await readUpstream(() => accountsOf(subject));
  const after = await booksOf(deps, subject);
  if (before.key !== after.key || (await isUnderWay(deps, subject))) return null;
  const currencies = new Set([...after.posted.keys(), ...said.keys()]);
  return [...currencies].sort().flatMap((currency): Break[] => {
    const ours = after.posted.get(currency) ?? 0n;
    const theirs = said.get(currency);
    // an account that the provider does not have is empty; a figure that it does not tell is not
    const minor = theirs === null ? ours : (theirs?.minor ?? 0n);
    if (minor === ours) return [];
    const expected = { minor: ours, currency };
    return [
      { kind: 'BALANCE_DIFFERS', subject: `${subject.wallet.id}:${currency}`, expected, actual: { minor, currency } },
    ];
  });
}

/** The provider's accounts by currency; null where it does not tell a figure now. */
async function accountsOf({ connector, call }: Subject): Promise<Map<string, Money | null>> {
  const balances = present(connector.balances, 'BALANCES of a mirrored wallet');
  if (!balances.sources) return new Map((await balances.list(call)).map(({ balance }) => [balance.currency, balance]));
  const sources = await balances.sources(call);
  return new Map(sources.filter(({ kind }) => kind === 'BALANCE').map(({ currency, amount }) => [currency, amount]));
}

async function booksOf({ db }: MirrorDeps, { wallet }: Subject): Promise<{ key: string; posted: Map<string, bigint> }> {
  const rows = await db.prisma.walletAccount.findMany({ where: { walletId: wallet.id }, orderBy: { currency: 'asc' } });
  const ids = rows.map(({ ledgerAccountId }) => ledgerAccountId);
  const accounts = await db.prisma.ledgerAccount.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
  const posted = new Map(accounts.map((account) => [account.currency, balanceOf(account.kind, account).posted]));
  return {
    key: accounts.map(({ id, postedDebits, postedCredits }) => `${id} ${postedDebits} ${postedCredits}`).join(),
    posted,
  };
}

async function isUnderWay({ db }: MirrorDeps, { wallet, account }: Subject): Promise<boolean> {
  const sides = wallet.house
    ? [{ providerAccountId: account.id }]
    : [{ sourceWalletId: wallet.id }, { destinationWalletId: wallet.id }];
  return (await db.prisma.payment.count({ where: { status: 'PROCESSING', OR: sides } })) > 0;
}
