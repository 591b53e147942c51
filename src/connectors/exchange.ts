import type { Money } from '../money/money.ts';
import type { Call } from './connector.ts';
import type { PaymentCapability } from './payments.ts';

/** How many units of `from` one unit of `to` costs, as decimal text. */
export interface ProviderRate {
  from: string;
  to: string;
  rate: string;
}

/** One currency of a wallet into another, its own or another wallet's. */
export interface ExchangeOrder {
  /** What arrives, in the target currency. */
  amount: Money;
  /** The balance that pays. */
  fromCurrency: string;
  /** The wallet that is credited; the paying wallet's own number for a plain conversion. */
  recipientPhone: string;
  note?: string;
}

/** EXCHANGE: rates, and conversions at them. */
export interface Exchange extends PaymentCapability<ExchangeOrder> {
  rates(call: Call): Promise<ProviderRate[]>;
}
