import { CreateTopUpDocument, OpenWalletDocument, SettleTopUpDocument } from '../../schema/operations.ts';
import { type Call, done, rub, unique } from './builders.ts';

/** An empty wallet of nobody's, fully identified. */
export async function openWalletOf(call: Call, phone: string): Promise<string> {
  const input = { idempotencyKey: unique('wallet'), phone, currency: 'RUB', identification: 'FULL' as const };
  return done((await call(OpenWalletDocument, { input })).walletOpen, 'WalletOpenSuccess').wallet.id;
}

/** A wallet of nobody's, fully identified, with money that came over the desk. */
export async function fundedWalletOf(call: Call, phone: string, amount: string): Promise<string> {
  const walletId = await openWalletOf(call, phone);
  const top = {
    idempotencyKey: unique('top-up'),
    walletId,
    amount: rub(amount),
    method: 'CASH' as const,
    confirm: true,
  };
  const { payment } = done((await call(CreateTopUpDocument, { input: top })).topUpCreate, 'TopUpCreateSuccess');
  const settle = { idempotencyKey: unique('settle'), paymentId: payment.id, reference: unique('desk') };
  done((await call(SettleTopUpDocument, { input: settle })).topUpSettle, 'TopUpSettleSuccess');
  return walletId;
}
