import { OpenWalletDocument } from '../../schema/operations.ts';
import { type Call, done, unique } from './builders.ts';

/** An empty wallet of nobody's, fully identified. */
export async function openWalletOf(call: Call, phone: string): Promise<string> {
  const input = { idempotencyKey: unique('wallet'), phone, currency: 'RUB', identification: 'FULL' as const };
  return done((await call(OpenWalletDocument, { input })).walletOpen, 'WalletOpenSuccess').wallet.id;
}
