import { isLosslessNumber } from 'lossless-json';
import { expireDue, rejectInvoice } from './bill-engine.ts';
import { payUrl } from './bills.ts';
import { malformed, notFound } from './errors.ts';
import { type Answer, type Call, type Operation, text, whole } from './http.ts';
import { payInvoice } from './invoice-pay.ts';
import type { Invoice, Wallet } from './model.ts';
import { moneyView } from './money.ts';
import type { World } from './world.ts';

/** Invoices issued to a wallet; the secret key and the wallet's token are both accepted (trap T31). */
const common = { auth: 'either', scopes: ['payments'] } as const;

function view(world: World, invoice: Invoice) {
  const { merchant, bill } = invoice;
  return {
    id: invoice.id,
    external_id: invoice.externalId,
    creation_datetime: invoice.createdAt.getTime(),
    expiration_datetime: invoice.expiresAt.getTime(),
    sum: moneyView(invoice.sum.amount, invoice.sum.currency),
    status: 'READY_FOR_PAY',
    type: 'MERCHANT',
    repetitive: false,
    provider: {
      id: merchant.id,
      short_name: merchant.shortName,
      long_name: merchant.longName,
      logo_url: `https://static.qiwi.com/img/providers/logoBig/${merchant.id}_l.png`,
    },
    comment: invoice.comment,
    pay_url: bill === null ? `${world.url()}/form?shop=${merchant.id}&transaction=${invoice.id}` : payUrl(world, bill),
  };
}

/** An optional bound of INV-2. @throws Refusal 400 */
const bound = (query: Call['query'], name: string): number | undefined =>
  query[name] === undefined ? undefined : whole(query[name], name, 0);

/** INV-2: each filter that is given counts; there is no cursor (trap T32). Times are milliseconds (trap T33). */
function list(world: World, { query, caller: { wallet } }: Call): Answer {
  expireDue(world);
  if (query['statuses'] !== 'READY_FOR_PAY') malformed('statuses must be READY_FOR_PAY');
  const rows = query['rows'] === undefined ? 50 : whole(query['rows'], 'rows', 1, 50);
  const from = bound(query, 'min_creation_datetime') ?? 0;
  const till = bound(query, 'max_creation_datetime') ?? Number.POSITIVE_INFINITY;
  const nextId = bound(query, 'next_id') ?? Number.POSITIVE_INFINITY;
  const before = bound(query, 'next_creation_datetime') ?? Number.POSITIVE_INFINITY;
  const bills = [...world.invoices.values()]
    .filter((invoice) => {
      const created = invoice.createdAt.getTime();
      const wanted = invoice.id <= nextId && created >= from && created <= till && created < before;
      return wanted && invoice.wallet === wallet && invoice.status === 'READY_FOR_PAY';
    })
    .sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime() || other.id - one.id);
  return { json: { bills: bills.slice(0, rows).map((invoice) => view(world, invoice)) } };
}

/** The wallet's unpaid invoice. @throws Refusal 404 */
function find(world: World, wallet: Wallet, id: number): Invoice {
  expireDue(world);
  const invoice = world.invoices.get(id);
  const open = invoice?.wallet === wallet && invoice.status === 'READY_FOR_PAY';
  return open ? invoice : notFound('Invoice not found', 'invoice.not.found');
}

function payOne(world: World, { body, caller: { wallet } }: Call): Answer {
  const uid = text(body, 'invoice_uid');
  const currency = text(body, 'currency');
  const invoice = find(world, wallet, whole(uid, 'invoice_uid', 0));
  if (currency !== String(invoice.sum.currency)) malformed(`currency must be ${invoice.sum.currency}`);
  const paid = payInvoice(world, invoice, wallet).status === 'SUCCESS';
  const invoice_status = paid ? 'PAID_STATUS' : 'NOT_PAID_STATUS';
  return { json: { invoice_status, is_sms_confirm: false, WALLET_ACCEPT_PAY_RESULT: {} } };
}

function reject(world: World, { body, caller: { wallet } }: Call): Answer {
  if (!isLosslessNumber(body['id'])) malformed('id must be a number');
  rejectInvoice(world, find(world, wallet, whole(body['id'], 'id', 0)));
  return {};
}

/** INV-2 to INV-4 (section 2.8). */
export function invoiceOperations(world: World): Operation[] {
  return [
    {
      id: 'INV-2',
      method: 'GET',
      path: '/checkout-api/api/bill/search',
      ...common,
      handle: (call) => list(world, call),
    },
    {
      id: 'INV-3',
      method: 'POST',
      path: '/checkout-api/invoice/pay/wallet',
      ...common,
      body: true,
      handle: (call) => payOne(world, call),
    },
    {
      id: 'INV-4',
      method: 'POST',
      path: '/checkout-api/api/bill/reject',
      ...common,
      body: true,
      handle: (call) => reject(world, call),
    },
  ];
}
