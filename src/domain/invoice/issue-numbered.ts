import type { Call } from '../../connectors/connector.ts';
import type { NumberedInvoiceOrder } from '../../connectors/records.ts';
import type { ProviderInvoice } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Invoice, Prisma } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { once } from '../idempotency/once.ts';
import { ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { withCredential } from '../wallet/issue-credential.ts';
import { checkPhone } from '../wallet/phone.ts';
import { walletRefusal } from '../wallet/refusal.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findPartnerWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { insertInvoice } from './change-invoice.ts';
import type { CreateInvoiceInput } from './create-invoice.ts';
import { keepIssued } from './follow-numbered.ts';
import type { InvoicesAtProvider } from './issue-at-provider.ts';
import { openParties, type Parties, sealParties } from './parties.ts';
import { replayedInvoice } from './store.ts';

type IssueDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>;
type Input = Omit<CreateInvoiceInput, 'idempotencyKey'>;

const MOST_ATTRIBUTES = 20;
const LONGEST_ATTRIBUTE = 255;

/**
 * Issues an invoice under a number of ours at a provider that dedupes on it: a lost answer is made good by asking for the number,
 * or by sending the same again.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, ProviderRejectedError; ProviderUnavailableError (repeat
 *   it with the same key)
 */
export async function issueNumbered(
  deps: IssueDeps,
  viewer: TenantViewer,
  at: InvoicesAtProvider,
  { idempotencyKey, ...input }: CreateInvoiceInput,
): Promise<{ invoice: Invoice; replayed: boolean }> {
  const operation = 'invoiceCreate';
  const now = deps.clock.now();
  const stored = await transaction(deps.db, async (tx) => {
    const claim = { operation, key: idempotencyKey, input, resultId: newId('Invoice') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed) return { invoice: await replayedInvoice(tx, viewer, id), replayed };
    return { invoice: await insertInvoice(tx, await planned(deps, tx, at, input, id, now), now), replayed };
  });
  if (stored.invoice.providerState !== null) return stored;
  const invoice = await whileInUse(deps, viewer, { operation, key: idempotencyKey }, () => issue(deps, at, stored));
  return { invoice, replayed: stored.replayed };
}

/** The invoice as it is to be, checked. Its number is the provider's id of it. */
async function planned(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  { wallet, account, invoices }: InvoicesAtProvider,
  input: Input,
  id: string,
  now: Date,
): Promise<Prisma.InvoiceUncheckedCreateInput> {
  checkWalletState(wallet, ['ACTIVE']);
  const number = input.number ?? id;
  await lockName(tx, 'invoices', account.id);
  const twin = { providerAccountId: account.id, keptFor: wallet.id, reference: number };
  if ((await tx.invoice.count({ where: twin })) > 0)
    throw InvalidInputError.at('input.number', 'is the number of another invoice of this wallet.');
  const longestMs = invoices.longestMs ?? Number.MAX_SAFE_INTEGER;
  const dueAt = input.dueAt ?? (invoices.longestMs ? new Date(now.getTime() + longestMs) : null);
  if (dueAt && dueAt <= now) throw InvalidInputError.at('input.dueAt', 'must be in the future.');
  if (dueAt && dueAt.getTime() - now.getTime() > longestMs)
    throw InvalidInputError.at('input.dueAt', `must be within ${Math.trunc(longestMs / 86_400_000)} days from now.`);
  checkAttributes(input.attributes ?? []);
  const payer = await payerOf({ vault }, tx, wallet, input.payer);
  const parties: Parties = {
    ...payer,
    recipientPhone: wallet.number ?? undefined,
    attributes: input.attributes ? [...input.attributes] : undefined,
    returnUrl: input.returnUrl,
  };
  return {
    id,
    partnerId: wallet.partnerId,
    provider: wallet.provider,
    providerAccountId: account.id,
    reference: number,
    number,
    keptFor: wallet.id,
    recipientWalletId: wallet.id,
    recipientCustomerId: wallet.customerId,
    partiesSealed: sealParties(vault, id, parties),
    payerPhoneHash: payer.payerPhone ? vault.fingerprint(payer.payerPhone) : null,
    amountMinor: input.amount.minor,
    currency: input.amount.currency,
    message: input.message ?? null,
    payMethods: [...(input.payMethods ?? [])],
    createdAt: now,
    // the provider keeps whole seconds
    dueAt: dueAt && new Date(Math.trunc(dueAt.getTime() / 1000) * 1000),
  };
}

function checkAttributes(attributes: readonly { name: string; value: string }[]): void {
  if (attributes.length > MOST_ATTRIBUTES)
    throw InvalidInputError.at('input.attributes', `must be at most ${MOST_ATTRIBUTES}.`);
  for (const [index, { name, value }] of attributes.entries()) {
    const twice = attributes.findIndex((other) => other.name === name) !== index;
    if (twice || !/^[A-Za-z]\w{0,63}$/.test(name))
      throw InvalidInputError.at(`input.attributes.${index}.name`, 'must be a name of letters and digits, given once.');
    if (value.length > LONGEST_ATTRIBUTE)
      throw InvalidInputError.at(
        `input.attributes.${index}.value`,
        `must have at most ${LONGEST_ATTRIBUTE} characters.`,
      );
  }
}

/** Whom the provider is to ask: with nobody named, whoever opens the page pays. */
async function payerOf(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  issuer: WalletWithAccounts,
  { walletId, phone, email, account }: NonNullable<Input['payer']> = {},
): Promise<Pick<Parties, 'payerPhone' | 'payerEmail' | 'payerAccount'>> {
  const named = walletId === undefined ? null : await findPartnerWallet(tx, issuer.partnerId, walletId);
  if (walletId !== undefined && !named) throw new NotFoundError('The paying wallet');
  if (named && (named.provider !== issuer.provider || named.number === null))
    throw InvalidInputError.at('input.payer.walletId', 'must be kept where the receiving wallet is kept.');
  if (named?.id === issuer.id)
    throw InvalidInputError.at('input.payer', 'a wallet cannot pay itself; name another payer.');
  if (phone !== undefined) vault.fingerprint(checkPhone(phone, 'input.payer.phone'));
  const payerPhone = phone ?? (named?.number ? `+${named.number.replace(/^\+/, '')}` : undefined);
  return { payerPhone, payerEmail: email, payerAccount: account };
}

async function issue(
  deps: IssueDeps,
  at: InvoicesAtProvider,
  { invoice, replayed }: { invoice: Invoice; replayed: boolean },
): Promise<Invoice> {
  const { invoices, account, call } = await withCredential(deps, at, at.invoices.credential);
  const send = present(invoices.issue, 'the provider’s own issuing');
  const outcome = await send(call, orderOf(deps, invoice));
  if (outcome.kind === 'accepted') return keepIssued(deps, invoice.id, outcome.value, { issued: true });
  if (outcome.kind === 'notSent') throw new ProviderUnavailableError(account.provider, outcome.retryAt);
  // what is refused at first sight was not made by us, whatever has its number
  const found = outcome.kind === 'unknown' || replayed ? await lookFor(invoices, call, invoice) : null;
  if (found) return keepIssued(deps, invoice.id, found, { issued: true });
  if (outcome.kind === 'unknown') throw new ProviderUnavailableError(account.provider, null);
  await forget(deps, invoice);
  throw walletRefusal(outcome.refusal, at.wallet);
}

/** What the provider has under the number, if it is this invoice: an earlier call may have arrived. */
async function lookFor(
  { get }: InvoicesAtProvider['invoices'],
  call: Call,
  { reference, amountMinor, currency }: Invoice,
): Promise<ProviderInvoice | null> {
  if (!get || reference === null) return null;
  const found = await readUpstream(() => get(call, reference));
  return found && found.amount.minor === amountMinor && found.amount.currency === currency ? found : null;
}

function orderOf({ vault }: Pick<Deps, 'vault'>, invoice: Invoice): NumberedInvoiceOrder {
  const { payerPhone, payerEmail, payerAccount, attributes, returnUrl } = openParties(vault, invoice);
  const { amountMinor: minor, currency, message, payMethods } = invoice;
  const payer = {
    ...(payerPhone ? { phone: payerPhone } : {}),
    ...(payerEmail ? { email: payerEmail } : {}),
    ...(payerAccount ? { account: payerAccount } : {}),
  };
  return {
    number: present(invoice.reference, 'the number of an invoice'),
    amount: { minor, currency },
    dueAt: present(invoice.dueAt, 'until when an invoice waits'),
    ...(Object.keys(payer).length > 0 ? { payer } : {}),
    ...(message === null ? {} : { message }),
    ...(payMethods.length > 0 ? { payMethods } : {}),
    ...(attributes ? { attributes } : {}),
    ...(returnUrl ? { returnUrl } : {}),
  };
}

/** Nothing came of it: the key and the number are free again. */
async function forget({ db }: IssueDeps, { id, partnerId }: Invoice): Promise<void> {
  await transaction(db, async (tx) => {
    const { count } = await tx.invoice.deleteMany({ where: { id, providerState: null } });
    if (count > 0) await tx.idempotencyKey.deleteMany({ where: { partnerId, resultId: id } });
  });
}
