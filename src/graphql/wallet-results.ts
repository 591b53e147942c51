import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { builder } from './builder.ts';
import { WalletRef } from './refs.ts';

/** The success of a mutation that answers the wallet and nothing else. */
export function walletSuccess(name: string, description: string) {
  return builder.objectRef<{ wallet: WalletWithAccounts }>(name).implement({
    description,
    fields: (t) => ({ wallet: t.expose('wallet', { type: WalletRef, description: 'The wallet as it is now.' }) }),
  });
}

export const WalletIdInput = builder.inputType('WalletIdInput', {
  description: 'Names a wallet.',
  fields: (t) => ({ walletId: t.id({ required: true, description: 'Which wallet.' }) }),
});
