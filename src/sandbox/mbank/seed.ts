import type { Kopecks, Level, Limits, Wallet } from './model.ts';
import { seedPlaces } from './seed-places.ts';
import { seedServices } from './seed-services.ts';
import type { World } from './world.ts';

const RUBLE = 100;

/** Section 2.11, control plane. */
export const defaultLimits: Limits = {
  in: 15_000 * RUBLE,
  out: 15_000 * RUBLE,
  p2p: 15_000 * RUBLE,
  balance: 60_000 * RUBLE,
  monthlyIn: 200_000 * RUBLE,
  monthlyOut: 200_000 * RUBLE,
  monthlyP2p: 40_000 * RUBLE,
  cards: 10,
};

const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const houseLimits: Limits = {
  in: NO_LIMIT,
  out: NO_LIMIT,
  p2p: NO_LIMIT,
  balance: NO_LIMIT,
  monthlyIn: NO_LIMIT,
  monthlyOut: NO_LIMIT,
  monthlyP2p: NO_LIMIT,
  cards: 10,
};

/** A wallet with nothing in it; a new one on the sandbox starts with 10000 rubles (section 2.4). */
export function newWallet(phone: string, password: string, balance: Kopecks = 10_000 * RUBLE): Wallet {
  return {
    phone,
    password,
    state: 'inactive',
    balance,
    level: 'anonymous',
    verified: false,
    personStatus: 'no_data',
    codes: {},
    limits: { ...defaultLimits },
    unseen: new Set(),
    unseenBest: new Set(),
  };
}

const identified: readonly [string, string, number][] = [
  ['+79261111111', 'p@ssw0rD', 10_000],
  ['+79261111112', 'password', 10_000],
  ['+12345675578', 'password', 10_000],
  ['+12345678102', 'password', 10_000],
  ['+12345671157', 'password', 10_000],
  ['+79201111111', 'password', 10_000],
  ['+79260000002', 'password', 10_000],
];

/** Phone and password of the house wallet: the gateway's own money at mbank. */
export const house = { phone: '+79990000001', password: 'house-p@ss', rubles: 1_000_000 } as const;

/** Fills an empty world: the documented applications, the wallets of the golden examples, a house wallet, the catalogue. */
export function seedWorld(world: World): void {
  const add = (phone: string, password: string, rubles: number, level: Level): Wallet => {
    const wallet = newWallet(phone, password, rubles * RUBLE);
    wallet.state = 'active';
    wallet.level = level;
    wallet.verified = level !== 'anonymous';
    world.wallets.set(phone, wallet);
    return wallet;
  };
  for (const [phone, password, rubles] of identified) add(phone, password, rubles, 'identified');
  add('+79990000000', 'password', 10_000, 'anonymous');
  add(house.phone, house.password, house.rubles, 'identified').limits = { ...houseLimits };
  seedPerson(world);
  seedClients(world);
  seedServices(world);
  seedPlaces(world);
  world.projects.set('mbank', { code: 'mbank', appId: '42', appSecret: 's3cr3t' });
  const first = world.wallets.get('+79261111111');
  if (first !== undefined) addBestTransfer(world, first, 30, 'test pay');
}

function seedPerson(world: World): void {
  const wallet = world.wallets.get('+79261111111');
  if (wallet === undefined) return;
  wallet.personStatus = 'data_verified';
  wallet.email = 'test@wallet.best';
  wallet.person = {
    family_name: 'Арсеньев',
    given_name: 'Алексей',
    patronymic_name: 'Александрович',
    birth_date: '1982-01-02',
    passport_series_number: '2202655885',
    passport_issued_at: '2012-02-27',
    itn: '330500938709',
    ssn: '11223344595',
    verifiedAt: new Date('2014-05-29T17:06:20.066Z'),
  };
}

/** The documented sandbox applications (section 1.3). */
function seedClients(world: World): void {
  const rows = [
    ['mbank', 'secret', 'password', 3_600],
    ['mbank_web', 'topsecret', 'authorization_code', 2_147_483_647],
    ['mbank_storefront', 'oklol', 'client_credentials', 600],
    ['mbank_bov', 'secret', 'password', 3_600],
  ] as const;
  for (const [id, secret, grant, lifetimeSeconds] of rows) {
    const redirectUris = grant === 'authorization_code' ? ['https://bestmt.ru/test?ok=1'] : [];
    world.clients.set(id, { id, secret, grant, lifetimeSeconds, redirectUris });
  }
}

/** Adds a BEST transfer, not yet seen, to a wallet's list (section 2.1, BestTransfer). @returns its number */
export function addBestTransfer(world: World, wallet: Wallet, amount: number, note: string): number {
  const transfers = world.bestTransfers.get(wallet.phone) ?? [];
  world.bestTransfers.set(wallet.phone, transfers);
  const name = { lastname: 'Янышин', firstname: 'Александр', patronymic: 'Сергеевич' };
  const party = { country: { numeric: '643' }, ...name, isresident: 1 };
  const number = 413_258_621 + transfers.length;
  transfers.push({
    number,
    amount,
    currency_alpha: 'RUR',
    note,
    smstosender: 0,
    creating_date: world.clock.now().toISOString().replace('Z', '+0000'),
    fee: 0,
    amount_charge: amount,
    currency_charge: 'RUR',
    rate: 1,
    sender: { data: party, address: { phone: '9267101280' } },
    receiver: { data: party, address: [] },
  });
  wallet.unseenBest.add(number);
  return number;
}
