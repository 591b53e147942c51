import {
  CancelInvoiceDocument,
  CreateInvoiceDocument,
  CreateTemplateDocument,
  DeleteTemplateDocument,
  DuplicateInvoiceDocument,
  UpdateTemplateDocument,
} from '../../schema/operations.ts';
import { done, rub, unique } from './builders.ts';
import { type Desk, newWallet, type RecordWrite } from './mbank-desk.ts';

/** An invoice's input, and the states of those with its message that mbank lists. */
async function invoice(desk: Desk) {
  const { phone, walletId } = await newWallet(desk);
  const payer = await newWallet(desk);
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
  const { phone, walletId } = await newWallet(desk);
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

/** Every write of an invoice but its payment, and of a template. */
export const invoiceWrites: RecordWrite[] = [
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
];
