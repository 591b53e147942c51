import { expect, vi } from 'vitest';
import {
  ActivateWalletDocument,
  CancelInvoiceDocument,
  CreateInvoiceDocument,
  CreateTemplateDocument,
  DeleteTemplateDocument,
  DuplicateInvoiceDocument,
  LinkCardDocument,
  OpenProviderWalletDocument,
  RemoveCardDocument,
  UpdateTemplateDocument,
  WalletCardsDocument,
} from '../../schema/operations.ts';
import { type Call, done, newPhone, rub, unique } from './builders.ts';
import type { TestMbank } from './mbank.ts';
import { linkedWallet, openAtMbank, pendingWallet } from './provider-wallets.ts';

/** Where records are written. */
export interface Desk {
  call: Call;
  mbank: TestMbank;
  /** Our id of the service 834, which asks for a phone. */
  serviceId: string;
}

/** One write of mbank that moves no money. */
export interface RecordWrite {
  title: string;
  operation: string;
  /** Makes everything that the write needs. */
  prepare(desk: Desk): Promise<Prepared>;
}

export interface Prepared {
  /** The mutation; to repeat it is to send the very same. */
  send(): Promise<{ __typename: string } | null | undefined>;
  /** What mbank has when the write has been done exactly once, as mbank's own list tells it. */
  atMbank(): Promise<unknown>;
  once: unknown;
}

const pages = { successUrl: 'https://shop.example/ok', failureUrl: 'https://shop.example/no' };

async function wallet({ call, mbank }: Desk) {
  const phone = newPhone();
  return { phone, walletId: await linkedWallet(call, mbank, 100, phone) };
}

/** An invoice's input, and the states of those with its message that mbank lists. */
async function invoice(desk: Desk) {
  const { phone, walletId } = await wallet(desk);
  const payer = await wallet(desk);
  const message = unique('For the dinner');
  const input = {
    idempotencyKey: unique('invoice'),
    recipientWalletId: walletId,
    payer: { walletId: payer.walletId },
    amount: rub('30'),
    message,
  };
  const atMbank = async () => {
    const all = (await desk.mbank.elsewhere(phone, 'GET', '/invoices/created')) as {
      message?: string;
      status: string | null;
    }[];
    return all.filter((one) => one.message === message).map(({ status }) => status);
  };
  return { input, atMbank };
}

async function issuedInvoice(desk: Desk) {
  const { input, atMbank } = await invoice(desk);
  const { invoiceCreate } = await desk.call(CreateInvoiceDocument, { input });
  return { invoiceId: done(invoiceCreate, 'InvoiceCreateSuccess').invoice.id, atMbank };
}

/** A template's input, and the names of those that mbank lists. */
async function template(desk: Desk) {
  const { phone, walletId } = await wallet(desk);
  const input = {
    idempotencyKey: unique('template'),
    walletId,
    name: 'My phone',
    serviceId: desk.serviceId,
    amount: rub('100'),
    parameters: [{ id: 'phoneNumber', value: '+79261111111' }],
  };
  const atMbank = async () =>
    ((await desk.mbank.elsewhere(phone, 'GET', '/payments/templates')) as { name: string }[]).map(({ name }) => name);
  return { input, atMbank };
}

async function madeTemplate(desk: Desk) {
  const { input, atMbank } = await template(desk);
  const { paymentTemplateCreate } = await desk.call(CreateTemplateDocument, { input });
  return { templateId: done(paymentTemplateCreate, 'PaymentTemplateCreateSuccess').template.id, atMbank };
}

async function card(desk: Desk) {
  const { phone, walletId } = await wallet(desk);
  const active = async () =>
    ((await desk.mbank.elsewhere(phone, 'GET', '/cards?state=active')) as { id: number }[]).length;
  const link = async (idempotencyKey: string) =>
    (await desk.call(LinkCardDocument, { input: { idempotencyKey, walletId, ...pages } })).cardLink;
  /** The person types the card on the page that was opened last; an earlier one is never used. */
  const type = async () => {
    const pending = (await desk.mbank.elsewhere(phone, 'GET', '/cards?state=pending')) as { id: number }[];
    desk.mbank.act('page', { card: Math.max(...pending.map(({ id }) => id)), result: 'approve' });
  };
  return { walletId, active, link, type };
}

async function activeCard(desk: Desk) {
  const { walletId, active, link, type } = await card(desk);
  done(await link(unique('link')), 'CardLinkSuccess');
  await type();
  const ids = async () => (await desk.call(WalletCardsDocument, { id: walletId, states: ['ACTIVE'] })).wallet?.cards;
  await vi.waitFor(async () => expect(await ids()).toHaveLength(1), { timeout: 15_000 });
  return { cardId: (await ids())?.[0]?.id ?? '', active };
}

/** Every write of mbank that moves no money and whose answer matters. */
export const recordWrites: RecordWrite[] = [
  {
    title: 'invoice issued',
    operation: 'invoices.create',
    async prepare(desk) {
      const { input, atMbank } = await invoice(desk);
      const send = async () => (await desk.call(CreateInvoiceDocument, { input })).invoiceCreate;
      return { send, atMbank, once: [null] };
    },
  },
  {
    title: 'invoice duplicated',
    operation: 'invoices.duplicate',
    async prepare(desk) {
      const { invoiceId, atMbank } = await issuedInvoice(desk);
      const input = { idempotencyKey: unique('duplicate'), invoiceId };
      const send = async () => (await desk.call(DuplicateInvoiceDocument, { input })).invoiceDuplicate;
      return { send, atMbank, once: [null, null] };
    },
  },
  {
    title: 'invoice cancelled',
    operation: 'invoices.cancel',
    async prepare(desk) {
      const { invoiceId, atMbank } = await issuedInvoice(desk);
      const send = async () => (await desk.call(CancelInvoiceDocument, { invoiceId })).invoiceCancel;
      return { send, atMbank, once: ['canceled'] };
    },
  },
  {
    title: 'template made',
    operation: 'templates.create',
    async prepare(desk) {
      const { input, atMbank } = await template(desk);
      const send = async () => (await desk.call(CreateTemplateDocument, { input })).paymentTemplateCreate;
      return { send, atMbank, once: ['My phone'] };
    },
  },
  {
    title: 'template changed',
    operation: 'templates.update',
    async prepare(desk) {
      const { templateId, atMbank } = await madeTemplate(desk);
      const input = { templateId, name: 'Her phone' };
      const send = async () => (await desk.call(UpdateTemplateDocument, { input })).paymentTemplateUpdate;
      return { send, atMbank, once: ['Her phone'] };
    },
  },
  {
    title: 'template deleted',
    operation: 'templates.delete',
    async prepare(desk) {
      const { templateId, atMbank } = await madeTemplate(desk);
      const send = async () => (await desk.call(DeleteTemplateDocument, { templateId })).paymentTemplateDelete;
      return { send, atMbank, once: [] };
    },
  },
  {
    title: 'card linked',
    operation: 'cards.create',
    async prepare(desk) {
      const { walletId, active, link, type } = await card(desk);
      const key = unique('link');
      let typed: Promise<void> | null = null;
      const atMbank = async () => {
        typed ??= type();
        await typed;
        const here = (await desk.call(WalletCardsDocument, { id: walletId })).wallet?.cards ?? [];
        return { there: await active(), here: here.map(({ state }) => state) };
      };
      return { send: () => link(key), atMbank, once: { there: 1, here: ['ACTIVE'] } };
    },
  },
  {
    title: 'card removed',
    operation: 'cards.delete',
    async prepare(desk) {
      const { cardId, active } = await activeCard(desk);
      const send = async () => (await desk.call(RemoveCardDocument, { cardId })).cardRemove;
      return { send, atMbank: active, once: 0 };
    },
  },
  {
    title: 'wallet opened',
    operation: 'wallet.create',
    async prepare({ call, mbank }) {
      const phone = newPhone();
      const input = openAtMbank(phone);
      const send = async () => (await call(OpenProviderWalletDocument, { input })).walletOpen;
      return {
        send,
        atMbank: async () => mbank.act('wallet.code', { phone }),
        once: { activation: expect.any(String), reset: null },
      };
    },
  },
  {
    title: 'wallet activated',
    operation: 'wallet.activate',
    async prepare({ call, mbank }) {
      const phone = newPhone();
      const { id: walletId, code } = await pendingWallet(call, phone);
      const send = async () => (await call(ActivateWalletDocument, { walletId, code })).walletActivate;
      return {
        send,
        atMbank: () => mbank.elsewhere(phone, 'GET', '/wallet'),
        once: expect.objectContaining({ phone }),
      };
    },
  },
];
