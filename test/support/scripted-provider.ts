import { z } from 'zod';
import { defineConnector, type ProviderCode, type ProviderDefinition } from '../../src/connectors/connector.ts';
import {
  accepted,
  type Outcome,
  ProviderRejected,
  ProviderUnavailable,
  type Refusal,
  rejected,
  unknown,
} from '../../src/connectors/outcome.ts';
import type { PaymentCapability, PaymentHandle, PayoutOrder } from '../../src/connectors/payments.ts';
import type { PaymentStatus, ProviderPayment } from '../../src/connectors/values.ts';

/** What comes of a call that pays or makes a payment known: LOST_* leave no answer. */
export type Answer =
  | 'TAKEN'
  | 'PROVIDER_REFUSES'
  | 'PAYMENT_REFUSED'
  | 'NOT_SENT'
  | 'LOST_AND_DONE'
  | 'LOST_AND_NOT_DONE';

/** How one provider behaves throughout a run. Amounts are minor units. */
export interface Script {
  capable: boolean;
  reaches: boolean;
  fee: number;
  cap: number | null;
  price: 'TOLD' | 'UNREACHABLE' | 'REFUSED';
  /** Null: a provider of one phase. */
  create: Answer | null;
  pay: Answer;
  /** What becomes of a payment that was taken. */
  ends: 'COMPLETED' | 'DECLINED_BY_PROVIDER' | 'DECLINED_FOR_PAYEE';
}

/** What the providers of a test have really done. */
export interface Deeds {
  /** By base URL: our ids that were paid. */
  paid: Map<string, Set<string>>;
  /** By base URL: our ids that are taken, and not decided yet. */
  taken: Map<string, Set<string>>;
}

const refusal = (provider: string, blame: Refusal['blame']): Refusal => ({
  provider,
  operation: 'pay',
  httpStatus: 422,
  providerCode: 'no',
  providerMessage: 'No.',
  remedy: 'NONE',
  errorCode: 'PROVIDER_REJECTED',
  declineReason: 'PROVIDER_REFUSED',
  blame,
  limit: null,
});

/** A provider that does as its account's script says; nothing of it goes over a wire. */
export function scriptedProvider(code: ProviderCode, deeds: Deeds): ProviderDefinition {
  const setOf = (of: 'paid' | 'taken', url: string) => {
    const known = deeds[of].get(url) ?? new Set<string>();
    deeds[of].set(url, known);
    return known;
  };
  return defineConnector({
    code,
    name: code,
    config: z.object({ baseUrl: z.string(), script: z.string() }),
    complete: { baseUrl: 'http://scripted.invalid', script: '{}' },
    origin: ({ baseUrl }) => baseUrl,
    masking: { request: new Set(), answer: new Set() },
    refusals: [],
    create({ baseUrl, script }) {
      const said = JSON.parse(script) as Script;
      if (!said.capable) return {};
      const state = { said, code, paid: setOf('paid', baseUrl), taken: setOf('taken', baseUrl) };
      return {
        payouts: payouts(state),
        quotes: quotes(state),
        ...(said.cap === null ? {} : { limits: limits(state) }),
      };
    },
  });
}

interface State {
  said: Script;
  code: string;
  paid: Set<string>;
  taken: Set<string>;
}

type Handle = PaymentHandle<PayoutOrder>;

function payouts({ said, code, paid, taken }: State) {
  const answer = (how: Answer, done: () => ProviderPayment): Outcome<ProviderPayment> => {
    switch (how) {
      case 'TAKEN':
        return accepted(done());
      case 'PROVIDER_REFUSES':
        return rejected(refusal(code, 'PROVIDER'));
      case 'PAYMENT_REFUSED':
        return rejected(refusal(code, 'PAYMENT'));
      case 'NOT_SENT':
        return { kind: 'notSent', why: 'CONNECTION_FAILED', message: 'nobody listens', retryAt: null };
      case 'LOST_AND_DONE':
        done();
        return unknown('DEADLINE', 'no answer');
      case 'LOST_AND_NOT_DONE':
        return unknown('DEADLINE', 'no answer');
    }
  };
  const pay = (handle: Handle) => {
    taken.add(handle.clientId);
    if (said.ends === 'COMPLETED') paid.add(handle.clientId);
    return view(said, handle, 'PROCESSING');
  };
  const { create } = said;
  const capability: PaymentCapability<PayoutOrder> = {
    operations: ['pay'],
    createRepeatable: true,
    confirmRepeatable: false,
    ...(create ? { create: async (_call, handle) => answer(create, () => view(said, handle, 'CREATED')) } : {}),
    confirm: async (_call, handle) => answer(said.pay, () => pay(handle)),
    async ask(_call, handle) {
      if (taken.has(handle.clientId)) return view(said, handle, said.ends === 'COMPLETED' ? 'COMPLETED' : 'DECLINED');
      return create ? view(said, handle, 'CREATED') : null;
    },
  };
  const issue = { of: 'destination' as const, field: 'phone', message: 'Nobody here pays there.' };
  const payee = { serviceReference: 'airtime', serviceName: code, parameters: {} };
  return { ...capability, payees: { resolve: async () => (said.reaches ? payee : { issues: [issue] }) } };
}

function quotes({ said, code }: State) {
  return {
    operations: ['quote'],
    async quote(_call: unknown, { amount }: { amount: { minor: bigint; currency: string } }) {
      if (said.price === 'REFUSED') throw new ProviderRejected(refusal(code, 'PROVIDER'));
      if (said.price === 'UNREACHABLE')
        throw new ProviderUnavailable('nobody listens', {
          provider: code,
          operation: 'quote',
          why: 'CONNECTION_FAILED',
          mayHaveActed: false,
        });
      const { currency, minor } = amount;
      const fee = BigInt(said.fee);
      return { fee: { minor: fee, currency }, total: { minor: minor + fee, currency } };
    },
  };
}

function limits({ said }: State) {
  const cap = { minor: BigInt(said.cap ?? 0), currency: 'RUB' };
  const stated = { kind: 'PAYOUT' as const, window: 'MONTH' as const, title: 'Cap', description: null, level: null };
  return {
    operations: ['limits'],
    kindsOf: () => ['PAYOUT' as const],
    list: async () => [{ ...stated, max: cap, enabled: true, remaining: cap }],
  };
}

function view(said: Script, { clientId, order }: Handle, status: PaymentStatus): ProviderPayment {
  const declined = status === 'DECLINED';
  const fee = { minor: BigInt(said.fee), currency: order.amount.currency };
  return {
    reference: `at-${clientId}`,
    clientId,
    kind: 'PAYOUT',
    status,
    providerStatus: status.toLowerCase(),
    amount: order.amount,
    total: { ...fee, minor: order.amount.minor + fee.minor },
    fee,
    nextAction: status === 'CREATED' ? { kind: 'CONFIRM' } : null,
    declineReason: declined ? (said.ends === 'DECLINED_BY_PROVIDER' ? 'INTERNAL_ERROR' : 'RECIPIENT_REFUSED') : null,
    declineMessage: null,
    ...(declined && said.ends === 'DECLINED_BY_PROVIDER' ? { blame: 'PROVIDER' as const } : {}),
    source: { kind: 'WALLET', phone: null },
    destination: { kind: 'PHONE', phone: '+79031234567', operator: null },
    direction: 'OUT',
    card: null,
    parameters: [],
    attributes: [],
    note: null,
    title: null,
    subtitle: null,
    description: null,
    receiptNumber: null,
    walletNumber: null,
    createdAt: new Date(0),
    completedAt: null,
  };
}
