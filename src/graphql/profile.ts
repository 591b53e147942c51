import { walletCredentials } from '../domain/wallet/credentials.ts';
import { builder } from './builder.ts';
import { CredentialRef } from './credential.ts';
import { ProviderAccountRef } from './provider-account.ts';
import { WalletRef } from './refs.ts';

builder.objectFields(WalletRef, (t) => ({
  providerAccount: t.field({
    type: ProviderAccountRef,
    nullable: true,
    description: 'The account through which it is reached at its provider. Null for a LOCAL wallet, and for a session.',
    resolve: ({ providerAccountId }, _args, { deps, viewer }) =>
      providerAccountId && viewer?.kind !== 'CUSTOMER'
        ? deps.db.prisma.providerAccount.findUnique({ where: { id: providerAccountId } })
        : null,
  }),
  credentials: t.field({
    type: [CredentialRef],
    description: 'Keys and tokens kept for this wallet: names and dates, never values.',
    resolve: (wallet, _args, { deps }) => walletCredentials(deps, wallet),
  }),
}));
