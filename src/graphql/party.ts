import type { Payment } from '../db/generated/client.ts';
import { openDestination } from '../domain/payment/payout.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { seesPersonalData } from './access.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { WalletRef } from './refs.ts';
import { walletPhone } from './wallet.ts';

interface WalletPartyView {
  party: 'WALLET';
  walletId: string;
}
interface BankAccountPartyView {
  party: 'BANK_ACCOUNT';
  bic: string;
  account: string;
  holder: string;
  purpose: string | null;
}
interface ExternalPartyView {
  party: 'EXTERNAL';
  description: string;
}
export type PartyView = WalletPartyView | BankAccountPartyView | ExternalPartyView;

const WalletParty = builder.objectRef<WalletPartyView>('WalletParty').implement({
  description: 'A wallet of this partner.',
  fields: (t) => ({
    wallet: t.field({
      type: WalletRef,
      nullable: true,
      description: 'The wallet, where the caller may see it.',
      resolve: ({ walletId }, _args, { loaders }) => loaders.wallet.load(walletId),
    }),
    phone: t.field({
      type: 'PhoneNumber',
      nullable: true,
      description: 'Its phone; masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: async ({ walletId }, _args, context) => {
        const wallet: WalletWithAccounts | null = await context.loaders.counterparty.load(walletId);
        return wallet && walletPhone(wallet, context);
      },
    }),
  }),
});

const BankAccountParty = builder.objectRef<BankAccountPartyView>('BankAccountParty').implement({
  description:
    'An account at a bank. Number and holder are masked unless the caller made the payment or has PERSONAL_DATA_READ.',
  fields: (t) => ({
    bic: t.exposeString('bic', { nullable: true, description: 'The bank’s BIC.' }),
    account: t.exposeString('account', { nullable: true, description: 'The account number.' }),
    holder: t.exposeString('holder', { nullable: true, description: 'Whose account it is.' }),
    purpose: t.exposeString('purpose', { nullable: true, description: 'The purpose of the payment.' }),
  }),
});

const ExternalParty = builder.objectRef<ExternalPartyView>('ExternalParty').implement({
  description: 'Somebody outside whom nothing more is known of.',
  fields: (t) => ({ description: t.exposeString('description', { description: 'What is known.' }) }),
});

export const PaymentPartyRef = builder.unionType('PaymentParty', {
  description: 'One side of a payment.',
  types: [WalletParty, BankAccountParty, ExternalParty],
  resolveType: (party) =>
    party.party === 'WALLET' ? WalletParty : party.party === 'BANK_ACCOUNT' ? BankAccountParty : ExternalParty,
});

const external = (description: string): PartyView => ({ party: 'EXTERNAL', description });

/** Where the money comes from. */
export function sourceParty(payment: Payment): PartyView {
  if (payment.sourceWalletId) return { party: 'WALLET', walletId: payment.sourceWalletId };
  return external(payment.topUpMethod === 'CASH' ? 'Cash at the desk' : 'Bank transfer');
}

/** Where the money goes. */
export function destinationParty(payment: Payment, context: Context): PartyView {
  if (payment.destinationWalletId) return { party: 'WALLET', walletId: payment.destinationWalletId };
  if (!payment.destinationSealed) return external('Unknown');
  const account = openDestination(context.deps.vault, payment.id, payment.destinationSealed);
  const whole = seesPersonalData(context, payment.sourceCustomerId);
  const holder = [account.holderLastName, account.holderFirstName, account.holderMiddleName].filter(Boolean).join(' ');
  return {
    party: 'BANK_ACCOUNT',
    bic: account.bic,
    account: whole ? account.account : `•••${account.account.slice(-4)}`,
    holder: whole ? holder : `${account.holderFirstName} ${account.holderLastName.slice(0, 1)}.`,
    purpose: account.purpose ?? null,
  };
}
