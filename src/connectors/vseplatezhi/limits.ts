import type { CapChange, Limits, ProviderLimit } from '../wallets.ts';
import { refusal } from './answer.ts';
import { amountOut } from './money.ts';
import { done, type Parts } from './parts.ts';
import { services } from './payees.ts';
import { limitKinds, limitTypes } from './status.ts';
import type { WireLimits } from './wire.ts';

const titles = {
  TOP_UP: 'Top-ups',
  PAYOUT: 'Withdrawals to a bank',
  PAYMENT: 'Payments to merchants',
} as const;

/** LIMITS (contract 3.6): the provider's own by default; they can be lowered, and raised again as far as the provider's go. */
export function limitsCapability({ client }: Parts): Limits {
  return {
    operations: ['limits.get', 'limits.set'],
    kindsOf: (order) =>
      'serviceReference' in order && order.serviceReference === services.merchant ? ['PAYMENT'] : ['PAYOUT'],
    async list(call, kinds) {
      const every = mapLimits(await client.limits.get(call));
      return kinds ? every.filter(({ kind }) => kinds.includes(kind)) : every;
    },
    set: (call, caps) => done(() => client.limits.set(call, capsOut(caps))),
  };
}

function mapLimits({ operationLimits, balanceLimit }: WireLimits): ProviderLimit[] {
  const limit = (
    about: Pick<ProviderLimit, 'kind' | 'window' | 'title' | 'enabled'>,
    max: ProviderLimit['max'] | undefined,
  ): ProviderLimit => ({ ...about, max: max ?? null, description: null, level: null });
  return [
    ...limitTypes.flatMap((type) => {
      const kind = limitKinds[type];
      const told = operationLimits[type];
      if (!told) return [];
      const about = { kind, title: titles[kind], enabled: told.enabled };
      return [
        limit({ ...about, window: 'ONE_TIME' }, told.oneTimeLimit),
        limit({ ...about, window: 'MONTH' }, told.monthLimit),
      ];
    }),
    ...(balanceLimit
      ? [limit({ kind: 'BALANCE', window: 'STANDING', title: 'Largest balance', enabled: true }, balanceLimit)]
      : []),
  ];
}

const fields: Readonly<Partial<Record<ProviderLimit['window'], string>>> = {
  ONE_TIME: 'oneTimeLimit',
  MONTH: 'monthLimit',
};

/** The body of `limits.set`: each type once, with what is to change of it. @throws ProviderRejected for what cannot be set */
function capsOut(caps: readonly CapChange[]): Record<string, Record<string, unknown>> {
  const operation = 'limits.set';
  const out: Record<string, Record<string, unknown>> = {};
  for (const { kind, window, max, enabled } of caps) {
    const type = limitTypes.find((one) => limitKinds[one] === kind);
    const field = fields[window];
    if (kind === 'BALANCE') throw refusal(operation, 'The largest balance is the provider’s: it can be read, not set.');
    if (!type || !field)
      throw refusal(
        operation,
        `A ${window} cap of ${kind} cannot be set: ONE_TIME and MONTH of TOP_UP, PAYOUT, PAYMENT can.`,
      );
    const known = out[type];
    if (known && known['enabled'] !== enabled)
      throw refusal(operation, `${kind} is switched on and off as a whole, not window by window.`);
    if (known && max && field in known) throw refusal(operation, `The ${window} cap of ${kind} is given twice.`);
    out[type] = { ...known, ...(max ? { [field]: amountOut(operation, max) } : {}), enabled, operationType: type };
  }
  if (Object.keys(out).length === 0) throw refusal(operation, 'At least one cap must be given.');
  return out;
}
