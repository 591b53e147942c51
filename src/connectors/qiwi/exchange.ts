import type { Exchange, ExchangeOrder } from '../exchange.ts';
import { unfit } from './answer.ts';
import { bareNumber } from './config.ts';
import { onePhase, paymentBody } from './one-phase.ts';
import type { Parts } from './parts.ts';
import { services } from './status.ts';

/** What PAY-5 credits. */
const targets = ['KZT', 'USD', 'EUR'];

/**
 * EXCHANGE: PAY-5 and PAY-6. The sum is in the target currency, the rouble balance pays: `amount` of a conversion is what was
 * ordered, `total` and `fee` what it took from the paying balance, known once the history tells that side.
 */
export function exchangeCapability(parts: Parts): Exchange {
  const { pay, crossRates } = parts.client.payments;
  const life = onePhase<ExchangeOrder>(
    {
      kind: 'EXCHANGE',
      operations: ['PAY-5'],
      operation: () => 'PAY-5',
      send: async (call, payment) => {
        const { amount, fromCurrency, recipientPhone } = payment.order;
        if (fromCurrency !== 'RUB') throw unfit('PAY-5', 'Currency is bought for roubles only.');
        if (!targets.includes(amount.currency))
          throw unfit('PAY-5', `Roubles are exchanged into ${targets.join(', ')}, not into ${amount.currency}.`);
        const account = `+${bareNumber(recipientPhone)}`;
        return pay(call, 'PAY-5', services.exchange, paymentBody(payment, { account }));
      },
      destination: ({ recipientPhone }) => ({ kind: 'WALLET', phone: `+${bareNumber(recipientPhone)}` }),
      // the history may tell either side of the conversion
      matches: ({ amount }, { amount: told }) => told.currency !== amount.currency || told.minor === amount.minor,
      completed: ({ amount, fromCurrency }, payment) => ({
        ...payment,
        amount,
        destinationAmount: amount,
        total: payment.total?.currency === fromCurrency ? payment.total : null,
        fee: payment.fee?.currency === fromCurrency ? payment.fee : null,
      }),
    },
    parts,
  );
  return {
    ...life,
    operations: [...life.operations, 'PAY-6'],
    rates: async (call) => (await crossRates(call)).result,
  };
}
