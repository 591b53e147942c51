import type { ProviderInvoice } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Invoice } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { newId } from '../../lib/ids.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { requestReconciliation } from '../mirror/request-reconciliation.ts';
import { readUpstream } from '../provider/errors.ts';
import { withCredential } from '../wallet/issue-credential.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { changeInvoice, insertInvoice } from './change-invoice.ts';
import { type InvoicesAtProvider, invoicesOf } from './issue-at-provider.ts';
import { sealParties } from './parties.ts';

type FollowDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>;

/**
 * Asks a provider for an invoice that a wallet has issued under this number, and follows its word. One that is not known here
 * (it was made by a page, or by another client) becomes an invoice.
 * @returns null when the provider has none
 * @throws ProviderRejectedError, ProviderUnavailableError, NotSupportedError
 */
export async function followNumbered(
  deps: FollowDeps,
  wallet: WalletWithAccounts,
  number: string,
): Promise<Invoice | null> {
  const reached = await invoicesOf(deps, deps.db.prisma, wallet);
  const { invoices, call, account } = await withCredential(deps, reached, reached.invoices.credential);
  const { get } = invoices;
  const said = get ? await readUpstream(() => get(call, number)) : null;
  if (!said) return null;
  const where = { providerAccountId: account.id, keptFor: wallet.id, reference: number };
  const known = await deps.db.prisma.invoice.findFirst({ where });
  return known ? keepIssued(deps, known.id, said) : learn(deps, reached, said);
}

const FIRST_LOOK_MS = 60_000;
const LONGEST_WAIT_MS = 6 * 60 * 60_000;
/** How long after its time has run out an invoice is asked about once more. */
const GRACE_MS = 5_000;

/** Has the provider asked about an invoice that waits: soon at first, then ever more seldom, and when its time has run out. */
export function followSoon(
  tx: Tx,
  { id, dueAt }: Pick<Invoice, 'id' | 'dueAt'>,
  round: number,
  now: Date,
): Promise<void> {
  const wait = Math.min(FIRST_LOOK_MS * 2 ** Math.min(round, 20), LONGEST_WAIT_MS);
  const end = dueAt && dueAt > now ? dueAt.getTime() + GRACE_MS : Number.MAX_SAFE_INTEGER;
  const runAt = new Date(Math.min(now.getTime() + wait, end));
  return addJob(tx, 'follow-invoice', { invoiceId: id, round }, { key: `follow-invoice:${id}`, runAt });
}

/**
 * Brings an invoice of ours to where its provider says that it stands.
 * @param about `issued`: this is the answer to issuing it, so it is followed from now on
 */
export function keepIssued(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  invoiceId: string,
  said: ProviderInvoice,
  about: { issued: boolean } = { issued: false },
): Promise<Invoice> {
  const now = clock.now();
  return transaction(db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM invoice WHERE id = ${invoiceId} FOR UPDATE`;
    const row = await tx.invoice.findUniqueOrThrow({ where: { id: invoiceId } });
    const state = nextState(row, said);
    if (about.issued && state === 'CREATED') await followSoon(tx, row, 0, now);
    const changes: Partial<Invoice> = {
      state,
      providerState: said.providerState ?? row.providerState ?? 'issued',
      payUrl: row.payUrl ?? said.payUrl ?? null,
    };
    const changed = Object.entries(changes).some(([name, value]) => row[name as keyof Invoice] !== value);
    if (!changed) return row;
    if (state === 'COMPLETED' && row.state !== 'COMPLETED') await moneyCame(tx, row, now);
    return changeInvoice(tx, invoiceId, changes, now);
  });
}

/**
 * Who ended it is not told by the provider's word: what we have asked to be ended is CANCELLED. An end stays, but for the proof
 * that it was paid after all.
 */
function nextState({ state, cancelRequestedAt }: Invoice, said: ProviderInvoice): Invoice['state'] {
  if (said.state === 'UNKNOWN' || said.state === 'PROCESSING') return state;
  if (state === 'COMPLETED' || said.state === 'COMPLETED') return 'COMPLETED';
  if (state !== 'CREATED') return state;
  return said.state === 'REJECTED' && cancelRequestedAt !== null ? 'CANCELLED' : said.state;
}

/** The money is booked from the issuer's history, once, like all that comes in there; it is read soon. */
async function moneyCame(tx: Tx, { recipientWalletId }: Pick<Invoice, 'recipientWalletId'>, now: Date): Promise<void> {
  if (recipientWalletId) await requestReconciliation(tx, recipientWalletId, now);
}

/** Keeps an invoice that was issued elsewhere in the name of a wallet. */
async function learn(
  { db, vault, clock }: FollowDeps,
  { wallet, account }: InvoicesAtProvider,
  said: ProviderInvoice,
): Promise<Invoice> {
  const now = clock.now();
  const reference = said.reference;
  const known = await transaction(db, async (tx) => {
    await lockName(tx, 'invoices', account.id);
    const where = { providerAccountId: account.id, keptFor: wallet.id, reference };
    const first = await tx.invoice.findFirst({ where });
    if (first) return first;
    const id = newId('Invoice');
    const payerPhone = said.payer?.phone ?? undefined;
    const payer = {
      payerPhone,
      payerEmail: said.payer?.email ?? undefined,
      payerAccount: said.payer?.account ?? undefined,
    };
    const parties = { ...payer, recipientPhone: said.recipientPhone, attributes: said.attributes };
    const row = {
      id,
      partnerId: wallet.partnerId,
      provider: account.provider,
      ...where,
      number: said.number ?? reference,
      recipientWalletId: wallet.id,
      recipientCustomerId: wallet.customerId,
      partiesSealed: sealParties(vault, id, parties),
      payerPhoneHash: payerPhone ? vault.fingerprint(payerPhone) : null,
      amountMinor: said.amount.minor,
      currency: said.amount.currency,
      message: said.message,
      payMethods: [...(said.payMethods ?? [])],
      createdAt: said.createdAt ?? now,
      dueAt: said.dueAt ?? null,
    };
    return insertInvoice(tx, row, now);
  });
  return keepIssued({ db, clock }, known.id, said, { issued: true });
}
