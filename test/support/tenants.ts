import { expect, vi } from 'vitest';
import {
  AuthorizeWalletDocument,
  CreateInvoiceDocument,
  CreateTemplateDocument,
  LinkCardDocument,
  RequestServiceDocument,
} from '../../schema/operations.ts';
import type { IdKind } from '../../src/lib/ids.ts';
import type { TestApp } from './app.ts';
import { done, openShop, rub, type Shop, unique } from './builders.ts';
import { startMbank } from './mbank.ts';
import { linkedWallet } from './provider-wallets.ts';
import { linkQiwi, reconciled, startQiwi } from './qiwi.ts';
import { cardDesk } from './qiwi-cards.ts';

/** Two partners who have nothing to do with each other, for tests of what each may know of the other. */

/** A customer of a shop, Anna Belova with the passport 4511654321, with something of every kind that customers have. */
export async function everythingOf(gateway: TestApp, shop: Shop, phone: string): Promise<void> {
  const { call } = shop;
  const { prisma } = gateway.deps.db;
  const mbank = await startMbank(gateway, shop.id);
  const qiwi = await startQiwi(gateway, shop.id);
  const where = { providerReference: '834' };
  await vi.waitFor(async () => expect(await prisma.service.count({ where })).toBe(1), { timeout: 20_000 });
  const anna = await shop.customer({ person: { firstName: 'Anna', lastName: 'Belova', passport: '4511654321' } });
  const local = await shop.wallet({ owner: anna, holds: '1000', phone });
  const second = await shop.wallet({ owner: anna });
  for (const confirm of [false, true]) await shop.transfer(local, second, '5', confirm);
  await shop.payout(local, '5');
  const atMbank = await linkedWallet(call, mbank);
  const atQiwi = await linkQiwi(call, qiwi, qiwi.wallet(), { customerId: anna.id });
  await prisma.wallet.update({ where: { id: atMbank }, data: { customerId: anna.id } });
  await cardDesk(call, qiwi).freeCard(atQiwi);
  const pages = { successUrl: 'https://shop.example/ok', failureUrl: 'https://shop.example/no' };
  const key = () => ({ idempotencyKey: unique('have') });
  done(
    (await call(LinkCardDocument, { input: { ...key(), walletId: atMbank, ...pages } })).cardLink,
    'CardLinkSuccess',
  );
  const invoice = { ...key(), recipientWalletId: local, payer: { walletId: second }, amount: rub('10') };
  done((await call(CreateInvoiceDocument, { input: invoice })).invoiceCreate, 'InvoiceCreateSuccess');
  const { id: serviceId } = await prisma.service.findFirstOrThrow({ where });
  const parameters = [{ id: 'phoneNumber', value: '+79261111111' }];
  const template = { ...key(), walletId: atMbank, name: 'Mine', serviceId, amount: rub('10'), parameters };
  done((await call(CreateTemplateDocument, { input: template })).paymentTemplateCreate, 'PaymentTemplateCreateSuccess');
  const wish = { ...key(), walletId: atMbank, title: 'A bakery' };
  done((await call(RequestServiceDocument, { input: wish })).serviceRequestCreate, 'ServiceRequestCreateSuccess');
  mbank.act('client.redirect', { uri: `${gateway.url}/oauth/mbank` });
  const consent = { ...key(), providerAccountId: mbank.account.id, customerId: anna.id, returnUrl: pages.successUrl };
  await call(AuthorizeWalletDocument, { input: consent });
  await reconciled(call, { walletId: atQiwi });
}

/** A partner and a customer who have nothing to do with another one. */
export interface Stranger {
  /** The key of the partner's server, and a session of the customer. */
  server: string;
  session: string;
  /** What they have, to be said where an operation asks for more than one id. */
  own: Partial<Record<IdKind, string>>;
  /** The same for what is no id, or not the first of its kind: by the input and its field. */
  values: Record<string, unknown>;
}

/**
 * Another shop with accounts at providers of its own.
 * @param known services that were here before
 */
export async function anotherShop(gateway: TestApp, known: readonly string[]): Promise<Stranger> {
  const { prisma } = gateway.deps.db;
  const other = await openShop(gateway, { name: 'Another shop' });
  const stranger = await other.customer();
  const wallet = await other.wallet({ owner: stranger, holds: '100' });
  const mbank = await startMbank(gateway, other.id);
  const qiwi = await startQiwi(gateway, other.id);
  const atQiwi = await linkQiwi(other.call, qiwi, qiwi.wallet(), { customerId: stranger.id });
  const where = { providerReference: '834', id: { notIn: [...known] } };
  const service = await vi.waitFor(() => prisma.service.findFirstOrThrow({ where }), { timeout: 20_000 });
  const own = {
    Wallet: wallet,
    Service: service.id,
    ProviderAccount: qiwi.account.id,
    Customer: stranger.id,
    Payment: await other.transfer(wallet, await other.wallet(), '1'),
  };
  const values = {
    'InvoiceLinkInput.recipientWalletId': atQiwi,
    'PaymentQuoteInput.walletId': wallet,
    'CardOrderInput.walletId': atQiwi,
    'TransitCreateInput.walletId': wallet,
    'WalletOpenInput.provider': 'MBANK',
    'WalletOpenInput.providerAccountId': mbank.account.id,
    'WalletOpenInput.phone': '+79265550103',
    'WalletOpenInput.password': 'p@ssw0rd-1',
    'WalletLinkInput.credentials': [{ name: 'token', value: unique('token') }],
  };
  return { server: other.apiKey, session: stranger.token, own, values };
}
