import { book } from './engine.ts';
import type { Bank, Level, Merchant, Partner, SystemLimits, Wallet } from './model.ts';
import type { World } from './world.ts';

const RUBLE = 100n;

/** The partner of the golden examples, and another one, whose wallets are foreign to the first. */
const partners: Partner[] = [
  { clientId: 'partner-1', clientSecret: 'secret-1', partnerId: '42' },
  { clientId: 'partner-2', clientSecret: 'secret-2', partnerId: '43' },
];

/** Section 3.6, in rubles: the public statutory tiers, not facts of this provider. */
const tiers: Record<Level, [balance: bigint, oneTime: bigint, month: bigint]> = {
  ELEMENTARY: [15_000n, 15_000n, 40_000n],
  PERSONALIZED: [60_000n, 60_000n, 200_000n],
  IDENTIFIED: [600_000n, 600_000n, 600_000n],
};

/** The house wallet has terms of its own. */
const houseLimits: SystemLimits = {
  balance: 100_000_000n * RUBLE,
  oneTime: 10_000_000n * RUBLE,
  month: 100_000_000n * RUBLE,
};

interface Row {
  walletId: string;
  number: string;
  phone: string;
  level: Level;
  /** Kopecks. */
  balance: bigint;
  clientId?: 'partner-2';
  system?: SystemLimits;
}

/** The house wallet, the wallet of the golden examples, one of each further level, an empty one, and a foreign one. */
const wallets: Row[] = [
  {
    walletId: '7d1f3c60-2b84-4c55-9e0a-6f1b2c3d4e5f',
    number: '4000000000000009',
    phone: '9990000001',
    level: 'IDENTIFIED',
    balance: 1_000_000n * RUBLE,
    system: houseLimits,
  },
  {
    walletId: '3b9f6a52-7c1e-4d0a-9f4e-2a6d5c8b7e10',
    number: '4000000000000017',
    phone: '9261234567',
    level: 'ELEMENTARY',
    balance: 12_345n * RUBLE,
  },
  {
    walletId: '5e2a9c14-8d37-4b60-a1f5-0c4d7b8e9f21',
    number: '4000000000000025',
    phone: '9261112233',
    level: 'PERSONALIZED',
    balance: 10_000n * RUBLE,
  },
  {
    walletId: '91c4d7e8-3f52-4a06-b7d9-1e8f2a6c5b43',
    number: '4000000000000033',
    phone: '9161112233',
    level: 'IDENTIFIED',
    balance: 100_000n * RUBLE,
  },
  {
    walletId: 'c06b1f93-4e7d-4d28-8a35-7f9e0d2c1b64',
    number: '4000000000000041',
    phone: '9031112233',
    level: 'ELEMENTARY',
    balance: 0n,
  },
  {
    walletId: 'e8a5d3b1-6c90-4f17-9b42-3d5e7f1a8c06',
    number: '4000000000000058',
    phone: '9051112233',
    level: 'PERSONALIZED',
    balance: 1_000n * RUBLE,
    clientId: 'partner-2',
  },
];

/** The banks that withdrawals go to. */
export const seedBanks: Bank[] = [
  {
    bankIdentifier: '100000000999',
    name: 'Test Bank',
    originalName: 'Test Bank Joint Stock Company',
    bic: '044000999',
  },
  { bankIdentifier: '100000000111', name: 'Сбербанк', originalName: 'ПАО Сбербанк', bic: '044525225' },
  { bankIdentifier: '100000000005', name: 'Банк ВТБ', originalName: 'Банк ВТБ (ПАО)', bic: '044525187' },
  { bankIdentifier: '100000000261', name: 'НКО Перспектива', originalName: 'НКО Перспектива', bic: '044000261' },
];

const merchants: Merchant[] = [
  { tsp: 'a1f4c2d8-0b3e-4f57-8a69-5d7e9c1b2f34', name: 'Магазин услуг' },
  { tsp: '2c8d6e4f-9a1b-4c73-b5e0-8f7d6a5c4b32', name: 'Книжный магазин' },
];

/** The payment of example V-05. */
function seedHistory(world: World, wallet: Wallet): void {
  const line = {
    type: 'PAYMENT',
    amount: 125_050n,
    description: 'Payment for services',
    tcp: 'a1f4c2d8-0b3e-4f57-8a69-5d7e9c1b2f34',
    at: new Date('2024-07-09T14:05:31+03:00'),
  } as const;
  wallet.balance += line.amount;
  book(world, wallet, line);
}

/** Fills an empty world: partners, system limits, wallets, banks, merchants, one old payment. */
export function seedWorld(world: World): void {
  for (const partner of partners) world.partners.set(partner.clientId, { ...partner });
  for (const [level, [balance, oneTime, month]] of Object.entries(tiers) as [Level, [bigint, bigint, bigint]][])
    world.systemLimits.set(level, { balance: balance * RUBLE, oneTime: oneTime * RUBLE, month: month * RUBLE });
  for (const bank of seedBanks) world.banks.set(bank.bankIdentifier, bank);
  for (const merchant of merchants) world.merchants.set(merchant.tsp, merchant);
  for (const { clientId = 'partner-1', system = null, ...row } of wallets) {
    const partner = world.partners.get(clientId);
    if (partner === undefined) throw new Error(`the seed has no partner ${clientId}`);
    const wallet: Wallet = { ...row, partner, system, closed: false, own: {}, operations: [] };
    world.wallets.set(wallet.walletId, wallet);
    if (wallet.phone === '9261234567') seedHistory(world, wallet);
  }
}
