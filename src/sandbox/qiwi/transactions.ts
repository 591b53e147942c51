import { malformed, notFound } from './errors.ts';
import { detailView } from './history-views.ts';
import { type Call, type Operation, oneOf, text, whole } from './http.ts';
import type { Transaction, TransactionType } from './model.ts';
import { padded } from './money.ts';
import { pdf, receiptPicture } from './paper.ts';
import { stamp } from './time.ts';
import type { World } from './world.ts';

const types: readonly TransactionType[] = ['IN', 'OUT', 'QIWI_CARD'];
const scopes = ['history'] as const;

/** The caller's transaction; without a type the outgoing one of two with one id (trap T23). @throws Refusal 404 */
function found(world: World, { params, query, caller }: Call): Transaction {
  const id = whole(params['transactionId'], 'transactionId', 0);
  const type = oneOf(query, 'type', types);
  const now = world.clock.now();
  const own = world.transactions.filter(
    (line) => line.id === id && line.wallet === caller.wallet && line.visibleAt <= now,
  );
  const chosen =
    type === undefined ? (own.find((line) => line.type !== 'IN') ?? own[0]) : own.find((line) => line.type === type);
  return chosen ?? notFound('Transaction not found', 'transaction.not.found');
}

/** A receipt exists for what went through, once it is made. */
const hasReceipt = ({ settings }: World, { status }: Transaction): boolean =>
  status === 'SUCCESS' && settings.receiptsReady;

/** @throws Refusal 400 without a type, 404 */
function receipted(world: World, call: Call): Transaction {
  if (call.query['type'] === undefined) malformed('type is required');
  const line = found(world, call);
  return hasReceipt(world, line) ? line : notFound('No receipt for this transaction', 'cheque.not.found');
}

function receipt({ id, at, type, sum, commission, service, wallet }: Transaction): Buffer {
  const lines = [
    `Transaction ${id} (${type})`,
    `Date ${stamp(at)}`,
    `Wallet ${wallet.personId}`,
    `Provider ${service.id}`,
    `Amount ${padded(sum.amount)}, currency ${sum.currency}`,
    `Commission ${padded(commission)}`,
  ];
  return pdf('QIWI Wallet: receipt', lines);
}

/** HIS-3, HIS-4, HIS-5 (section 2.5). */
export function transactionOperations(world: World): Operation[] {
  const base = '/transactions/:transactionId';
  return [
    {
      id: 'HIS-3',
      method: 'GET',
      path: `/payment-history/v2${base}`,
      auth: 'token',
      scopes,
      handle(call) {
        const line = found(world, call);
        return { json: detailView(line, hasReceipt(world, line)) };
      },
    },
    {
      id: 'HIS-4',
      method: 'GET',
      path: `/payment-history/v1${base}/cheque/file`,
      auth: 'token',
      scopes,
      handle(call) {
        const format = oneOf(call.query, 'format', ['JPEG', 'PDF']) ?? malformed('format is required');
        const line = receipted(world, call);
        if (format === 'JPEG') return { bytes: { content: receiptPicture, type: 'image/jpeg' } };
        return { bytes: { content: receipt(line), type: 'application/pdf' } };
      },
    },
    {
      id: 'HIS-5',
      method: 'POST',
      path: `/payment-history/v1${base}/cheque/send`,
      auth: 'token',
      scopes,
      body: true,
      handle(call) {
        const to = text(call.body, 'email');
        if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(to)) malformed('email must be an e-mail address');
        world.mails.push({ to, transaction: receipted(world, call).id, at: world.clock.now() });
        return { status: 201 };
      },
    },
  ];
}
