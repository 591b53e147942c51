import { FindServicesDocument } from '../../schema/operations.ts';
import type { Call } from './builders.ts';
import { linkQiwi, type QiwiWallet } from './qiwi.ts';
import type { Desk } from './qiwi-desk.ts';
import { bankAccount, cardNumber, organisation, payer, type payments } from './qiwi-payments.ts';

/** A wallet that pays, and one that may receive. */
export interface Pair {
  from: string;
  to: string;
  at: QiwiWallet;
}

/** Two wallets that are linked with their webhooks; the first has ten thousand of roubles and of tenge, and no dollars. */
export async function twoWallets({ call, qiwi }: Desk): Promise<Pair> {
  const at = qiwi.wallet(10_000);
  qiwi.act('wallet.balance', { wallet: at.number, currency: 840, amount: 0 });
  qiwi.act('wallet.balance', { wallet: at.number, currency: 398, amount: 10_000 });
  return { at, from: await linkQiwi(call, qiwi, at), to: await linkQiwi(call, qiwi, qiwi.wallet(0)) };
}

type Maker = Pick<ReturnType<typeof payments>, 'payout' | 'transfer'> & { call: Call };

/** One write of QIWI that pays under its own name. */
export interface PaymentWrite {
  title: string;
  /** Whose call meets the fault. */
  operation: string;
  /** What leaves the payer with the fee. */
  charge: string;
  /** Roubles when left out. */
  currency?: string;
  /** What the other wallet gets, in roubles. */
  received?: string;
  create(by: Maker, of: Pair): Promise<{ id: string }>;
}

/** The one payment that QIWI is asked something before: PAY-12. */
export const kazakhWrite: PaymentWrite = {
  title: 'payout to a card of Kazakhstan',
  operation: 'PAY-13',
  charge: '1070.00',
  currency: 'KZT',
  create: ({ payout }, { from }) =>
    payout(from, { card: { number: cardNumber('440043'), country: 'KZ' } }, '1', {
      amount: { amount: '1000', currency: 'KZT' },
    }),
};

/** Every payment of QIWI. */
export const paymentWrites: PaymentWrite[] = [
  {
    title: 'transfer',
    operation: 'PAY-4',
    charge: '100.00',
    received: '100.00',
    create: ({ transfer }, { from, to }) => transfer(from, { walletId: to }, '100'),
  },
  {
    title: 'payout to a phone',
    operation: 'PAY-7',
    charge: '100.00',
    create: ({ payout }, { from }) => payout(from, { phone: '+79161234567' }, '100'),
  },
  {
    title: 'payout to a card',
    operation: 'PAY-10',
    charge: '152.00',
    create: ({ payout }, { from }) => payout(from, { card: { number: cardNumber('427638') } }, '100'),
  },
  {
    title: 'payout to a foreign card',
    operation: 'PAY-11',
    charge: '152.00',
    create: ({ payout }, { from }) =>
      payout(
        from,
        { card: { number: cardNumber('453201'), country: 'DE', holder: { firstName: 'Anna', lastName: 'Schmidt' } } },
        '100',
        { payer: { ...payer, address: 'Тверская 1', city: 'Москва', country: 'RU' } },
      ),
  },
  {
    title: 'payout to a card by its bank’s service',
    operation: 'PAY-14',
    charge: '150.00',
    create: ({ payout }, { from }) =>
      payout(from, { card: { number: cardNumber('220012'), bankId: '464', expiryMonth: 4, expiryYear: 2029 } }, '100'),
  },
  kazakhWrite,
  {
    title: 'payout to a service',
    operation: 'PAY-16',
    charge: '101.00',
    async create({ call, payout }, { from }) {
      const { services } = await call(FindServicesDocument, { provider: 'QIWI', search: 'Билайн' });
      const serviceId = services.edges.find(({ node }) => node.providerReference === '491')?.node.id ?? '';
      return payout(from, { service: { serviceId, parameters: [{ id: 'account', value: '012345678901' }] } }, '100');
    },
  },
  {
    title: 'payout to an account',
    operation: 'PAY-15',
    charge: '150.00',
    create: ({ payout }, { from }) => payout(from, { bankAccount }, '100'),
  },
  {
    title: 'payout to a company',
    operation: 'PAY-17',
    charge: '150.00',
    create: ({ payout }, { from }) => payout(from, { organisation }, '100', { payer }),
  },
  {
    title: 'conversion',
    operation: 'PAY-5',
    charge: '755.11',
    create: ({ transfer }, { from, at }) =>
      transfer(from, { phone: `+${at.number}` }, '10', {
        amount: { amount: '10', currency: 'USD' },
        fromCurrency: 'RUB',
      }),
  },
];
