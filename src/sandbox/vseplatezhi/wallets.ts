import { randomUUID } from 'node:crypto';
import { plainRefusal, refuse, wrong } from './errors.ts';
import { level as levelOf, text } from './fields.ts';
import { ACCOUNT, type Call, type Operation } from './http.ts';
import type { Wallet } from './model.ts';
import { amountView } from './money.ts';
import type { World } from './world.ts';

/** Wallets: opened, read, closed, identified (section 3.1). */

/** The partner's wallet of the path. @throws Refusal 403 for an unknown or a foreign one (trap T-19) */
export function walletOf(world: World, { params, partner }: Pick<Call, 'params' | 'partner'>): Wallet {
  const wallet = world.wallets.get((params['walletId'] ?? '').toLowerCase());
  if (wallet === undefined || wallet.partner !== partner) throw plainRefusal(403);
  return wallet;
}

/** Refuses what a closed wallet does not do. @throws Refusal 500 `WALLET_CLOSED` */
export function mustBeOpen({ closed }: Wallet): void {
  if (closed) refuse('WALLET_CLOSED');
}

const identified = ({ walletId, level: identification }: Wallet) => ({ walletId, identification });

/** `account.register`: the open wallet of the phone, made when there was none (trap T-23). */
function register(world: World, { body, partner }: Call): object {
  const phone = text(body, 'phone');
  if (!/^\d{10}$/.test(phone)) wrong('phone', 'must be 10 digits');
  const level = body['identification'] === undefined ? 'ELEMENTARY' : levelOf(body['identification'], 'identification');
  const known = [...world.wallets.values()].find(
    (wallet) => wallet.partner === partner && wallet.phone === phone && !wallet.closed,
  );
  if (known !== undefined) return identified(known);
  const wallet: Wallet = {
    walletId: randomUUID(),
    partner,
    number: `4${String(world.number()).padStart(15, '0')}`,
    phone,
    level,
    closed: false,
    balance: 0n,
    system: null,
    own: {},
    operations: [],
  };
  world.wallets.set(wallet.walletId, wallet);
  return identified(wallet);
}

/** `account.info`; a closed wallet is shown too. */
function info(world: World, call: Call): object {
  const { number, balance, level, closed } = walletOf(world, call);
  return { number, balance: amountView(balance, world.settings.amounts), status: closed ? 'CLOSED' : level };
}

/** `account.deactivate`: once more changes nothing; a wallet with money stays open. */
function deactivate(world: World, call: Call): object {
  const wallet = walletOf(world, call);
  if (!wallet.closed && wallet.balance !== 0n) refuse('WALLET_BALANCE_NOT_ZERO');
  wallet.closed = true;
  return { walletId: wallet.walletId };
}

/** `account.identify`: any level follows any other. */
function identify(world: World, call: Call): object {
  const wallet = walletOf(world, call);
  const level = levelOf(call.params['isIdentified'], 'isIdentified');
  mustBeOpen(wallet);
  wallet.level = level;
  return identified(wallet);
}

/** Operations 1 to 4. */
export const walletOperations = (world: World): Operation[] => [
  {
    id: 'account.register',
    method: 'POST',
    path: `${ACCOUNT}/registration`,
    body: 'json',
    handle: (call) => register(world, call),
  },
  {
    id: 'account.info',
    method: 'GET',
    path: `${ACCOUNT}/:walletId/info`,
    handle: (call) => info(world, call),
  },
  {
    id: 'account.deactivate',
    method: 'POST',
    path: `${ACCOUNT}/:walletId/deactivation`,
    handle: (call) => deactivate(world, call),
  },
  {
    id: 'account.identify',
    method: 'POST',
    path: `${ACCOUNT}/:walletId/identification/:isIdentified`,
    handle: (call) => identify(world, call),
  },
];
