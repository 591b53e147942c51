import { accountIn } from './accounts.ts';
import { ownWallet } from './auth.ts';
import { malformed } from './errors.ts';
import { indexed, type Operation } from './http.ts';
import type { IdentificationLevel, LimitType, Minor, PaymentOrder, ServiceKind, Transaction, Wallet } from './model.ts';
import { amountNumber } from './money.ts';
import { recipientOf } from './recipients.ts';
import { month, stamp } from './time.ts';
import type { World } from './world.ts';

const UNIT = 100n;

/** LIM-1, in the order of the contract. */
export const limitTypes: readonly LimitType[] = [
  'REFILL',
  'TURNOVER',
  'PAYMENTS_P2P',
  'PAYMENTS_PROVIDER_INTERNATIONALS',
  'PAYMENTS_PROVIDER_PAYOUT',
  'WITHDRAW_CASH',
];

/** Roubles by identification level, in the order of `limitTypes`; the documents name no figures. */
const byLevel: Record<IdentificationLevel, readonly bigint[]> = {
  ANONYMOUS: [15_000n, 40_000n, 10_000n, 10_000n, 10_000n, 5_000n],
  SIMPLE: [15_000n, 40_000n, 10_000n, 10_000n, 10_000n, 5_000n],
  VERIFIED: [60_000n, 200_000n, 150_000n, 100_000n, 100_000n, 40_000n],
  FULL: [10_000_000n, 40_000_000n, 40_000_000n, 40_000_000n, 40_000_000n, 200_000n],
};

const payouts: readonly ServiceKind[] = ['card', 'bank', 'requisites'];
const abroad: readonly ServiceKind[] = ['foreignCard', 'kazakhCard'];
const toPeople: readonly ServiceKind[] = ['wallet', 'card', 'foreignCard', 'kazakhCard', 'bank'];

/** A wallet's limit: its own one, else that of its identification level. */
export const maxOf = (wallet: Wallet, type: LimitType): Minor =>
  wallet.limits[type] ?? (byLevel[wallet.identification.level][limitTypes.indexOf(type)] ?? 0n) * UNIT;

/** Does a payment to this kind of service count against the limit? */
function counts(type: LimitType, kind: ServiceKind): boolean {
  if (type === 'TURNOVER') return true;
  if (type === 'PAYMENTS_P2P') return kind === 'wallet';
  if (type === 'PAYMENTS_PROVIDER_PAYOUT') return payouts.includes(kind);
  return type === 'PAYMENTS_PROVIDER_INTERNATIONALS' && abroad.includes(kind);
}

function outgoingThisMonth(world: World, wallet: Wallet): Transaction[] {
  const { from } = month(world.clock.now());
  return world.transactions.filter(
    (line) => line.wallet === wallet && line.type !== 'IN' && line.status !== 'ERROR' && line.at >= from,
  );
}

/** What is used of a limit: the rouble balance for REFILL, else the month's payments in roubles. */
export function spentOf(world: World, wallet: Wallet, type: LimitType): Minor {
  const elsewhere = wallet.spentElsewhere[type] ?? 0n;
  if (type === 'REFILL') return (accountIn(wallet, 643)?.balance ?? 0n) + elsewhere;
  return outgoingThisMonth(world, wallet)
    .filter(({ sum, service }) => sum.currency === 643 && counts(type, service.kind))
    .reduce((total, { sum }) => total + sum.amount, elsewhere);
}

const codes: Partial<Record<LimitType, number>> = {
  TURNOVER: 704,
  PAYMENTS_P2P: 943,
  PAYMENTS_PROVIDER_INTERNATIONALS: 711,
  PAYMENTS_PROVIDER_PAYOUT: 711,
};

/** The limit that a rouble order would break, as a code of section 4.2; 702 for the balance of a receiving wallet. */
export function limitRefusal(world: World, { wallet, service, sum, account }: PaymentOrder): number | undefined {
  if (sum.currency !== 643) return undefined;
  const recipient = service.kind === 'wallet' ? recipientOf(world, account) : undefined;
  if (recipient !== undefined && spentOf(world, recipient, 'REFILL') + sum.amount > maxOf(recipient, 'REFILL'))
    return 702;
  const broken = limitTypes.find(
    (type) => counts(type, service.kind) && spentOf(world, wallet, type) + sum.amount > maxOf(wallet, type),
  );
  return broken === undefined ? undefined : codes[broken];
}

function limitView(world: World, wallet: Wallet, type: LimitType) {
  const { from, till } = month(world.clock.now());
  const max = maxOf(wallet, type);
  const spent = spentOf(world, wallet, type);
  const interval = { dateFrom: stamp(from), dateTill: stamp(till) };
  const rest = spent > max ? 0n : max - spent;
  return {
    type,
    currency: 'RUB',
    rest: amountNumber(rest),
    max: amountNumber(max),
    spent: amountNumber(spent),
    interval,
  };
}

/** LIM-1 and LIM-2. */
export function limitOperations(world: World): Operation[] {
  const scopes = ['profile'] as const;
  return [
    {
      id: 'LIM-1',
      method: 'GET',
      path: '/qw-limits/v1/persons/:personId/actual-limits',
      auth: 'token',
      scopes,
      handle({ params, query, caller }) {
        const wallet = ownWallet(world, caller, params['personId']);
        const types = indexed(query, 'types', limitTypes);
        if (types.length === 0) malformed('At least one of types[0], types[1], … is required');
        return { json: { limits: { RU: types.map((type) => limitView(world, wallet, type)) } } };
      },
    },
    {
      id: 'LIM-2',
      method: 'GET',
      path: '/qw-limits/v1/persons/:personId/p2p-payment-count-limit',
      auth: 'token',
      scopes,
      handle({ params, caller }) {
        const wallet = ownWallet(world, caller, params['personId']);
        const made = outgoingThisMonth(world, wallet).filter(({ service }) => toPeople.includes(service.kind));
        return { json: { p2pPaymentCountLimit: made.length } };
      },
    },
  ];
}
