import { builder } from './builder.ts';
import { described } from './described.ts';
import { ServiceParameterInput } from './service-parameter-input.ts';

/** Where a payout goes, as input: shared by payoutCreate, paymentQuote and paymentLink. */

const BankAccountKindEnum = described('BankAccountKind', 'What stands in the place of an account number.', {
  ACCOUNT: 'An account number of 20 digits.',
  CONTRACT: 'The number of a contract with the bank.',
});

const PersonNameInput = builder.inputType('PersonNameInput', {
  description: 'A person by name.',
  fields: (t) => ({
    firstName: t.string({ required: true, description: 'First name.' }),
    middleName: t.string({ description: 'Middle name or patronymic.' }),
    lastName: t.string({ required: true, description: 'Last name.' }),
  }),
});

const CardPayeeInput = builder.inputType('CardPayeeInput', {
  description:
    'A saved card’s id, or a number typed once: checked, sent on, erased when the outcome is known, never logged.',
  fields: (t) => ({
    cardId: t.id({ description: 'A card that is kept here. Only providers that keep its number can pay to it.' }),
    number: t.string({ description: 'The card’s number, 13 to 19 digits; spaces and hyphens may stand in it.' }),
    bankId: t.string({ description: 'Through the issuing bank’s own service; see withdrawalBanks.' }),
    country: t.string({ description: 'Where the card was issued, ISO 3166-1 alpha-2; a domestic card when left out.' }),
    expiryMonth: t.int({ description: 'Month of its expiry, 1 to 12, where the bank wants it.' }),
    expiryYear: t.int({ description: 'Year of its expiry, four digits, where the bank wants it.' }),
    holder: t.field({ type: PersonNameInput, description: 'Whose card it is, where that is wanted.' }),
  }),
});

const BankAccountInput = builder.inputType('BankAccountInput', {
  description: 'A person’s account at a Russian bank.',
  fields: (t) => ({
    bic: t.string({ required: true, description: 'The bank’s BIC: 9 digits.' }),
    account: t.string({ required: true, description: 'The account number: 20 digits; with CONTRACT, the contract’s.' }),
    bankId: t.string({ description: 'Through this bank’s own service; see withdrawalBanks.' }),
    accountKind: t.field({
      type: BankAccountKindEnum,
      defaultValue: 'ACCOUNT',
      description: 'What `account` is: an account or a contract.',
    }),
    contractNumber: t.string({ description: 'The contract beside the account, where the bank wants both.' }),
    urgent: t.boolean({ defaultValue: false, description: 'Pay it urgently, where the bank can.' }),
    holderFirstName: t.string({ required: true, description: 'First name of the holder.' }),
    holderMiddleName: t.string({ description: 'Middle name of the holder.' }),
    holderLastName: t.string({ required: true, description: 'Last name of the holder.' }),
    purpose: t.string({ description: 'Purpose of the payment, 210 characters at most.' }),
  }),
});

const OrganisationPayeeInput = builder.inputType('OrganisationPayeeInput', {
  description: 'A company by its bank details.',
  fields: (t) => ({
    bic: t.string({ required: true, description: 'The bank’s BIC: 9 digits.' }),
    account: t.string({ required: true, description: 'The account number: 20 digits.' }),
    bankName: t.string({ required: true, description: 'The bank’s name.' }),
    city: t.string({ required: true, description: 'The bank’s city.' }),
    name: t.string({ required: true, description: 'The company’s name.' }),
    inn: t.string({ required: true, description: 'Its taxpayer number: 10 or 12 digits.' }),
    kpp: t.string({ required: true, description: 'Its tax registration code: 9 digits.' }),
    vatIncluded: t.boolean({ required: true, description: 'What the bill says: is VAT in the amount?' }),
    purpose: t.string({ required: true, description: 'Purpose of the payment, 210 characters at most.' }),
    urgent: t.boolean({ defaultValue: false, description: 'Pay it urgently.' }),
  }),
});

export const ServicePayeeInput = builder.inputType('ServicePayeeInput', {
  description: 'A service, and what it wants to know.',
  fields: (t) => ({
    serviceId: t.id({ required: true, description: 'The service.' }),
    parameters: t.field({ type: [ServiceParameterInput], required: true, description: 'Its parameters.' }),
  }),
});

const WithdrawalBankInput = builder.inputType('WithdrawalBankInput', {
  description: 'The wallet owner’s own account at a bank: the provider that keeps the wallet finds it.',
  fields: (t) => ({ bankId: t.string({ required: true, description: 'Which bank; see withdrawalBanks.' }) }),
});

const MerchantPayeeInput = builder.inputType('MerchantPayeeInput', {
  description: 'A merchant under contract, by its id at the provider.',
  fields: (t) => ({ reference: t.string({ required: true, description: 'Its id at the provider.' }) }),
});

export const PaymentDestinationInput = builder.inputType('PaymentDestinationInput', {
  description: 'Where a payment goes. Exactly one.',
  isOneOf: true,
  fields: (t) => ({
    walletId: t.id({ description: 'A wallet here. To price and to link; money goes there by transferCreate.' }),
    walletPhone: t.field({
      type: 'PhoneNumber',
      description: 'A wallet at the same provider. To price and to link; money goes there by transferCreate.',
    }),
    service: t.field({ type: ServicePayeeInput, description: 'To a service of a catalogue.' }),
    phone: t.field({ type: 'PhoneNumber', description: 'Airtime: to the mobile operator of this phone.' }),
    card: t.field({ type: CardPayeeInput, description: 'To a bank card.' }),
    bankAccount: t.field({ type: BankAccountInput, description: 'To a person’s bank account.' }),
    withdrawalBank: t.field({ type: WithdrawalBankInput, description: 'To the wallet owner’s own account at a bank.' }),
    merchant: t.field({ type: MerchantPayeeInput, description: 'To a merchant.' }),
    organisation: t.field({ type: OrganisationPayeeInput, description: 'To a company’s bank account.' }),
    nickname: t.string({ description: 'A wallet by its nickname, in links only so far.' }),
  }),
});

export const PayerInput = builder.inputType('PayerInput', {
  description: 'What some destinations want to know of the payer. What is left out comes from the wallet owner’s data.',
  fields: (t) => ({
    firstName: t.string({ description: 'First name.' }),
    middleName: t.string({ description: 'Middle name or patronymic.' }),
    lastName: t.string({ description: 'Last name.' }),
    address: t.string({ description: 'Street and house.' }),
    city: t.string({ description: 'City.' }),
    country: t.string({ description: 'Country, ISO 3166-1 alpha-2.' }),
  }),
});
