import type { LosslessNumber } from 'lossless-json';
import { Decimal, priceIn } from '../../money/decimal.ts';
import type { Money } from '../../money/money.ts';
import type { Call } from '../connector.ts';
import type { ProviderRate } from '../exchange.ts';
import type { ProviderQuote, Quotes } from '../records.ts';
import { unfit } from './answer.ts';
import { amountOut, currencyOut } from './money.ts';
import type { Parts } from './parts.ts';
import { services } from './status.ts';

/** QUOTES: PAY-1, and for exchange the rates of PAY-6. */
export function quotesCapability({ client }: Parts): Quotes {
  const { commission, crossRates } = client.payments;

  const priced = async (call: Call, service: string, account: string, amount: Money): Promise<ProviderQuote> => {
    const answer = await commission(call, service, {
      account,
      paymentMethod: { type: 'Account', accountId: currencyOut('RUB') },
      purchaseTotals: { total: total(amount) },
    });
    const { withdrawSum, enrollmentSum, qwCommission, fundingSourceCommission } = answer;
    return {
      fee: { minor: qwCommission.minor + fundingSourceCommission.minor, currency: qwCommission.currency },
      total: withdrawSum,
      fees: [
        { kind: 'PROVIDER', amount: qwCommission },
        { kind: 'FUNDING_SOURCE', amount: fundingSourceCommission },
      ],
      destinationAmount: enrollmentSum,
      exchangeRate: enrollmentSum.currency === withdrawSum.currency ? null : answer.withdrawToEnrollmentRate,
    };
  };

  return {
    operations: ['PAY-1', 'PAY-6'],
    transferService: services.transfer,
    exchangeService: services.exchange,
    async quote(call, { amount, serviceReference, account, fromCurrency }) {
      if (serviceReference === services.exchange)
        return exchanged(amount, fromCurrency ?? 'RUB', (await crossRates(call)).result);
      // prices are documented for roubles only; the fee of a payment in tenge is told by the history
      if (serviceReference === services.kazakhCard && amount.currency === 'KZT') return free(amount);
      if (amount.currency !== 'RUB') throw unfit('PAY-1', 'Payments are priced in RUB.');
      if (!account) throw unfit('PAY-1', 'The provider prices a payment by its recipient’s number: account.');
      return priced(call, serviceReference, account.replace(/[\s+]/g, ''), amount);
    },
  };
}

const total = (amount: Money): { amount: LosslessNumber; currency: string } => ({
  amount: amountOut(amount),
  currency: currencyOut(amount.currency),
});

const free = (amount: Money): ProviderQuote => ({
  fee: { minor: 0n, currency: amount.currency },
  total: amount,
  destinationAmount: amount,
});

/**
 * What `amount` costs in another currency: one unit of `to` costs `rate` units of `from` (trap T30). Where only the opposite
 * pair is quoted, it is turned around. Rounded half up to the minor unit.
 * @throws ProviderRejected when neither pair is quoted
 */
function exchanged(amount: Money, from: string, rates: readonly ProviderRate[]): ProviderQuote {
  const direct = rates.find((rate) => rate.from === from && rate.to === amount.currency);
  const opposite = rates.find((rate) => rate.from === amount.currency && rate.to === from);
  const rate = direct ? new Decimal(direct.rate) : opposite && new Decimal(1).dividedBy(opposite.rate);
  if (!rate?.isFinite() || rate.isZero())
    throw unfit('PAY-6', `The provider quotes no rate from ${from} to ${amount.currency}.`);
  return {
    fee: { minor: 0n, currency: from },
    total: priceIn(from, amount, rate),
    destinationAmount: amount,
    exchangeRate: rate.toSignificantDigits(12).toString(),
  };
}
