import { houseWalletOf } from '../domain/wallet/house-wallet.ts';
import { builder } from './builder.ts';
import { ProviderAccountRef } from './provider-account.ts';
import { WalletRef } from './refs.ts';

builder.objectField(ProviderAccountRef, 'houseWallet', (t) =>
  t.field({
    type: WalletRef,
    nullable: true,
    description:
      'The partner’s own wallet there, named by the credentials, through which LOCAL wallets are topped up and pay out. Null where the credentials name none, and while the provider cannot say.',
    resolve: ({ id }, _args, { deps }) => houseWalletOf(deps, id),
  }),
);
