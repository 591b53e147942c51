import type { Call } from '../../connectors/connector.ts';
import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { lockName } from '../idempotency/lock-name.ts';
import type { Upstream } from './attempt.ts';
import { type Book, bookOf, carriedBy, claimLine, ownPayment, SKEW_MS } from './own-line.ts';

type LineDeps = Pick<Deps, 'db' | 'vault' | 'clock'>;

/** Clocks differ; a payment that was done this long before another one was made has no part in its lines. */
const NEAR_MS = 10 * 60_000;

/**
 * Lines of a history that numbers nothing which are other payments than this one. Payments that are proven already, and could be the
 * ones of which a line speaks, get their lines first.
 * @returns undefined where the history has numbers; null while a proven payment still waits for its line, so that a line proves nothing
 * @throws ProviderRejected, ProviderUnavailable, ProtocolError
 */
export async function otherLines(deps: LineDeps, call: Call, upstream: Upstream): Promise<string[] | null | undefined> {
  if (!upstream.connector.history?.unnumbered) return undefined;
  const { prisma } = deps.db;
  if (!(await settleRivals(deps, call, upstream))) return null;
  const { payment } = upstream;
  const { partnerId, provider, amountMinor, currency } = payment;
  const taken = await prisma.payment.findMany({
    where: {
      id: { not: payment.id },
      partnerId,
      provider,
      amountMinor,
      currency,
      historyReference: { not: null },
      completedAt: { gte: near(payment) },
    },
    select: { historyReference: true },
  });
  const mirror = await mirrorOf(prisma, upstream);
  // what the opening balance has in it was there before
  const opening = (mirror?.openingReferences ?? []).map((line) => line.replace(/^(IN|OUT):/, ''));
  return [...opening, ...taken.flatMap(({ historyReference }) => historyReference ?? [])];
}

/**
 * Asks about a payment. A line from before it was confirmed is none of it, though it may be one from after it was created.
 * @param others lines that are other payments; undefined where the history has numbers
 * @throws ProviderRejected, ProviderUnavailable, ProtocolError
 */
export async function askBeside(
  call: Call,
  { capability, handle, payment: { confirmedAt } }: Upstream,
  others: string[] | undefined,
): Promise<ProviderPayment | null> {
  if (!others) return capability.ask(call, handle);
  const known = [...others];
  const since = (confirmedAt?.getTime() ?? 0) - SKEW_MS;
  for (;;) {
    const said = await capability.ask(call, { ...handle, others: known });
    const line = said?.historyReference;
    if (!said || !line || known.includes(line) || said.createdAt.getTime() >= since) return said;
    known.push(line);
  }
}

function mirrorOf(tx: Tx, upstream: Upstream) {
  const { wallet, account } = bookOf(upstream);
  const where = wallet.house ? { providerAccountId: account.id, house: true } : { id: wallet.id };
  return tx.walletMirror.findFirst({ where: { wallet: where } });
}

const near = ({ createdAt }: Payment): Date => new Date(createdAt.getTime() - NEAR_MS);

/** Gives payments that are proven, and like this one, the lines that prove them. @returns false while one of them has none yet */
async function settleRivals(deps: LineDeps, call: Call, upstream: Upstream): Promise<boolean> {
  const { payment, connector } = upstream;
  const { history } = connector;
  const book = bookOf(upstream);
  const rivals = async () => carriedBy(deps.db.prisma, book, await rivalsOf(deps.db.prisma, payment));
  const [first] = await rivals();
  if (!history || !first) return true;
  const { amountMinor: minor, currency, kind } = payment;
  const amount = { minor, currency };
  const now = deps.clock.now();
  let cursor: string | undefined;
  do {
    const query = {
      kinds: [kind],
      from: near(first),
      to: new Date(now.getTime() + NEAR_MS),
      amountMin: amount,
      amountMax: amount,
    };
    const page = await history.list(call, { ...query, ...(cursor ? { cursor } : {}) });
    for (const said of page.items) await settle(deps, book, payment, said);
    cursor = page.next ?? undefined;
  } while (cursor);
  return (await rivals()).length === 0;
}

const rivalsOf = (tx: Tx, payment: Payment): Promise<Payment[]> =>
  tx.payment.findMany({
    where: {
      id: { not: payment.id },
      origin: 'API',
      status: 'COMPLETED',
      kind: payment.kind,
      amountMinor: payment.amountMinor,
      currency: payment.currency,
      providerAccountId: payment.providerAccountId,
      historyReference: null,
      completedAt: { gte: near(payment) },
      attempts: { some: { calledAt: { not: null } } },
    },
    orderBy: { createdAt: 'asc' },
  });

/** A line of a payment that is proven without it: noted, and nothing moves. */
function settle(
  { db, vault }: LineDeps,
  book: Book,
  { partnerId, provider }: Payment,
  said: ProviderPayment,
): Promise<void> {
  const line = said.reference;
  return transaction(db, async (tx) => {
    await lockName(tx, 'movement', partnerId, provider, line);
    const payment = await ownPayment(tx, vault, book, said);
    if (payment?.status !== 'COMPLETED') return;
    await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${payment.id} FOR UPDATE`;
    await claimLine(tx, await tx.payment.findUniqueOrThrow({ where: { id: payment.id } }), line);
  });
}
