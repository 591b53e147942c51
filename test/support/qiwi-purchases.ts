import { BuyCardPackageDocument, PayInvoiceDocument, WalletInvoicesDocument } from '../../schema/operations.ts';
import { done } from './builders.ts';
import { cardDesk } from './qiwi-cards.ts';
import { type Desk, newWallet, rows } from './qiwi-desk.ts';

/** What every wallet of these tests has at first, roubles. */
export const HELD = 5_000;

/** Something that a wallet at QIWI pays for by a write of its own. */
export interface Purchase {
  title: string;
  operation: string;
  /** What QIWI is asked by after an unclear answer. */
  question: string;
  price: string;
  prepare(desk: Desk): Promise<PreparedPurchase>;
}

export interface PreparedPurchase {
  walletId: string;
  /** Pays at once; with another key it is another payment. */
  pay(idempotencyKey: string): Promise<{ replayed: boolean; payment: { id: string; status: string } }>;
  /** How QIWI's lines of outgoing money of the wallet stand. */
  lines(): unknown[];
  /** What is bought, there and here. */
  bought(): Promise<unknown>;
  unpaid: unknown;
  paid: unknown;
}

async function payer(desk: Desk) {
  const { owner, walletId } = await newWallet(desk, { amount: HELD });
  const own = ({ wallet }: Record<string, unknown>) => wallet === owner.number;
  const lines = () =>
    rows(desk, 'transactions')
      .filter((line) => own(line) && line['type'] === 'OUT')
      .map(({ status }) => status);
  return { owner, walletId, own, lines };
}

/** Every write of QIWI that pays and is not one of its payments by name. */
export const purchases: Purchase[] = [
  {
    title: 'a merchant’s invoice',
    operation: 'INV-3',
    question: 'INV-2',
    price: '150.50',
    async prepare(desk) {
      const { owner, walletId, own, lines } = await payer(desk);
      desk.qiwi.act('invoice.issue', { wallet: owner.number, amount: '150.50' });
      const read = () => desk.call(WalletInvoicesDocument, { id: walletId, direction: 'INCOMING' });
      const listed = async () => (await read()).wallet?.invoices.edges.map(({ node }) => node) ?? [];
      const invoiceId = (await listed())[0]?.id ?? '';
      return {
        walletId,
        lines,
        async pay(idempotencyKey) {
          const input = { idempotencyKey, invoiceId, confirm: true };
          return done((await desk.call(PayInvoiceDocument, { input })).invoicePay, 'InvoicePaySuccess');
        },
        bought: async () => ({
          there: rows(desk, 'invoices')
            .filter(own)
            .map(({ status }) => status),
          here: (await listed()).map(({ state }) => state),
        }),
        unpaid: { there: ['READY_FOR_PAY'], here: ['CREATED'] },
        paid: { there: ['PAID'], here: ['COMPLETED'] },
      };
    },
  },
  {
    title: 'a package of cards',
    operation: 'MST-1',
    question: 'HIS-1',
    price: '2999.00',
    async prepare(desk) {
      const { walletId, lines } = await payer(desk);
      return {
        walletId,
        lines,
        async pay(idempotencyKey) {
          const input = { idempotencyKey, walletId, offerCode: 'qvc-master', confirm: true };
          return done((await desk.call(BuyCardPackageDocument, { input })).cardPackageBuy, 'CardPackageBuySuccess');
        },
        // nothing but the payment tells of it
        bought: async () => lines().includes('SUCCESS'),
        unpaid: false,
        paid: true,
      };
    },
  },
  {
    title: 'a card',
    operation: 'MST-4',
    question: 'HIS-1',
    price: '99.00',
    async prepare(desk) {
      const { walletId, own, lines } = await payer(desk);
      const { ordered, pay, cardsOf } = cardDesk(desk.call, desk.qiwi);
      const { id } = await ordered(walletId);
      return {
        walletId,
        lines,
        pay: async (key) => done((await pay(id, true, key)).cardPay, 'CardPaySuccess'),
        bought: async () => ({
          there: rows(desk, 'cards')
            .filter(own)
            .map(({ status }) => status),
          here: (await cardsOf(walletId)).map(({ state }) => state),
        }),
        unpaid: { there: [], here: ['PAYMENT_REQUIRED'] },
        paid: { there: ['ACTIVE'], here: ['ACTIVE'] },
      };
    },
  },
];
