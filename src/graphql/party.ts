import type { CardScheme } from '../db/generated/enums.ts';
import { openOrder } from '../domain/payment/order.ts';
import type { BriefPayment } from '../domain/payment/payment-row.ts';
import { openDestination } from '../domain/payment/payout.ts';
import { mayAct } from '../domain/payment/store.ts';
import { type PhoneOfWallet, phoneOf } from '../domain/wallet/phone.ts';
import { seesPersonalData, signedIn } from './access.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { CardSchemeEnum } from './enums.ts';
import { learnedParty } from './learned-party.ts';
import {
  MerchantParty,
  type MerchantPartyView,
  PersonParty,
  type PersonPartyView,
  PhoneParty,
  type PhonePartyView,
} from './outside-party.ts';
import { maskNumbers, maskPhone } from './person.ts';
import { CardRef, type PaymentView, WalletRef } from './refs.ts';
import { ServiceRef } from './service.ts';
import { walletPhone } from './wallet.ts';

interface WalletPartyView {
  party: 'WALLET';
  /** Null: a wallet of the same provider that is not known here. */
  walletId: string | null;
  phone?: string | null;
  /** The wallet, where it is at hand already. */
  known?: PhoneOfWallet | undefined;
}
interface BankAccountPartyView {
  party: 'BANK_ACCOUNT';
  bank: string;
  bic: string;
  account: string;
  holder: string;
  inn: string | null;
  kpp: string | null;
  purpose: string | null;
}
interface ExternalPartyView {
  party: 'EXTERNAL';
  description: string;
}
interface CardPartyView {
  party: 'CARD';
  cardId: string | null;
  /** Of a card that is not kept here. */
  maskedPan?: string | null;
  scheme?: CardScheme | null;
}
interface ServicePartyView {
  party: 'SERVICE';
  serviceId: string;
  account: string | null;
}
export type PartyView =
  | ServicePartyView
  | WalletPartyView
  | BankAccountPartyView
  | ExternalPartyView
  | CardPartyView
  | PhonePartyView
  | MerchantPartyView
  | PersonPartyView;

const WalletParty = builder.objectRef<WalletPartyView>('WalletParty').implement({
  description: 'A wallet of this partner, or one that its provider keeps for somebody else.',
  fields: (t) => ({
    wallet: t.field({
      type: WalletRef,
      nullable: true,
      description: 'The wallet, where the caller may see it.',
      resolve: ({ walletId }, _args, { loaders }) => (walletId ? loaders.wallet.load(walletId) : null),
    }),
    phone: t.field({
      type: 'PhoneNumber',
      nullable: true,
      description: 'Its phone; masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: ({ walletId, phone, known }, _args, context) => {
        if (!walletId) return phone ?? null;
        if (known) return walletPhone(known, context);
        return context.loaders.counterparty
          .load(walletId)
          .then((wallet) => wallet && walletPhone(phoneOf(wallet), context));
      },
    }),
  }),
});

const BankAccountParty = builder.objectRef<BankAccountPartyView>('BankAccountParty').implement({
  description:
    'An account at a bank. Number and holder are masked unless the caller made the payment or has PERSONAL_DATA_READ.',
  fields: (t) => ({
    bank: t.exposeString('bank', { description: 'The bank’s name; its BIC, where only that is known.' }),
    bic: t.exposeString('bic', { nullable: true, description: 'The bank’s BIC.' }),
    account: t.exposeString('account', { nullable: true, description: 'The account number.' }),
    holder: t.exposeString('holder', { nullable: true, description: 'Whose account it is.' }),
    inn: t.exposeString('inn', { nullable: true, description: 'A company’s taxpayer number.' }),
    kpp: t.exposeString('kpp', { nullable: true, description: 'A company’s tax registration code.' }),
    purpose: t.exposeString('purpose', { nullable: true, description: 'The purpose of the payment.' }),
  }),
});

const CardParty = builder.objectRef<CardPartyView>('CardParty').implement({
  description: 'A bank card.',
  fields: (t) => ({
    card: t.field({
      type: CardRef,
      nullable: true,
      description: 'The kept card; null for one that was typed once, and for callers who may not read cards.',
      resolve: ({ cardId }, _args, { loaders, viewer }) => {
        const mayRead = viewer?.kind === 'ADMIN' || viewer?.scopes.has('CARDS_READ');
        return cardId && mayRead ? loaders.card.load(cardId) : null;
      },
    }),
    maskedPan: t.string({
      nullable: true,
      description: 'The first and last digits, where they are known.',
      resolve: async ({ cardId, maskedPan = null }, _args, { loaders }) =>
        cardId ? ((await loaders.card.load(cardId))?.maskedPan ?? null) : maskedPan,
    }),
    scheme: t.field({
      type: CardSchemeEnum,
      nullable: true,
      description: 'Its payment system, where it is known.',
      resolve: async ({ cardId, scheme = null }, _args, { loaders }) =>
        cardId ? ((await loaders.card.load(cardId))?.scheme ?? null) : scheme,
    }),
  }),
});

const ExternalParty = builder.objectRef<ExternalPartyView>('ExternalParty').implement({
  description: 'Somebody outside whom nothing more is known of.',
  fields: (t) => ({ description: t.exposeString('description', { description: 'What is known.' }) }),
});

const ServiceParty = builder.objectRef<ServicePartyView>('ServiceParty').implement({
  description: 'A service of a provider’s catalogue.',
  fields: (t) => ({
    service: t.field({
      type: ServiceRef,
      nullable: true,
      description: 'The service; null when it is gone from the catalogue.',
      resolve: ({ serviceId }, _args, { deps }) => deps.db.prisma.service.findUnique({ where: { id: serviceId } }),
    }),
    account: t.exposeString('account', {
      nullable: true,
      description:
        'Whom or what it pays there: the first of its parameters. Shown to the payment’s maker; once the payment has ended, its end only, because the rest is erased.',
    }),
  }),
});

const members = {
  SERVICE: ServiceParty,
  WALLET: WalletParty,
  BANK_ACCOUNT: BankAccountParty,
  EXTERNAL: ExternalParty,
  CARD: CardParty,
  PHONE: PhoneParty,
  MERCHANT: MerchantParty,
  PERSON: PersonParty,
};

export const PaymentPartyRef = builder.unionType('PaymentParty', {
  description: 'One side of a payment.',
  types: Object.values(members),
  resolveType: (view) => members[(view as PartyView).party].name,
});

const external = (description: string): PartyView => ({ party: 'EXTERNAL', description });

function walletParty({ known: wallets }: PaymentView, walletId: string): PartyView {
  let known: PhoneOfWallet | undefined;
  for (const wallet of wallets) if (wallet.id === walletId) known = wallet;
  return { party: 'WALLET', walletId, known };
}

/** Where the money comes from. */
export function sourceParty(view: PaymentView, context: Context): PartyView {
  const payment: BriefPayment = view.row;
  const learned = learnedParty(payment, 'source', context);
  // a card that the wallet's provider has issued spends the wallet's money
  if (learned?.party === 'CARD') return learned;
  if (payment.sourceWalletId) return walletParty(view, payment.sourceWalletId);
  if (learned) return learned;
  if (payment.fundingSource === 'CARD') return { party: 'CARD', cardId: payment.cardId };
  return external(payment.topUpMethod === 'CASH' ? 'Cash at the desk' : 'Bank transfer');
}

/** Where the money goes. */
export function destinationParty(view: PaymentView, context: Context): PartyView {
  const payment: BriefPayment = view.row;
  if (payment.destinationWalletId) return walletParty(view, payment.destinationWalletId);
  const learned = learnedParty(payment, 'destination', context);
  if (learned) return learned;
  if (payment.kind === 'TRANSFER') return { party: 'WALLET', walletId: null, phone: recipientPhone(payment, context) };
  if (payment.serviceId)
    return { party: 'SERVICE', serviceId: payment.serviceId, account: serviceAccount(payment, context) };
  if (!payment.destinationSealed) return external('Unknown');
  const account = openDestination(context.deps.vault, payment.id, payment.destinationSealed);
  const whole = seesPersonalData(context, payment.sourceCustomerId);
  const holder = [account.holderLastName, account.holderFirstName, account.holderMiddleName].filter(Boolean).join(' ');
  return {
    party: 'BANK_ACCOUNT',
    bank: account.bic,
    inn: null,
    kpp: null,
    bic: account.bic,
    account: whole ? account.account : `•••${account.account.slice(-4)}`,
    holder: whole ? holder : `${account.holderFirstName} ${account.holderLastName.slice(0, 1)}.`,
    purpose: account.purpose === undefined ? null : whole ? account.purpose : maskNumbers(account.purpose),
  };
}

function recipientPhone(payment: BriefPayment, context: Context): string | null {
  if (!payment.orderSealed || !mayAct(signedIn(context), payment)) return null;
  const { recipientPhone: phone } = openOrder(context.deps.vault, payment);
  if (!phone) return null;
  return seesPersonalData(context, payment.sourceCustomerId) ? phone : maskPhone(phone);
}

function serviceAccount(payment: BriefPayment, context: Context): string | null {
  if (!mayAct(signedIn(context), payment)) return null;
  const whole = payment.orderSealed && seesPersonalData(context, payment.sourceCustomerId);
  if (!whole) return payment.payeeMask;
  const [account = payment.payeeMask] = Object.values(openOrder(context.deps.vault, payment).parameters ?? {});
  return account;
}
