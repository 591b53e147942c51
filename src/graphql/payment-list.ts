import type { Payment, Prisma } from '../db/generated/client.ts';
import { visiblePayments } from '../domain/payment/store.ts';
import { signedIn } from './access.ts';
import { type KeysetPage, type Page, type PageArgs, pageByIdDescending } from './connection.ts';
import type { Context } from './context.ts';
import { checkDirection, type PaymentFilter, paymentWhere } from './payment-filter.ts';
import { type PaymentView, paymentView } from './refs.ts';

type Where = Prisma.PaymentWhereInput;

/**
 * A page of the payments that the caller may know of, newest first.
 * @param walletId the wallet through which they are reached, if any
 * @throws GraphQLError BAD_USER_INPUT
 */
export function listPayments(
  context: Context,
  args: PageArgs,
  filter: PaymentFilter,
  walletId: string | null,
): Promise<Page<PaymentView>> {
  const seenFrom = checkDirection(filter, walletId);
  const { sides, rest } = sidesOf(filter, seenFrom);
  const where = paymentWhere(rest, walletId);
  if (sides) return pagePayments(context, args, sides, [where, visiblePayments(signedIn(context))], walletId);
  return pagePayments(context, args, ownSides(context), [where], walletId);
}

/**
 * The parts that the list is made of: each is read in order by one index, where their union would be collected and sorted, or the whole
 * table be walked through. A payment may be in two of them. What the parts say is not said again: the planner would take it for one
 * more condition, and expect next to nothing.
 */
function sidesOf(filter: PaymentFilter, walletId: string | null): { sides: Where[] | null; rest: PaymentFilter } {
  const { direction, walletId: _wallet, customerId, ...others } = filter;
  if (walletId) {
    const sides = { OUT: { sourceWalletId: walletId }, IN: { destinationWalletId: walletId } };
    const wanted = direction ? [sides[direction]] : [sides.OUT, sides.IN];
    // through one wallet, another may be asked for
    const other = filter.walletId && filter.walletId !== walletId ? { walletId: filter.walletId } : {};
    return { sides: wanted, rest: { ...others, ...other, ...(customerId ? { customerId } : {}) } };
  }
  if (!customerId) return { sides: null, rest: others };
  return { sides: [{ sourceCustomerId: customerId }, { destinationCustomerId: customerId }], rest: others };
}

/** `visiblePayments`, side by side. */
function ownSides(context: Context): Where[] {
  const viewer = signedIn(context);
  if (viewer.kind !== 'CUSTOMER') return [visiblePayments(viewer)];
  const { partnerId, OR: sides } = visiblePayments(viewer) as { partnerId: string; OR: Where[] };
  return sides.map((side) => ({ partnerId, ...side }));
}

/**
 * A page of payments, newest first.
 * @param sides parts that the list is the union of, each with an index that has it in order
 * @param conditions what holds for all of them
 * @param walletId the wallet from which they are seen, if any
 */
export function pagePayments(
  { deps }: Context,
  args: PageArgs,
  sides: readonly Where[],
  conditions: readonly Where[],
  walletId: string | null,
): Promise<Page<PaymentView>> {
  return pageByIdDescending(args, async ({ where, ...page }) => {
    const parts = await Promise.all(
      sides.map((side) => deps.db.prisma.payment.findMany({ ...page, where: { AND: [where, side, ...conditions] } })),
    );
    return merge(parts, page).map((row) => paymentView(row, walletId));
  });
}

/** The first rows of all parts, each once. */
function merge(parts: readonly Payment[][], { orderBy, take }: Pick<KeysetPage, 'orderBy' | 'take'>): Payment[] {
  if (parts.length === 1) return parts[0] ?? [];
  const rows = [...new Map(parts.flat().map((row) => [row.id, row])).values()];
  const sign = orderBy.id === 'desc' ? -1 : 1;
  // ids are ASCII: the order of code units is that of the database
  rows.sort((a, b) => (a.id < b.id ? -sign : sign));
  return rows.slice(0, take);
}
