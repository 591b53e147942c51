import type { Call } from '../../connectors/connector.ts';
import type { Outcome } from '../../connectors/outcome.ts';
import type { InvoiceOrder, Invoices } from '../../connectors/records.ts';
import type { ProviderInvoice } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Invoice, Prisma } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { isClaimed, once } from '../idempotency/once.ts';
import { acceptedValue, ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { capable, reachWallet, type WalletAtProvider } from '../wallet/at-provider.ts';
import { checkCurrency, checkWalletState } from '../wallet/rules.ts';
import { findWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { changeInvoice, insertInvoice } from './change-invoice.ts';
import { type CreateInvoiceInput, checkPlain } from './create-invoice.ts';
import type { DuplicateInvoiceInput } from './duplicate-invoice.ts';
import { issueNumbered } from './issue-numbered.ts';
import { openParties, payerOf, sealParties } from './parties.ts';
import { replayedInvoice } from './store.ts';

type IssueDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>;

/** Longer than any call takes: what a provider has not made by then it will not make. */
const CALL_IS_DEAD_MS = 60_000;

/** A wallet at a provider, and the provider's invoices. */
export interface InvoicesAtProvider extends WalletAtProvider {
  invoices: Invoices;
}

/** @throws NotSupportedError for a LOCAL wallet, and when the provider has no invoices */
export async function invoicesOf(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  wallet: WalletWithAccounts,
): Promise<InvoicesAtProvider> {
  const reached = present(await reachWallet(deps, tx, wallet), 'the provider of a wallet');
  return { ...reached, invoices: capable(reached, 'INVOICES', (connector) => connector.invoices) };
}

interface Issue {
  operation: string;
  idempotencyKey: string;
  /** The input without the key. */
  input: unknown;
  reached: InvoicesAtProvider;
  /** Checks everything and answers the row to be, inside the transaction. */
  plan(tx: Tx, id: string, now: Date): Promise<Prisma.InvoiceUncheckedCreateInput>;
  send(call: Call, invoice: Invoice): Promise<Outcome<ProviderInvoice[]>>;
}

/**
 * Issues an invoice at the provider that keeps the wallet. What the issuer had before is kept with the invoice ahead of the
 * call, so that a lost answer is made good by looking, never by issuing again.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ProviderRejectedError,
 *   ProviderUnavailableError (repeat it with the same key)
 */
export async function createProviderInvoice(
  deps: IssueDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: CreateInvoiceInput,
): Promise<{ invoice: Invoice; replayed: boolean }> {
  const issuer = await findWallet(deps.db.prisma, viewer, input.recipientWalletId);
  if (!issuer) throw new NotFoundError('The receiving wallet');
  const reached = await invoicesOf(deps, deps.db.prisma, issuer);
  if (reached.invoices.issue) return issueNumbered(deps, viewer, reached, { idempotencyKey, ...input });
  checkPlain(input);
  const { create } = reached.invoices;
  if (!create) throw new NotSupportedError(issuer.provider, 'INVOICES', 'The provider issues no invoices.');
  return issue(deps, viewer, {
    operation: 'invoiceCreate',
    idempotencyKey,
    input,
    reached,
    plan: (tx, id, now) => planned(deps, tx, issuer, input, id, now),
    send: (call, invoice) => create(call, orderOf(deps, invoice), invoice.snapshot),
  });
}

/**
 * Issues an invoice like an earlier one at its provider. Each call there makes another one, so it is never repeated.
 * @throws as createProviderInvoice
 */
export async function duplicateAtProvider(
  deps: IssueDeps,
  viewer: TenantViewer,
  first: Invoice,
  { idempotencyKey, ...input }: DuplicateInvoiceInput,
): Promise<{ invoice: Invoice; replayed: boolean }> {
  const { prisma } = deps.db;
  const issuer = first.recipientWalletId ? await findWallet(prisma, viewer, first.recipientWalletId) : null;
  if (!issuer) throw new NotFoundError('The invoice');
  const reached = await invoicesOf(deps, prisma, issuer);
  const { duplicate } = reached.invoices;
  if (!duplicate) throw new NotSupportedError(issuer.provider, 'INVOICES', 'The provider duplicates no invoices.');
  const { reference } = await knownAtProvider(deps, reached, first);
  if (reference === null) throw new ProviderUnavailableError(issuer.provider, null);
  return issue(deps, viewer, {
    operation: 'invoiceDuplicate',
    idempotencyKey,
    input,
    reached,
    async plan(_tx, id, now) {
      checkWalletState(issuer, ['ACTIVE']);
      const { partnerId, provider, providerAccountId, payerPhoneHash, amountMinor, currency, message } = first;
      const { recipientWalletId, recipientCustomerId, payerWalletId, payerCustomerId } = first;
      const sides = { recipientWalletId, recipientCustomerId, payerWalletId, payerCustomerId, payerPhoneHash };
      const at = { id, partnerId, provider, providerAccountId, createdAt: now };
      const partiesSealed = sealParties(deps.vault, id, openParties(deps.vault, first));
      return { ...at, ...sides, partiesSealed, amountMinor, currency, message };
    },
    async send(call) {
      const outcome = await duplicate(call, reference);
      return outcome.kind === 'accepted' ? { kind: 'accepted', value: [outcome.value] } : outcome;
    },
  });
}

async function issue(
  deps: IssueDeps,
  viewer: TenantViewer,
  { operation, idempotencyKey, input, reached, plan, send }: Issue,
): Promise<{ invoice: Invoice; replayed: boolean }> {
  const { call, invoices, account } = reached;
  const repeated = await isClaimed(deps.db.prisma, viewer, operation, idempotencyKey);
  const snapshot =
    repeated || !invoices.snapshot ? [] : await readUpstream(() => present(invoices.snapshot, 'it')(call));
  const now = deps.clock.now();
  const { invoice, replayed } = await transaction(deps.db, async (tx) => {
    const claim = { operation, key: idempotencyKey, input, resultId: newId('Invoice') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed) return { invoice: await replayedInvoice(tx, viewer, id), replayed };
    return { invoice: await insertInvoice(tx, { ...(await plan(tx, id, now)), snapshot }, now), replayed };
  });
  if (invoice.reference !== null) return { invoice, replayed };
  const issued = await whileInUse(deps, viewer, { operation, key: idempotencyKey }, async () => {
    const outcome = replayed ? null : await send(call, invoice);
    if (outcome === null || outcome.kind === 'unknown') return knownAtProvider(deps, reached, invoice);
    if (outcome.kind !== 'accepted') await forget(deps, invoice);
    return adopt(deps, invoice, acceptedValue(outcome, account.provider), true);
  });
  return { invoice: issued, replayed };
}

/** The invoice as it is to be at its provider, checked. */
async function planned(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  issuer: WalletWithAccounts,
  input: Omit<CreateInvoiceInput, 'idempotencyKey'>,
  id: string,
  now: Date,
): Promise<Prisma.InvoiceUncheckedCreateInput> {
  const { amount, message, number } = input;
  checkWalletState(issuer, ['ACTIVE']);
  checkCurrency(issuer, amount.currency, 'input.amount.currency');
  if (input.dueAt !== undefined)
    throw InvalidInputError.at('input.dueAt', 'cannot be given here: the provider’s invoices have no due date.');
  const { wallet: payer, phone: payerPhone } = await payerOf({ vault }, tx, issuer, input.payer);
  const recipientPhone = present(issuer.number, 'the number of a wallet at a provider');
  return {
    id,
    partnerId: issuer.partnerId,
    provider: issuer.provider,
    providerAccountId: issuer.providerAccountId,
    number: number ?? null,
    recipientWalletId: issuer.id,
    recipientCustomerId: issuer.customerId,
    payerWalletId: payer?.id ?? null,
    payerCustomerId: payer?.customerId ?? null,
    partiesSealed: sealParties(vault, id, { payerPhone: present(payerPhone, 'a phone'), recipientPhone }),
    payerPhoneHash: vault.fingerprint(present(payerPhone, 'a phone')),
    amountMinor: amount.minor,
    currency: amount.currency,
    message: message ?? null,
    createdAt: now,
  };
}

function orderOf({ vault }: Pick<Deps, 'vault'>, invoice: Invoice): InvoiceOrder {
  const { amountMinor: minor, currency, message } = invoice;
  const payerPhone = present(openParties(vault, invoice).payerPhone, 'the phone of a payer');
  return { payerPhone, amount: { minor, currency }, ...(message === null ? {} : { message }) };
}

/**
 * An invoice with the provider's id, which is looked for where an earlier answer was lost. Null stays only where the provider
 * has certainly issued it and does not list it yet.
 * @throws ProviderUnavailableError when it is not there: it may still come, or (a minute later) it is given up, and the
 *   same key issues it anew
 */
export async function knownAtProvider(
  deps: IssueDeps,
  { invoices, call }: InvoicesAtProvider,
  invoice: Invoice,
): Promise<Invoice> {
  const { find } = invoices;
  if (invoice.reference !== null || !find) return invoice;
  const found = await readUpstream(() => find(call, orderOf(deps, invoice), invoice.snapshot));
  const adopted = await adopt(deps, invoice, found, false);
  if (adopted.reference !== null || adopted.providerState !== null) return adopted;
  if (deps.clock.now().getTime() - invoice.createdAt.getTime() > CALL_IS_DEAD_MS) await forget(deps, invoice);
  throw new ProviderUnavailableError(invoice.provider, null);
}

/** Takes the first of these that is no other invoice's. `issued`: the provider said that it has been made. */
async function adopt(
  { db, clock }: IssueDeps,
  { id, provider, providerAccountId }: Invoice,
  candidates: ProviderInvoice[],
  issued: boolean,
): Promise<Invoice> {
  const now = clock.now();
  return transaction(db, async (tx) => {
    await lockName(tx, 'invoices', providerAccountId ?? '');
    const invoice = await tx.invoice.findUnique({ where: { id } });
    if (!invoice) throw new ProviderUnavailableError(provider, null);
    if (invoice.reference !== null) return invoice;
    const references = candidates.map(({ reference }) => reference);
    const taken = await tx.invoice.findMany({ where: { providerAccountId, reference: { in: references } } });
    const free = candidates.find(({ reference }) => !taken.some((other) => other.reference === reference));
    if (!free && !issued) return invoice;
    const providerState = free?.providerState ?? (issued ? 'created' : null);
    return changeInvoice(tx, id, { reference: free?.reference ?? null, providerState }, now);
  });
}

/** Nothing came of it: the key is free again. */
async function forget({ db }: IssueDeps, { id, partnerId }: Invoice): Promise<void> {
  await transaction(db, async (tx) => {
    const { count } = await tx.invoice.deleteMany({ where: { id, reference: null, providerState: null } });
    if (count > 0) await tx.idempotencyKey.deleteMany({ where: { partnerId, resultId: id } });
  });
}
