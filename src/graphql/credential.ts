import type { CredentialView } from '../domain/wallet/credentials.ts';
import { builder } from './builder.ts';
import { described } from './described.ts';

const CredentialStateEnum = described('CredentialState', 'How a credential was taken by its provider last.', {
  VALID: 'It opens.',
  EXPIRED: 'Its time has run out.',
  REJECTED: 'The provider refused it: give another one.',
  RESET_REQUIRED: 'The provider wants a new password before anything else.',
});

export const CredentialRef = builder.objectRef<CredentialView>('Credential').implement({
  description: 'A key, token or password that is kept: its name and dates, never its value.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is called.' }),
    state: t.expose('state', { type: CredentialStateEnum, description: 'How the provider took it last.' }),
    issuedAt: t.expose('issuedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was issued, or given here.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends; null for one that does not, or of which that is not known.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was used last, where that is known.',
    }),
  }),
});

/** A credential of which no more is known than that it is kept, and whether it was refused. */
export const keptCredential = (name: string, rejected: boolean): CredentialView => ({
  name,
  state: rejected ? 'REJECTED' : 'VALID',
  issuedAt: null,
  expiresAt: null,
  lastUsedAt: null,
});

export const CredentialInput = builder.inputType('CredentialInput', {
  description: 'A credential, by the name that the provider’s guide gives it.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name.' }),
    value: t.string({ required: true, description: 'Its value. It is kept encrypted and never answered.' }),
  }),
});
