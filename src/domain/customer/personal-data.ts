import type { Tx } from '../../db/client.ts';
import type { Customer, Prisma } from '../../db/generated/client.ts';

/** What belongs to a customer, and so may tell of them. */
export interface Belongings {
  walletIds: string[];
  /** On either side. */
  payments: Prisma.PaymentWhereInput;
  invoices: Prisma.InvoiceWhereInput;
}

/** The wallets, payments and invoices of a customer. */
export async function belongingsOf(tx: Tx, customerId: string): Promise<Belongings> {
  const wallets = await tx.wallet.findMany({ where: { customerId }, select: { id: true } });
  const walletIds = wallets.map(({ id }) => id);
  const inWallets = { in: walletIds };
  return {
    walletIds,
    payments: { OR: [{ sourceWalletId: inWallets }, { destinationWalletId: inWallets }] },
    invoices: { OR: [{ recipientWalletId: inWallets }, { payerWalletId: inWallets }] },
  };
}

/**
 * Erases what tells of a customer, table by table; the customer's own row is left to the caller. Where the other side of a payment or
 * an invoice is another customer's, the words on it go for both. The test beside docs/personal-data.md has each column of the model.
 */
export async function erase(
  tx: Tx,
  { id: customerId, partnerId }: Customer,
  { walletIds, payments, invoices }: Belongings,
): Promise<void> {
  await erasePayments(tx, payments);
  await tx.invoice.updateMany({
    where: invoices,
    data: { partiesSealed: null, payerPhoneHash: null, message: null, payUrl: null },
  });
  await eraseWallets(tx, walletIds);
  await tx.customerRecord.deleteMany({ where: { customerId } });
  await tx.notification.updateMany({ where: { customerId }, data: { lastError: null } });
  await eraseAsked(tx, { customerId, partnerId }, walletIds);
}

async function erasePayments(tx: Tx, payments: Prisma.PaymentWhereInput): Promise<void> {
  await tx.attemptExchange.deleteMany({ where: { attempt: { payment: payments } } });
  await tx.paymentAttempt.updateMany({ where: { payment: payments }, data: { providerMessage: null } });
  await tx.paymentTransition.updateMany({
    where: { payment: payments, message: { not: null } },
    data: { message: null },
  });
  await tx.payment.updateMany({
    where: payments,
    data: {
      destinationSealed: null,
      orderSealed: null,
      partiesSealed: null,
      payeeMask: null,
      note: null,
      declineMessage: null,
      upstreamAction: null,
      title: null,
      subtitle: null,
      description: null,
    },
  });
}

async function eraseWallets(tx: Tx, ids: string[]): Promise<void> {
  const ofWallets = { walletId: { in: ids } };
  await tx.wallet.updateMany({
    where: { id: { in: ids } },
    data: {
      // at QIWI and mbank the number is the phone
      number: null,
      phoneHash: null,
      phoneSealed: null,
      credentialsSealed: null,
      challengeSealed: null,
      closeReason: null,
    },
  });
  await tx.walletCredential.deleteMany({ where: ofWallets });
  await tx.providerWebhook.updateMany({ where: ofWallets, data: { keySealed: null } });
  await tx.card.updateMany({
    where: ofWallets,
    data: { maskedPan: null, alias: null, factsSealed: null, upstreamAction: null, expiresOn: null },
  });
}

/** What is only about the person goes as a whole, and with it what would answer it to a repeated request. */
async function eraseAsked(
  tx: Tx,
  { customerId, partnerId }: { customerId: string; partnerId: string },
  walletIds: string[],
): Promise<void> {
  const where = { walletId: { in: walletIds } };
  const select = { id: true };
  const gone = [
    ...(await tx.walletAuthorization.findMany({ where: { customerId }, select })),
    ...(await tx.paymentTemplate.findMany({ where, select })),
    ...(await tx.remittance.findMany({ where, select })),
    ...(await tx.serviceRequest.findMany({ where, select })),
  ].map(({ id }) => id);
  if (gone.length > 0) await tx.idempotencyKey.deleteMany({ where: { partnerId, resultId: { in: gone } } });
  await tx.walletAuthorization.deleteMany({ where: { customerId } });
  await tx.paymentTemplate.deleteMany({ where });
  await tx.remittance.deleteMany({ where });
  await tx.serviceRequest.deleteMany({ where });
}
