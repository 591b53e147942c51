import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment, Prisma } from '../../db/generated/client.ts';
import type { Vault } from '../../lib/crypto.ts';
import { openParties } from '../mirror/parties.ts';
import type { Upstream } from './attempt.ts';

/** Whose history it is: that of a wallet which its provider keeps, or of a house wallet, by which LOCAL wallets pay. */
export interface Book {
  account: { id: string };
  wallet: { id: string; house: boolean };
}

/** The history in which a payment made here has its line. */
export const bookOf = ({ payment, account, access }: Pick<Upstream, 'payment' | 'account' | 'access'>): Book => ({
  account,
  wallet: { id: walletOf(payment), house: access === null },
});

const walletOf = (payment: Payment): string => payment.sourceWalletId ?? payment.destinationWalletId ?? '';

/** What is said of a payment that its provider has proved not to have: a line that comes later still says that it was made. */
export const NO_SUCH_PAYMENT = 'The provider has no such payment.';

/** How far the provider's clock may be behind ours. */
export const SKEW_MS = 60_000;
/** How late a line may be dated after its payment is done. */
const LATE_MS = 24 * 60 * 60_000;
/** How long after its link has run out a top-up may still be paid by it: banks take their time. */
export const LATE_CREDIT_MS = 15 * 60_000;
/** How late a payment may be undone. */
const UNDONE_MS = 30 * 24 * 60 * 60_000;

/** Ended by the clock or by an operator, and not by a refusal. */
export const givenUp: Prisma.PaymentWhereInput = {
  status: { in: ['EXPIRED', 'DECLINED'] },
  attempts: { none: { outcome: 'REJECTED' } },
};

const before = (at: Date, ms: number): Date => new Date(at.getTime() - ms);
const after = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

/**
 * The payment made here that a line of a history which numbers nothing proves: by wallet, kind, amount, receiver and time. Of several
 * those first that are proven already, then those that are unclear, then those that were given up; the oldest of each.
 * @returns null when nothing made here waits for such a line
 */
export async function ownPayment(tx: Tx, vault: Vault, book: Book, said: ProviderPayment): Promise<Payment | null> {
  const { kind, amount, createdAt: at, direction } = said;
  if (direction === null || (kind !== 'TOP_UP' && kind !== 'PAYOUT')) return null;
  const begun = { confirmedAt: { lte: after(at, SKEW_MS) } };
  const recent = { confirmedAt: { lte: after(at, SKEW_MS), gte: before(at, LATE_MS) } };
  const found = await tx.payment.findMany({
    where: {
      origin: 'API',
      kind,
      amountMinor: amount.minor,
      currency: amount.currency,
      providerAccountId: book.account.id,
      historyReference: null,
      attempts: { some: { providerAccountId: book.account.id, calledAt: { not: null } } },
      OR: [
        { status: 'COMPLETED', completedAt: { gte: before(at, LATE_MS) }, ...begun },
        { status: 'PROCESSING', ...begun },
        { ...givenUp, kind: 'TOP_UP', expiresAt: { gte: before(at, LATE_CREDIT_MS) }, ...begun },
        { ...givenUp, kind: 'PAYOUT', ...recent },
        { status: 'DECLINED', declineMessage: NO_SUCH_PAYMENT, ...recent },
      ],
      ...(book.wallet.house ? {} : sideOf(book, said)),
    },
    orderBy: { id: 'asc' },
  });
  const fitting = (await carriedBy(tx, book, found)).filter((payment) => isOf(vault, payment, said));
  return fitting.sort((a, b) => rank[a.status] - rank[b.status])[0] ?? null;
}

const rank: Record<Payment['status'], number> = {
  COMPLETED: 0,
  PROCESSING: 1,
  EXPIRED: 2,
  DECLINED: 2,
  CREATED: 3,
  CANCELLED: 3,
  REVERSED: 3,
};

const sideOf = ({ wallet }: Book, { direction }: ProviderPayment): Prisma.PaymentWhereInput =>
  direction === 'OUT' ? { sourceWalletId: wallet.id } : { sourceWalletId: null, destinationWalletId: wallet.id };

/** Those of some payments through the account that the wallet itself carries: its own, or by the house wallet those of LOCAL ones. */
export async function carriedBy(tx: Tx, { wallet }: Book, payments: Payment[]): Promise<Payment[]> {
  if (!wallet.house) return payments.filter((payment) => walletOf(payment) === wallet.id);
  const where = { id: { in: payments.map(walletOf) }, provider: { not: 'LOCAL' } };
  const elsewhere = await tx.wallet.findMany({ where, select: { id: true } });
  const ids = new Set(elsewhere.map(({ id }) => id));
  return payments.filter((payment) => !ids.has(walletOf(payment)));
}

/** Does the line name the receiver of this payment? Whom a line does not name may be anybody. */
function isOf(vault: Vault, payment: Payment, { kind, direction, source, destination }: ProviderPayment): boolean {
  if (kind === 'TOP_UP') return true;
  const other = direction === 'OUT' ? destination : source;
  const receiver = openParties(vault, payment)?.destination;
  if (receiver?.kind !== 'MERCHANT' || other.kind !== 'MERCHANT')
    return receiver?.kind !== 'MERCHANT' && other.kind !== 'MERCHANT';
  return other.reference === null || other.reference === receiver.reference;
}

/**
 * The payout that a line about returned money undoes: the whole of the latest one of that amount to that receiver, whose own line
 * has been seen. Money that came back to a house wallet may be several people's: then nobody can tell.
 * @returns null for money that undoes no payout here, or not the whole of one
 */
export async function undonePayment(tx: Tx, vault: Vault, book: Book, said: ProviderPayment): Promise<Payment | null> {
  const { kind, amount, createdAt: at, direction } = said;
  if (kind !== 'REFUND' || direction !== 'IN') return null;
  const found = await tx.payment.findMany({
    where: {
      kind: 'PAYOUT',
      status: 'COMPLETED',
      amountMinor: amount.minor,
      currency: amount.currency,
      providerAccountId: book.account.id,
      historyReference: { not: null },
      reversalReference: null,
      completedAt: { gte: before(at, UNDONE_MS) },
      confirmedAt: { lte: after(at, SKEW_MS) },
      ...(book.wallet.house ? { origin: 'API' } : { sourceWalletId: book.wallet.id }),
    },
    orderBy: [{ confirmedAt: 'desc' }, { id: 'desc' }],
  });
  const fitting = (await carriedBy(tx, book, found)).filter((payment) => isOf(vault, payment, said));
  const [latest = null] = fitting;
  return book.wallet.house && fitting.length > 1 ? null : latest;
}

/**
 * Notes which line proves a payment, once for both. The payment's row is locked, and the line's name.
 * @returns null when the line is another payment's, or the payment has another line
 */
export async function claimLine(tx: Tx, payment: Payment, line: string): Promise<Payment | null> {
  const { id, partnerId, provider, historyReference } = payment;
  if (historyReference === line) return payment;
  if (historyReference !== null) return null;
  const taken = await tx.payment.count({
    where: { partnerId, provider, OR: [{ historyReference: line }, { reversalReference: line }] },
  });
  if (taken > 0) return null;
  return tx.payment.update({ where: { id }, data: { historyReference: line } });
}
