import type { ProviderInvoice } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Invoice } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { newId } from '../../lib/ids.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { readUpstream } from '../provider/errors.ts';
import { withCredential } from '../wallet/issue-credential.ts';
import { changeInvoice, insertInvoice } from './change-invoice.ts';
import type { InvoicesAtProvider } from './issue-at-provider.ts';
import { sealParties } from './parties.ts';

type MirrorDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>;

/**
 * Follows the invoices that others have issued to a wallet, where its provider lists those only that wait to be paid. One that
 * left the list unasked has EXPIRED once its time has run out; until then nobody knows, and paying it would tell.
 * @throws ProviderRejectedError, ProviderUnavailableError
 */
export async function followUnpaid(deps: MirrorDeps, at: InvoicesAtProvider): Promise<void> {
  const reached = await withCredential(deps, at, at.invoices.credential);
  const { invoices, call, wallet, account } = reached;
  const said = await readUpstream(() => invoices.list(call, { direction: 'INCOMING' }));
  const now = deps.clock.now();
  const mine = { providerAccountId: account.id, keptFor: wallet.id, payerWalletId: wallet.id };
  const listed = { ...mine, reference: { in: said.map(({ reference }) => reference) } };
  const over = {
    ...mine,
    state: 'CREATED' as const,
    dueAt: { lte: now },
    reference: { notIn: said.map(({ reference }) => reference) },
  };
  const { prisma } = deps.db;
  const [known, ended] = await Promise.all([
    prisma.invoice.findMany({ where: listed }),
    prisma.invoice.count({ where: over }),
  ]);
  if (ended === 0 && said.every((one) => isKept(known, one))) return;
  await transaction(deps.db, async (tx) => {
    await lockName(tx, 'invoices', account.id);
    for (const { id } of await tx.invoice.findMany({ where: over, orderBy: { id: 'asc' } }))
      await changeInvoice(tx, id, { state: 'EXPIRED' }, now);
    const rows = await tx.invoice.findMany({ where: listed });
    for (const one of said) await keep(deps, tx, reached, rows, one, now);
  });
}

/** In the list it waits, whatever was thought of it: a refused payment leaves it there. */
const isOpen = ({ state }: Invoice): boolean => state === 'CREATED' || state === 'PROCESSING' || state === 'COMPLETED';

const isKept = (rows: Invoice[], said: ProviderInvoice): boolean => {
  const row = rows.find(({ reference }) => reference === said.reference);
  return row !== undefined && isOpen(row) && row.payUrl === (said.payUrl ?? null);
};

async function keep(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  { wallet, account }: InvoicesAtProvider,
  rows: Invoice[],
  said: ProviderInvoice,
  now: Date,
): Promise<void> {
  const row = rows.find(({ reference }) => reference === said.reference);
  if (row) {
    if (isKept(rows, said)) return;
    const reopened = isOpen(row) ? {} : { state: 'CREATED' as const, paymentId: null };
    await changeInvoice(tx, row.id, { ...reopened, payUrl: said.payUrl ?? null }, now);
    return;
  }
  const id = newId('Invoice');
  const parties = {
    payerPhone: said.payerPhone,
    recipientPhone: said.recipientPhone === '' ? undefined : said.recipientPhone,
    merchant: said.merchant ?? undefined,
  };
  await insertInvoice(
    tx,
    {
      id,
      partnerId: wallet.partnerId,
      provider: account.provider,
      providerAccountId: account.id,
      keptFor: wallet.id,
      reference: said.reference,
      number: said.number ?? null,
      payerWalletId: wallet.id,
      payerCustomerId: wallet.customerId,
      partiesSealed: sealParties(vault, id, parties),
      payerPhoneHash: vault.fingerprint(said.payerPhone),
      amountMinor: said.amount.minor,
      currency: said.amount.currency,
      message: said.message,
      providerState: said.providerState,
      payUrl: said.payUrl ?? null,
      payMethods: [...(said.payMethods ?? [])],
      createdAt: said.createdAt ?? now,
      dueAt: said.dueAt ?? null,
    },
    now,
  );
}
