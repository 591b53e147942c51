import type { Customer } from '../db/generated/client.ts';
import { parsePerson } from '../domain/customer/create-customer.ts';
import { identifyCustomer } from '../domain/customer/identify-customer.ts';
import { identifyWallet } from '../domain/wallet/identify-wallet.ts';
import { checkIdentifiable } from '../domain/wallet/owner.ts';
import { findWallet, type WalletWithAccounts } from '../domain/wallet/store.ts';
import { ConflictError, InvalidInputError, NotFoundError, NotSupportedError, StateError } from '../errors.ts';
import { present } from '../lib/assert.ts';
import { server } from './access.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { IdentificationRef, type IdentificationView, identificationOf } from './customer.ts';
import { IdentificationLevelEnum } from './enums.ts';
import { providerErrors } from './errors.ts';
import { type InputOf, mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { PersonInputRef } from './person.ts';
import { CustomerRef, WalletRef } from './refs.ts';

const CustomerIdentifyInput = builder.inputType('CustomerIdentifyInput', {
  description:
    'Whom to identify: a customer of the partner, or the owner of a wallet at its provider. At least one of the two ids.',
  fields: (t) => ({
    customerId: t.id({ description: 'Which customer; the partner vouches for the level.' }),
    walletId: t.id({
      description: 'Which wallet: its provider identifies the owner. A LOCAL one stands for its customer.',
    }),
    person: t.field({
      type: PersonInputRef,
      description: 'More about the person; what is left out stays. At a provider, the data that it is to check.',
    }),
    level: t.field({
      type: IdentificationLevelEnum,
      required: true,
      defaultValue: 'SIMPLIFIED',
      description: 'The level for which the partner vouches; data that a provider checks decide by themselves.',
    }),
  }),
});

interface Identified {
  customer: Customer | null;
  wallet: WalletWithAccounts | null;
  identification: IdentificationView;
}

const CustomerIdentifySuccess = builder.objectRef<Identified>('CustomerIdentifySuccess').implement({
  description: 'The customer is identified, or the data are with the provider.',
  fields: (t) => ({
    customer: t.expose('customer', { type: CustomerRef, nullable: true, description: 'The customer as it is now.' }),
    wallet: t.expose('wallet', {
      type: WalletRef,
      nullable: true,
      description: 'The wallet that was named, as it is now.',
    }),
    identification: t.expose('identification', {
      type: IdentificationRef,
      description: 'The outcome. Data that fail a check leave the level as it was, and that is not a refusal.',
    }),
  }),
});

mutation('customerIdentify', {
  description:
    'Sets the level for which the partner vouches; the customer’s LOCAL wallets and their limits follow at once. With the wallet of a provider: sends the data to its check, or vouches there.',
  auth: { server: 'CUSTOMERS_WRITE' },
  input: CustomerIdentifyInput,
  success: CustomerIdentifySuccess,
  errors: [NotFoundError, InvalidInputError, ConflictError, StateError, NotSupportedError, ...providerErrors],
  resolve: identify,
});

async function identify(input: InputOf<typeof CustomerIdentifyInput>, context: Context): Promise<Identified> {
  const { deps, loaders } = context;
  const viewer = server(context);
  const { customerId: named, walletId, level, person } = withoutNulls(input);
  const wallet = walletId ? await findWallet(deps.db.prisma, viewer, walletId) : null;
  if (walletId && !wallet) throw new NotFoundError('The wallet');
  if (!wallet && !named) throw InvalidInputError.at('input', 'give customerId or walletId.');
  if (wallet && named && wallet.customerId !== named)
    throw InvalidInputError.at('input.walletId', 'is not a wallet of this customer.');
  if (wallet && wallet.provider !== 'LOCAL') {
    const done = await identifyWallet(deps, viewer, { walletId: wallet.id, level, person: parsePerson(person) });
    const customer = wallet.customerId ? await loaders.customer.load(wallet.customerId) : null;
    return { ...done, customer };
  }
  if (wallet) checkIdentifiable(wallet);
  const customerId = present(named ?? wallet?.customerId, 'a customer');
  const customer = await identifyCustomer(deps, viewer, { customerId, level, person });
  const shown = wallet ? await findWallet(deps.db.prisma, viewer, wallet.id) : null;
  return { customer, wallet: shown, identification: identificationOf(customer) };
}
