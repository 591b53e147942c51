import { vi } from 'vitest';
import { CreateTransferDocument, SendReceiptDocument } from '../../schema/operations.ts';
import { done, rub, unique } from './builders.ts';
import { type Desk, newWallet, type RecordWrite } from './qiwi-desk.ts';

/** A transfer of a wallet that is over, and its number at QIWI. */
async function paidTransfer(desk: Desk) {
  const { walletId } = await newWallet(desk);
  const to = { phone: `+${desk.qiwi.wallet(0).number}` };
  const input = { idempotencyKey: unique('paid'), fromWalletId: walletId, to, amount: rub('10'), confirm: true };
  const { transferCreate } = await desk.call(CreateTransferDocument, { input });
  const { id } = done(transferCreate, 'TransferCreateSuccess').payment;
  const where = { id, status: 'COMPLETED' as const };
  const paid = await vi.waitFor(() => desk.gateway.deps.db.prisma.payment.findFirstOrThrow({ where }), {
    timeout: 20_000,
    interval: 50,
  });
  return { paymentId: id, reference: paid.reference };
}

/** The writes about receipts. */
export const receiptWrites: RecordWrite[] = [
  {
    title: 'receipt mailed',
    operation: 'HIS-5',
    async prepare(desk) {
      const { paymentId, reference } = await paidTransfer(desk);
      const email = `${unique('buyer')}@example.com`;
      const mail = () => desk.call(SendReceiptDocument, { input: { paymentId, email } });
      const mails = () => {
        const sent = desk.qiwi.act('mails') as { to: string; transaction: number | string }[];
        return sent.filter(({ to }) => to === email).map(({ transaction }) => String(transaction));
      };
      return {
        send: async () => (await mail()).receiptSend,
        outcome: async () => [...new Set(mails())],
        once: [reference],
        times: () => mails().length,
      };
    },
  },
];
