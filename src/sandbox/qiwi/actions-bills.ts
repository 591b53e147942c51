import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { type Action, action } from '../provider.ts';
import { currencies, rubles, walletNumber, walletOf } from './actions-input.ts';
import { closeBill, expireDue, issueInvoice, receiveBill, rejectInvoice } from './bill-engine.ts';
import { notifyBill } from './bill-notify.ts';
import type { Bill, Invoice } from './model.ts';
import { billState, invoiceState } from './state.ts';
import type { World } from './world.ts';

const DAY = 86_400_000;
const byBill = z.strictObject({ bill: z.string() });
const byInvoice = z.strictObject({ invoice: z.coerce.number().int() });

function openBill(world: World, billId: string): Bill {
  expireDue(world);
  const found = [...world.bills.values()].filter((bill) => bill.billId === billId);
  const bill = found.find(({ status }) => status === 'WAITING');
  if (bill === undefined)
    throw new ControlError(found[0] === undefined ? `no bill ${billId}` : `bill ${billId} is ${found[0].status}`);
  return bill;
}

function openInvoice(world: World, id: number): Invoice {
  expireDue(world);
  const invoice = world.invoices.get(id);
  if (invoice === undefined) throw new ControlError(`no invoice ${id}`);
  if (invoice.status !== 'READY_FOR_PAY') throw new ControlError(`invoice ${id} is ${invoice.status}`);
  return invoice;
}

/** Invoices that merchants issue to wallets. */
function invoiceActions(world: World): Record<string, Action> {
  const issued = z.strictObject({
    wallet: walletNumber,
    amount: rubles,
    currency: currencies.default(643),
    comment: z.string().default(''),
    externalId: z.string().optional(),
    lifetimeMs: z
      .number()
      .int()
      .min(1)
      .default(45 * DAY),
  });
  return {
    'invoice.issue': action('a merchant bills a wallet; INV-2 lists it', issued, ({ wallet, lifetimeMs, ...input }) => {
      const { amount, currency, comment, externalId = String(world.number()) } = input;
      const invoice = issueInvoice(world, walletOf(world, wallet), {
        externalId,
        expiresAt: new Date(world.clock.now().getTime() + lifetimeMs),
        sum: { amount, currency },
        merchant: world.service(480706),
        comment,
        bill: null,
      });
      return invoiceState(invoice);
    }),
    'invoice.withdraw': action('the merchant takes an unpaid invoice back', byInvoice, ({ invoice: id }) => {
      const invoice = openInvoice(world, id);
      rejectInvoice(world, invoice);
      return invoiceState(invoice);
    }),
    'invoice.expire': action('the time of an unpaid invoice runs out', byInvoice, ({ invoice: id }) => {
      const invoice = openInvoice(world, id);
      invoice.expiresAt = world.clock.now();
      expireDue(world);
      return invoiceState(invoice);
    }),
  };
}

/** Bills of the P2P API: what their payers do. */
export function billActions(world: World): Record<string, Action> {
  return {
    ...invoiceActions(world),
    'bill.pay': action(
      'somebody pays a bill by card; its owner gets the money and P2P-5',
      byBill.extend({ account: z.string().default('5555********4444') }),
      ({ bill: billId, account }) => {
        const bill = openBill(world, billId);
        receiveBill(world, bill, { account, sourceKind: 'CARD' });
        return billState(bill);
      },
    ),
    'bill.reject': action('the payer rejects a bill', byBill, ({ bill: billId }) => {
      const bill = openBill(world, billId);
      closeBill(world, bill, 'REJECTED', world.clock.now());
      return billState(bill);
    }),
    'bill.expire': action('the time of a bill runs out', byBill, ({ bill: billId }) => {
      const bill = openBill(world, billId);
      bill.expiresAt = world.clock.now();
      expireDue(world);
      return billState(bill);
    }),
    'bill.notify': action('send the notification of a paid bill once more', byBill, ({ bill: billId }) => {
      const paid = [...world.bills.values()].find((bill) => bill.billId === billId && bill.status === 'PAID');
      if (paid === undefined) throw new ControlError(`no paid bill ${billId}`);
      notifyBill(world, paid);
    }),
    'keys.notifications': action(
      'where the notifications of a key pair go; null for nowhere',
      z.strictObject({ secretKey: z.string(), url: z.url().nullable() }),
      ({ secretKey, url }) => {
        const keys = world.keys.get(secretKey);
        if (keys === undefined) throw new ControlError('no such secret key');
        keys.notificationsUrl = url;
      },
    ),
  };
}
