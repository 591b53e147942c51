import type { ProviderInvoice } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Invoice } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { newId } from '../../lib/ids.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { ProviderRejectedError, ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { findWalletByPhone, type WalletWithAccounts } from '../wallet/store.ts';
import { changeInvoice, insertInvoice } from './change-invoice.ts';
import { followNumbered } from './follow-numbered.ts';
import { type InvoicesAtProvider, invoicesOf } from './issue-at-provider.ts';
import { followUnpaid } from './mirror-unpaid.ts';
import { openParties, sealParties } from './parties.ts';

type MirrorDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>;

/** INCOMING: the wallet is asked to pay. OUTGOING: the wallet asks. */
export type InvoiceDirection = 'INCOMING' | 'OUTGOING';

const finalStates: readonly string[] = ['COMPLETED', 'DECLINED', 'CANCELLED', 'REJECTED'];

/**
 * Reads a wallet's invoices from the provider that keeps it, and follows them. Nothing happens for a LOCAL wallet; when the
 * provider cannot say (it is logged), what is known here stays.
 */
export async function refreshInvoices(
  deps: MirrorDeps,
  wallet: WalletWithAccounts,
  direction: InvoiceDirection,
): Promise<void> {
  if (wallet.provider === 'LOCAL' || wallet.status !== 'ACTIVE') return;
  await orLogged(deps, wallet, async () => {
    const reached = await invoicesOf(deps, deps.db.prisma, wallet);
    const { lists, issue } = reached.invoices;
    // what has no list is followed one by one
    if (lists && !lists.includes(direction)) return;
    await (issue ? followUnpaid(deps, reached) : followInvoices(deps, reached, direction));
  });
}

async function orLogged(deps: MirrorDeps, { id }: WalletWithAccounts, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ProviderRejectedError || error instanceof ProviderUnavailableError)) throw error;
    deps.log.info({ walletId: id, code: error.code }, 'invoices could not be read from their provider');
  }
}

/** The same of one invoice that a wallet has issued. */
export async function refreshIssued(
  deps: MirrorDeps,
  issuer: WalletWithAccounts,
  { keptFor, reference }: Pick<Invoice, 'keptFor' | 'reference'>,
): Promise<void> {
  if (keptFor === '' || reference === null) return refreshInvoices(deps, issuer, 'OUTGOING');
  if (issuer.status === 'ACTIVE') await orLogged(deps, issuer, () => followNumbered(deps, issuer, reference));
}

/**
 * The same, for who needs the provider's word.
 * @throws ProviderRejectedError, IdentificationRequiredError, ProviderUnavailableError
 */
export async function followInvoices(
  deps: MirrorDeps,
  reached: InvoicesAtProvider,
  direction: InvoiceDirection,
): Promise<void> {
  const { invoices, call, wallet, account } = reached;
  const said = await readUpstream(() => invoices.list(call, { direction }));
  const known = await rowsOf(deps.db.prisma, account.id, said);
  if (said.every((one) => isSame(known.get(one.reference), one, wallet.id, direction))) return;
  const now = deps.clock.now();
  await transaction(deps.db, async (tx) => {
    await lockName(tx, 'invoices', account.id);
    const references = said.map(({ reference }) => reference);
    await tx.$executeRaw`
      SELECT 1 FROM invoice WHERE provider_account_id = ${account.id} AND reference = ANY(${references}) ORDER BY id FOR UPDATE`;
    const rows = await rowsOf(tx, account.id, said);
    for (const one of said) {
      const row = rows.get(one.reference) ?? (await unnamed(deps, tx, wallet, direction, one));
      if (row) await follow(tx, row, one, sideOf(wallet, direction), now);
      else await insertInvoice(tx, await rowOf(deps, tx, reached, direction, one, now), now);
    }
  });
}

async function rowsOf(tx: Tx, providerAccountId: string, said: ProviderInvoice[]): Promise<Map<string, Invoice>> {
  const reference = { in: said.map((one) => one.reference) };
  const rows = await tx.invoice.findMany({ where: { providerAccountId, reference } });
  return new Map(rows.map((row) => [row.reference ?? '', row]));
}

const sideOf = ({ id, customerId }: WalletWithAccounts, direction: InvoiceDirection) =>
  direction === 'INCOMING'
    ? { payerWalletId: id, payerCustomerId: customerId }
    : { recipientWalletId: id, recipientCustomerId: customerId };

function isSame(
  row: Invoice | undefined,
  said: ProviderInvoice,
  walletId: string,
  direction: InvoiceDirection,
): boolean {
  if (!row) return false;
  const side = direction === 'INCOMING' ? row.payerWalletId : row.recipientWalletId;
  return side === walletId && (row.state === said.state || said.state === 'UNKNOWN');
}

/** An invoice of ours whose answer was lost, which this may be. */
async function unnamed(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  wallet: WalletWithAccounts,
  direction: InvoiceDirection,
  said: ProviderInvoice,
): Promise<Invoice | null> {
  const side = direction === 'INCOMING' ? { payerWalletId: wallet.id } : { recipientWalletId: wallet.id };
  const { amount, message } = said;
  const like = { amountMinor: amount.minor, currency: amount.currency, message };
  const at = { providerAccountId: wallet.providerAccountId, reference: null };
  const rows = await tx.invoice.findMany({ where: { ...at, ...side, ...like }, orderBy: { id: 'asc' } });
  return (
    rows.find((row) => {
      const { payerPhone, recipientPhone } = openParties(vault, row);
      const between = payerPhone === said.payerPhone && recipientPhone === said.recipientPhone;
      return between && !row.snapshot.includes(said.reference);
    }) ?? null
  );
}

async function follow(tx: Tx, row: Invoice, said: ProviderInvoice, side: Partial<Invoice>, now: Date): Promise<void> {
  const state = await nextState(tx, row, said);
  const freed = state !== row.state && !finalStates.includes(state) ? { paymentId: null } : {};
  const told = { state, reference: said.reference, providerState: said.providerState ?? row.providerState };
  const changes: Partial<Invoice> = { ...side, ...told, ...freed };
  const changed = Object.entries(changes).some(([name, value]) => row[name as keyof Invoice] !== value);
  if (changed) await changeInvoice(tx, row.id, changes, now);
}

/**
 * What the provider says, unless we know better. A payment of ours that has paid it, or may still, decides; one that was undone
 * pays it no more. What is final otherwise goes only from one end to another: the provider undid, or redid, what paid it elsewhere.
 */
async function nextState(tx: Tx, row: Invoice, said: ProviderInvoice): Promise<Invoice['state']> {
  if (said.state === 'UNKNOWN') return row.state;
  const payment = row.paymentId ? await tx.payment.findUnique({ where: { id: row.paymentId } }) : null;
  const ended = finalStates.includes(row.state);
  switch (payment?.status) {
    case 'COMPLETED':
      return row.state;
    case 'REVERSED':
      return said.state === 'COMPLETED' ? row.state : said.state;
    case 'CREATED':
    case 'PROCESSING':
      return ended || said.state === 'CREATED' ? row.state : said.state;
    default:
      return ended && !finalStates.includes(said.state) ? row.state : said.state;
  }
}

/** A row for an invoice that was made elsewhere. */
async function rowOf(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  { wallet, account }: InvoicesAtProvider,
  direction: InvoiceDirection,
  said: ProviderInvoice,
  now: Date,
) {
  const id = newId('Invoice');
  const { payerPhone, recipientPhone, amount, message, reference, providerState } = said;
  const payerPhoneHash = vault.fingerprint(payerPhone);
  const otherHash = direction === 'INCOMING' ? vault.fingerprint(recipientPhone) : payerPhoneHash;
  const found = await findWalletByPhone(tx, wallet.partnerId, otherHash, account.provider);
  const other = found?.providerAccountId === account.id ? found : null;
  return {
    id,
    partnerId: wallet.partnerId,
    provider: account.provider,
    providerAccountId: account.id,
    reference,
    ...(other ? sideOf(other, direction === 'INCOMING' ? 'OUTGOING' : 'INCOMING') : {}),
    ...sideOf(wallet, direction),
    partiesSealed: sealParties(vault, id, { payerPhone, recipientPhone }),
    payerPhoneHash,
    amountMinor: amount.minor,
    currency: amount.currency,
    message,
    state: said.state === 'UNKNOWN' ? ('CREATED' as const) : said.state,
    providerState,
    createdAt: now,
  };
}
