import { closeBill, expireDue, issueBill, receiveBill, rejectInvoice, sumOf } from './bill-engine.ts';
import { errorText } from './error-texts.ts';
import { Refusal } from './errors.ts';
import { payInvoice } from './invoice-pay.ts';
import type { Bill, Invoice, Money, Source, Wallet } from './model.ts';
import type { World } from './world.ts';

/** What a payment page can be opened for: a P2P bill, or an invoice of a merchant that the sandbox does not play. */

export type Means = 'qw' | 'card' | 'mobile';

export interface Payable {
  merchant: string;
  comment: string;
  sum: Money;
  /** WAITING until it is decided. */
  status: Bill['status'];
  means: readonly Means[];
  successUrl: string | null;
  /** Pays out of a wallet. @returns why it was refused, or null */
  fromWallet(wallet: Wallet): string | null;
  /** Money from outside of the wallets: a bank card, a phone account. */
  fromOutside(account: string, source: Source): void;
  reject(): void;
}

const ALL: readonly Means[] = ['qw', 'card', 'mobile'];

/** Runs a payment. @returns the text of its refusal, whichever way the settings tell it */
function refusalOf(world: World, invoice: Invoice, wallet: Wallet): string | null {
  try {
    const { status, errorCode } = payInvoice(world, invoice, wallet);
    return status === 'SUCCESS' ? null : (errorText(errorCode) ?? 'Платеж не принят');
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/** A wallet pays the invoice it was given, or one made for the occasion and withdrawn when it is not paid. */
function payBill(world: World, bill: Bill, wallet: Wallet): string | null {
  const given = [...world.invoices.values()].find(
    (invoice) => invoice.bill === bill && invoice.wallet === wallet && invoice.status === 'READY_FOR_PAY',
  );
  const invoice = given ?? issueBill(world, bill, wallet);
  const refusal = refusalOf(world, invoice, wallet);
  if (refusal !== null && given === undefined) world.invoices.delete(invoice.id);
  return refusal;
}

function ofBill(world: World, bill: Bill): Payable {
  const filter = bill.customFields?.['paySourcesFilter']?.split(',');
  return {
    merchant: bill.keys.name,
    comment: bill.comment ?? '',
    sum: sumOf(bill),
    status: bill.status,
    means: ALL.filter((means) => filter === undefined || filter.includes(means)),
    successUrl: bill.successUrl,
    fromWallet: (wallet) => payBill(world, bill, wallet),
    fromOutside: (account, sourceKind) => receiveBill(world, bill, { account, sourceKind }),
    reject: () => closeBill(world, bill, 'REJECTED', world.clock.now()),
  };
}

function ofInvoice(world: World, invoice: Invoice): Payable {
  return {
    merchant: invoice.merchant.longName,
    comment: invoice.comment,
    sum: invoice.sum,
    status: invoice.status === 'READY_FOR_PAY' ? 'WAITING' : invoice.status,
    means: ALL,
    successUrl: null,
    fromWallet: (wallet) => refusalOf(world, invoice, wallet),
    fromOutside() {
      invoice.status = 'PAID';
    },
    reject: () => rejectInvoice(world, invoice),
  };
}

/** Finds what a link of the payment page is for: `invoice_uid`, or `shop` and `transaction`. */
export function payableOf(world: World, query: Record<string, string | undefined>): Payable | undefined {
  expireDue(world);
  const { invoice_uid: uid, shop, transaction = '' } = query;
  if (uid !== undefined) {
    const bill = [...world.bills.values()].find((candidate) => candidate.uid === uid);
    return bill === undefined ? undefined : ofBill(world, bill);
  }
  const invoice = /^\d{1,16}$/.test(transaction) ? world.invoices.get(Number.parseInt(transaction, 10)) : undefined;
  if (invoice === undefined || String(invoice.merchant.id) !== shop) return undefined;
  return invoice.bill === null ? ofInvoice(world, invoice) : ofBill(world, invoice.bill);
}
