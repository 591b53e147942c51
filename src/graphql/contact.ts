import { type Contact, findContacts } from '../domain/wallet/contacts.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import { WalletRef } from './refs.ts';

const ContactRef = builder.objectRef<Contact>('Contact').implement({
  description: 'Somebody of the owner’s address book.',
  fields: (t) => ({
    phone: t.expose('phone', { type: 'PhoneNumber', description: 'The phone, as it was given.' }),
    name: t.exposeString('name', { nullable: true, description: 'The name, as it was given.' }),
    hasWallet: t.exposeBoolean('hasWallet', { description: 'Has the phone an active wallet there?' }),
    wallet: t.expose('wallet', {
      type: WalletRef,
      nullable: true,
      description: 'That wallet, only where it is the caller’s own.',
    }),
  }),
});

const ContactInput = builder.inputType('ContactInput', {
  description: 'Somebody of the owner’s address book.',
  fields: (t) => ({
    phone: t.field({ type: 'PhoneNumber', required: true, description: 'The phone.' }),
    name: t.string({ description: 'The name.' }),
  }),
});

builder.queryField('contacts', (t) =>
  t.field({
    type: [ContactRef],
    description:
      'Which of these contacts have an active wallet where this wallet is kept: at its provider, or with this partner for a LOCAL one.',
    authScopes: { scope: 'WALLETS_READ' },
    args: {
      walletId: t.arg.id({ required: true, description: 'Whose address book it is.' }),
      contacts: t.arg({ type: [ContactInput], required: true, description: 'The contacts; 500 at most.' }),
    },
    resolve: (_root, { walletId, contacts }, context) =>
      findContacts(context.deps, signedIn(context), walletId, contacts),
  }),
);
