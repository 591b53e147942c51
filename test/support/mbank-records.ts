import type { RecordWrite } from './mbank-desk.ts';
import { cardWrites } from './mbank-records-cards.ts';
import { invoiceWrites } from './mbank-records-invoices.ts';
import { ownerWrites } from './mbank-records-owner.ts';
import { paymentWrites } from './mbank-records-payments.ts';
import { walletWrites } from './mbank-records-wallets.ts';

/** Every write of mbank that moves no money and whose answer matters. */
export const recordWrites: RecordWrite[] = [
  ...invoiceWrites,
  ...cardWrites,
  ...walletWrites,
  ...ownerWrites,
  ...paymentWrites,
];
