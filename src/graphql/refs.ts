import type { Card, Customer, Invoice, Payment, PaymentTemplate, Remittance } from '../db/generated/client.ts';
import type { KnownSession } from '../domain/credit/store.ts';
import type { PhoneOfWallet } from '../domain/wallet/phone.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { builder } from './builder.ts';

/** The objects that refer to one another. Each is implemented in the file of its domain. */

/** A payment as it is shown. What is only read of its row is a member here, so that a compiled document reads it in place. */
export class PaymentView {
  /**
   * @param seenFrom the wallet through which it was reached, if any: `wallet` and `direction` are seen from there
   * @param known wallets of its parties that were read with it
   * @param alone it is all that was asked for: its provider may be asked about it, which is never done for the payments of a list
   */
  constructor(
    readonly row: Payment,
    readonly seenFrom: string | null = null,
    readonly known: readonly PhoneOfWallet[] = [],
    readonly alone = false,
  ) {}

  get id(): string {
    return this.row.id;
  }
  get kind(): Payment['kind'] {
    return this.row.kind;
  }
  get status(): Payment['status'] {
    return this.row.status;
  }
  get createdAt(): Date {
    return this.row.createdAt;
  }
  get completedAt(): Date | null {
    return this.row.completedAt;
  }
}

export const CustomerRef = builder.objectRef<Customer>('Customer');
export const WalletRef = builder.objectRef<WalletWithAccounts>('Wallet');
export const PaymentRef = builder.objectRef<PaymentView>('Payment');
export const CardRef = builder.objectRef<Card>('Card');
export const InvoiceRef = builder.objectRef<Invoice>('Invoice');
export const PaymentTemplateRef = builder.objectRef<PaymentTemplate>('PaymentTemplate');
export const CreditSessionRef = builder.objectRef<KnownSession>('CreditSession');
export const RemittanceRef = builder.objectRef<Remittance>('Remittance');

export const CustomerConnection = builder.connectionObject(
  { name: 'CustomerConnection', type: CustomerRef, description: 'A page of customers.' },
  { name: 'CustomerEdge', description: 'A customer and its place in the list.' },
);
export const WalletConnection = builder.connectionObject(
  { name: 'WalletConnection', type: WalletRef, description: 'A page of wallets.' },
  { name: 'WalletEdge', description: 'A wallet and its place in the list.' },
);
export const PaymentConnection = builder.connectionObject(
  { name: 'PaymentConnection', type: PaymentRef, description: 'A page of payments.' },
  { name: 'PaymentEdge', description: 'A payment and its place in the list.' },
);

/** A payment reached by itself. */
export const paymentView = (row: Payment, seenFrom: string | null = null): PaymentView =>
  new PaymentView(row, seenFrom);

/** The one payment that was asked for. */
export const singlePayment = (row: Payment): PaymentView => new PaymentView(row, null, [], true);
