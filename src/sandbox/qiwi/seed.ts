import { offered, phoneAccount, walletAccount } from './accounts.ts';
import type { Currency, IdentificationLevel, KeyPair, Scope, Wallet } from './model.ts';
import { seedCards } from './seed-cards.ts';
import { seedHistory } from './seed-history.ts';
import { seedServices } from './seed-services.ts';
import type { World } from './world.ts';

const UNIT = 100n;
const DAY = 86_400_000;

/** Trap T1. */
export const TOKEN_DAYS = 180;

export const scopes: readonly Scope[] = ['profile', 'balance', 'history', 'payments', 'cards'];

interface Row {
  personId: string;
  token: string;
  level: IdentificationLevel;
  /** Whole units of the open balances. */
  balances: Partial<Record<Currency, number>>;
}

/** The house wallet: the gateway's own money at QIWI. */
export const house: Row = {
  personId: '79990000001',
  token: '0f0e0d0c0b0a09080706050403020100',
  level: 'FULL',
  balances: { 643: 1_000_000, 840: 10_000, 978: 10_000, 398: 1_000_000 },
};

/** The wallet of most golden examples. */
export const demo: Row = {
  personId: '79115221133',
  token: 'YUu2qw048gtdsvlk3iu',
  level: 'VERIFIED',
  balances: { 643: 10_000, 840: 100, 398: 50_000 },
};

const rows: Row[] = [
  house,
  demo,
  {
    personId: '79112223344',
    token: '3b7beb2044c4dd4a8f4588d4a6b6c93f',
    level: 'VERIFIED',
    balances: { 643: 5_000, 840: 50, 978: 50 },
  },
  { personId: '79111234567', token: '68944212761e25f6fce457661cabba6c', level: 'SIMPLE', balances: { 643: 1_000 } },
  { personId: '78000008024', token: 'f80f0875d8e45af7bdd244c7df3f1a3f', level: 'FULL', balances: { 643: 50_000 } },
  { personId: '79261112233', token: 'd41d8cd98f00b204e9800998ecf8427e', level: 'VERIFIED', balances: { 643: 10_000 } },
  { personId: '79121112233', token: '900150983cd24fb0d6963f7d28e17f72', level: 'VERIFIED', balances: { 643: 10_000 } },
];

/** P2P keys of the house wallet (appendix A). */
export const houseKeys = {
  name: 'Koshel',
  publicKey: 'koshel-sandbox-public-key',
  secretKey: 'koshel-sandbox-secret-key',
  siteId: '9hh4jb-00',
} as const;

/** A wallet with the given balances; its rouble balance is always open. */
export function newWallet(world: World, row: Omit<Row, 'token'>): Wallet {
  const { personId, level, balances } = row;
  const open = offered.filter(({ currency }) => currency === 643 || balances[currency] !== undefined);
  return {
    personId,
    accounts: [
      phoneAccount(),
      ...open.map(({ alias, currency }) => walletAccount(alias, currency, BigInt(balances[currency] ?? 0) * UNIT)),
    ],
    defaultAlias: 'qw_wallet_rub',
    blocked: false,
    outgoingBlocked: false,
    identification: { level, person: null, passportExpired: false },
    profile: {
      registeredAt: new Date(world.clock.now().getTime() - 400 * DAY),
      email: null,
      operator: 'Beeline',
      firstTxnId: world.number(),
    },
    nickname: { nickname: `WALLET${personId.slice(-4)}`, canChange: true, canUse: true },
    limits: {},
    spentElsewhere: {},
    master: false,
    hook: null,
    paymentIds: new Set(),
  };
}

/** Issues a token of a wallet; the wallet's older ones die (section 3.9). */
export function issueToken(world: World, wallet: Wallet, value: string, granted: readonly Scope[] = scopes): void {
  for (const [known, token] of world.tokens) if (token.wallet === wallet) world.tokens.delete(known);
  const expiresAt = new Date(world.clock.now().getTime() + TOKEN_DAYS * DAY);
  world.tokens.set(value, { value, wallet, scopes: new Set(granted), expiresAt });
}

/** Fills an empty world: services, wallets with tokens, a history, an unpaid invoice, the house wallet's P2P keys. */
export function seedWorld(world: World): void {
  seedServices(world);
  for (const row of rows) {
    const wallet = newWallet(world, row);
    world.wallets.set(row.personId, wallet);
    issueToken(world, wallet, row.token);
  }
  const houseWallet = walletBy(world, house.personId);
  const demoWallet = walletBy(world, demo.personId);
  demoWallet.profile.email = 'm@ya.ru';
  demoWallet.identification.person = {
    birthDate: '1996-03-18',
    firstName: 'Иван',
    middleName: 'Иванович',
    lastName: 'Иванов',
    passport: '4300111211',
    inn: '7710000001',
    snils: '',
    oms: '',
  };
  const keys: KeyPair = { ...houseKeys, wallet: houseWallet, notificationsUrl: null };
  world.keys.set(keys.secretKey, keys);
  seedHistory(world, demoWallet, houseWallet);
  seedInvoice(world, demoWallet);
  seedCards(world, demoWallet);
}

function walletBy(world: World, personId: string): Wallet {
  const wallet = world.wallets.get(personId);
  if (wallet === undefined) throw new Error(`the seed has no wallet ${personId}`);
  return wallet;
}

function seedInvoice(world: World, wallet: Wallet): void {
  const id = world.number();
  const createdAt = world.clock.now();
  world.invoices.set(id, {
    id,
    externalId: '154140605',
    wallet,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + 45 * DAY),
    sum: { amount: 100n * UNIT, currency: 643 },
    status: 'READY_FOR_PAY',
    merchant: world.service(480706),
    comment: 'Пополнение счета 13515573',
    bill: null,
  });
}
