import { accountIn, openAccount } from './accounts.ts';
import type { Currency, Money, Service, Source, Transaction, Wallet } from './model.ts';
import { notify } from './notify.ts';
import { ids } from './seed-services.ts';
import type { World } from './world.ts';

/** The lines of the wallets' histories: how they come to be and change; nothing here decides whether money moves. */

const sources: Record<Currency, Source> = { 643: 'QW_RUB', 840: 'QW_USD', 978: 'QW_EUR', 398: 'QW_KZT' };

/** The account of a wallet that a currency is paid from, as HIS-1 filters it. */
export const sourceOf = (currency: Currency): Source => sources[currency];

type Line = Pick<Transaction, 'wallet' | 'type' | 'account' | 'sum' | 'service'> & Partial<Transaction>;

/** Puts a line into a history as WAITING, unless another state is given, and tells the wallet's webhook. */
export function append(world: World, line: Line): Transaction {
  const now = world.clock.now();
  const id = line.id ?? world.number();
  const transaction: Transaction = {
    id,
    status: 'WAITING',
    errorCode: 0,
    at: new Date(Math.floor(now.getTime() / 1000) * 1000),
    visibleAt: new Date(now.getTime() + world.settings.historyLagMs),
    trmTxnId: String(id),
    commission: 0n,
    source: line.type === 'IN' ? null : world.service(ids.wallet),
    sourceKind: sourceOf(line.sum.currency),
    comment: '',
    currencyRate: '1',
    payment: null,
    ...line,
  };
  world.transactions.push(transaction);
  notify(world, transaction);
  return transaction;
}

/** WAITING → SUCCESS or ERROR; nothing leaves those two (section 3.1). */
export function finish(world: World, transaction: Transaction, errorCode: number): void {
  if (transaction.status !== 'WAITING') throw new Error(`transaction ${transaction.id} is ${transaction.status}`);
  transaction.status = errorCode === 0 ? 'SUCCESS' : 'ERROR';
  transaction.errorCode = errorCode;
  notify(world, transaction);
}

/** What came in. */
export interface Receipt {
  sum: Money;
  /** The sender, the terminal or the agent. */
  account: string;
  /** The transfer's id, when another wallet of the sandbox sent it: both sides share one (trap T23). */
  id?: number;
  comment?: string;
  service?: Service;
  sourceKind?: Source;
  currencyRate?: string;
}

/** Money arrives: the balance rises (opened when it was not) and the history shows a successful line. */
export function receive(world: World, wallet: Wallet, { sum, account, service, ...rest }: Receipt): Transaction {
  (accountIn(wallet, sum.currency) ?? openAccount(wallet, sum.currency)).balance += sum.amount;
  const from = service ?? world.service(ids.wallet);
  return append(world, { wallet, type: 'IN', status: 'SUCCESS', account, sum, service: from, ...rest });
}
