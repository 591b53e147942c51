/** A wallet and its twenty payments, in memory: what every contender answers. */

export interface Wallet {
  id: string;
  phone: string;
  balance: Amount;
}
interface Amount {
  amount: string;
  currency: string;
}
export interface Payment {
  id: string;
  status: 'COMPLETED' | 'PENDING';
  createdAt: Date;
  amount: Amount;
  walletId: string;
}

export const WALLET_ID = 'wal_0001';
export const PAGE = 20;

const rub = (amount: string): Amount => ({ amount, currency: 'RUB' });

export const wallets = new Map<string, Wallet>([
  [WALLET_ID, { id: WALLET_ID, phone: '+79265000001', balance: rub('12375.50') }],
]);

export const payments = new Map<string, Payment[]>([
  [
    WALLET_ID,
    Array.from({ length: 100 }, (_, index) => ({
      id: `pay_${String(10_000 + index)}`,
      status: index % 7 === 0 ? 'PENDING' : 'COMPLETED',
      createdAt: new Date(Date.UTC(2026, 10, 1, 0, index)),
      amount: rub(`${index + 1}.50`),
      walletId: WALLET_ID,
    })),
  ],
]);

/** The document that is registered with each. */
export const DOCUMENT = `query WalletPage($id: ID!, $first: Int!) {
  wallet(id: $id) {
    id phone
    balance { amount currency }
    payments(first: $first) { id status createdAt amount { amount currency } wallet { id } }
  }
}`;

/** The key that each of them wants. */
export const API_KEY = `ksh_${'b'.repeat(43)}`;
export const PARTNER_ID = 'par_01jd0000000000000000000001';
