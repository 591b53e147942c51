import type { Transaction, TransactionStatus, Wallet } from './model.ts';
import { ids } from './seed-services.ts';
import type { World } from './world.ts';

const HOUR = 3_600_000;
const UNIT = 100n;

type Row = [hoursAgo: number, type: 'IN' | 'OUT', service: number, account: string, rubles: bigint, errorCode: number];

/** Oldest first. They are told only: the balances of the seed already count them. */
const rows: Row[] = [
  [2_000, 'IN', ids.wallet, 'Терминал QIWI 4123', 5_000n, 0],
  [900, 'OUT', 1, '9161112233', 300n, 0],
  [500, 'OUT', 674, '111000', 450n, 0],
  [120, 'OUT', ids.transfer, '+79990000001', 1_000n, 0],
  [60, 'OUT', 1963, '4256********1231', 2_000n, 522],
  [10, 'IN', ids.wallet, '+79990000001', 1_500n, 0],
  [2, 'OUT', 2, '9031112233', 70n, 0],
];

/** A past for the demo wallet; transfers also show in the other wallet's history. */
export function seedHistory(world: World, demo: Wallet, house: Wallet): void {
  for (const [hoursAgo, type, service, account, rubles, errorCode] of rows) {
    const at = new Date(Math.floor((world.clock.now().getTime() - hoursAgo * HOUR) / 1000) * 1000);
    const line = past(world, demo, { type, at, account, amount: rubles * UNIT, errorCode, service });
    world.transactions.push(line);
    if (account !== `+${house.personId}`) continue;
    const other = type === 'IN' ? 'OUT' : 'IN';
    const there = type === 'IN' ? ids.transfer : ids.wallet;
    world.transactions.push({
      ...past(world, house, { ...line, amount: line.sum.amount, type: other, service: there }),
      id: line.id,
      account: `+${demo.personId}`,
    });
  }
}

interface Past {
  type: 'IN' | 'OUT';
  at: Date;
  account: string;
  amount: bigint;
  errorCode: number;
  service: number;
}

function past(world: World, wallet: Wallet, { type, at, account, amount, errorCode, service }: Past): Transaction {
  const id = world.number();
  const status: TransactionStatus = errorCode === 0 ? 'SUCCESS' : 'ERROR';
  return {
    id,
    wallet,
    type,
    status,
    errorCode,
    at,
    visibleAt: at,
    trmTxnId: String(at.getTime()),
    account,
    sum: { amount, currency: 643 },
    commission: 0n,
    service: world.service(service),
    source: type === 'OUT' ? world.service(ids.wallet) : null,
    sourceKind: 'QW_RUB',
    comment: '',
    currencyRate: '1',
    payment: null,
  };
}
