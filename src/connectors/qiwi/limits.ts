import type { PayoutOrder } from '../payments.ts';
import type { LimitKind, Limits, ProviderLimit } from '../wallets.ts';
import type { Parts } from './parts.ts';
import { operationOf } from './payments.ts';
import type { WireLimit } from './wire-person.ts';

/** Contract 2.4, the types of LIM-1. */
const types: Readonly<Record<string, { kind: LimitKind; window: ProviderLimit['window']; title: string }>> = {
  REFILL: { kind: 'BALANCE', window: 'STANDING', title: 'Largest balance' },
  TURNOVER: { kind: 'TURNOVER', window: 'MONTH', title: 'Turnover' },
  PAYMENTS_P2P: { kind: 'TRANSFER', window: 'MONTH', title: 'Transfers to other wallets' },
  PAYMENTS_PROVIDER_INTERNATIONALS: {
    kind: 'FOREIGN_PAYMENT',
    window: 'MONTH',
    title: 'Payments to foreign companies',
  },
  PAYMENTS_PROVIDER_PAYOUT: { kind: 'PAYOUT', window: 'MONTH', title: 'Payouts to bank accounts, cards and wallets' },
  WITHDRAW_CASH: { kind: 'CASH_WITHDRAWAL', window: 'MONTH', title: 'Cash withdrawals' },
};

/** LIMITS (contract 2.4): what is counted is told with the cap; transfers to persons are counted by number, too (LIM-2). */
export function limitsCapability({ client }: Parts): Limits {
  const { limits } = client;
  return {
    operations: ['LIM-1', 'LIM-2', 'RST-1'],
    kindsOf: (order) => ['TURNOVER', ...('recipientPhone' in order ? (['TRANSFER'] as const) : kindOfPayout(order))],
    async list(call, kinds) {
      const asked = Object.entries(types).flatMap(([type, { kind }]) => (!kinds || kinds.includes(kind) ? [type] : []));
      if (asked.length === 0) return [];
      const { limits: byCountry } = await limits.actual(call, asked);
      const count = asked.includes('PAYMENTS_P2P') ? (await limits.transferCount(call)).p2pPaymentCountLimit : null;
      return Object.entries(byCountry).flatMap(([country, list]) =>
        list.map((limit) => mapLimit(limit, country, count)),
      );
    },
    restrictions: async (call) =>
      (await limits.restrictions(call)).map(({ restrictionCode, restrictionDescription }) => ({
        code: restrictionCode,
        message: restrictionDescription || restrictionCode,
      })),
  };
}

/** Cards of the country, accounts and companies; which cap a payment abroad uses up is not documented (contract 2.4). */
const kindOfPayout = (order: PayoutOrder): LimitKind[] =>
  ['PAY-10', 'PAY-14', 'PAY-15', 'PAY-17'].includes(operationOf(order)) ? ['PAYOUT'] : [];

function mapLimit(
  { type, max, spent, rest, interval }: WireLimit,
  country: string,
  count: number | null,
): ProviderLimit {
  const { kind, window, title } = types[type] ?? { kind: 'OTHER' as const, window: 'MONTH' as const, title: type };
  const from = timeOf(interval?.dateFrom);
  const to = timeOf(interval?.dateTill);
  return {
    kind,
    window,
    title,
    description: null,
    level: null,
    max,
    enabled: true,
    spent,
    remaining: rest,
    count: kind === 'TRANSFER' ? count : null,
    country,
    interval: from && to ? { from, to } : null,
  };
}

const whole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/;

/** A time in Moscow where no zone is given; null when it is malformed, as in the documents themselves (trap T11). */
function timeOf(text: string | null | undefined): Date | null {
  const zone = whole.exec(text ?? '');
  if (!text || !zone) return null;
  const time = new Date(zone[2] ? text : `${text}+03:00`);
  return Number.isNaN(time.getTime()) ? null : time;
}
