import type { GraphQLResolveInfo } from 'graphql';
import { readHistory } from '../domain/payment/read-pages.ts';
import { phoneOf } from '../domain/wallet/phone.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { signedIn } from './access.ts';
import { asksBriefly } from './brief-payments.ts';
import { type Page, type PageArgs, pageByIdDescending } from './connection.ts';
import type { Context } from './context.ts';
import type { PaymentFilter } from './payment-filter.ts';
import { listPayments } from './payment-list.ts';
import { PaymentView } from './refs.ts';

/**
 * A page of a wallet's payments. The plain list from its newest end, which everybody reads, comes by the statement that is made for it,
 * with the wallets of the parties and as much of each payment as is asked for; any other like all lists of payments.
 */
export async function walletPayments(
  wallet: WalletWithAccounts,
  filter: PaymentFilter | null | undefined,
  args: PageArgs,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Page<PaymentView>> {
  const viewer = signedIn(context);
  const isPlain = !filter && !args.last && !args.before;
  if (!isPlain || viewer.kind === 'ADMIN') return listPayments(context, args, filter ?? {}, wallet.id);
  return pageByIdDescending(args, async ({ where, take }) => {
    const page = { viewer, walletId: wallet.id, after: where.id?.lt ?? null, take, isBrief: asksBriefly(info) };
    const rows = await readHistory(context.deps.db, page);
    const own = phoneOf(wallet);
    return rows.map(({ payment, other }) => new PaymentView(payment, wallet.id, other ? [own, other] : [own]));
  });
}
