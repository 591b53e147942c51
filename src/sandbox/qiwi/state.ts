import type { Bill, Card, Invoice, Transaction, Wallet } from './model.ts';
import { shortest } from './money.ts';
import { stamp } from './time.ts';
import type { World } from './world.ts';

/** A transaction as the control API shows it; amounts as decimal text. */
export function transactionState({ id, wallet, type, status, errorCode, at, sum, commission, ...line }: Transaction) {
  return {
    id,
    wallet: wallet.personId,
    type,
    status,
    errorCode,
    at: stamp(at),
    clientId: line.trmTxnId,
    service: line.service.id,
    account: line.account,
    amount: shortest(sum.amount),
    commission: shortest(commission),
    currency: sum.currency,
    comment: line.comment,
  };
}

/** A wallet as the control API shows it. */
export function walletState(wallet: Wallet) {
  const balances = wallet.accounts.filter(({ hasBalance }) => hasBalance);
  return {
    personId: wallet.personId,
    level: wallet.identification.level,
    blocked: wallet.blocked,
    outgoingBlocked: wallet.outgoingBlocked,
    balances: Object.fromEntries(balances.map(({ alias, balance }) => [alias, shortest(balance)])),
    hook: wallet.hook === null ? null : { id: wallet.hook.id, url: wallet.hook.url, txnType: wallet.hook.txnType },
  };
}

/** A bill as the control API shows it. */
export const billState = (bill: Bill) => ({
  billId: bill.billId,
  siteId: bill.keys.siteId,
  wallet: bill.keys.wallet.personId,
  amount: shortest(bill.amount),
  currency: bill.currency,
  status: bill.status,
  uid: bill.uid,
});

/** An invoice as the control API shows it. */
export const invoiceState = (invoice: Invoice) => ({
  id: invoice.id,
  externalId: invoice.externalId,
  wallet: invoice.wallet.personId,
  amount: shortest(invoice.sum.amount),
  currency: invoice.sum.currency,
  status: invoice.status,
});

/** A card as the control API shows it. */
export const cardState = ({ id, wallet, kind, alias, pan, status, blockedAt }: Card) => ({
  id,
  wallet: wallet.personId,
  kind,
  alias,
  pan,
  status,
  blockedAt,
});

/** What the control API shows of the whole provider. */
export function stateOf(world: World) {
  return {
    settings: world.settings,
    nextOutcomes: world.nextOutcomes,
    wallets: [...world.wallets.values()].map(walletState),
    transactions: world.transactions.slice(-200).map(transactionState),
    invoices: [...world.invoices.values()].map(invoiceState),
    bills: [...world.bills.values()].map(billState),
    cards: [...world.cards.values()].map(cardState),
    services: world.services.size,
    mails: world.mails,
  };
}
