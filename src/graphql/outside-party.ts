import type { PartyData } from '../domain/remittance/store.ts';
import { builder } from './builder.ts';

/** Parties that only a provider, or its network, knows. */

export interface PhonePartyView {
  party: 'PHONE';
  phone: string | null;
  operator: string | null;
}
export interface MerchantPartyView {
  party: 'MERCHANT';
  reference: string | null;
  name: string | null;
  logoUrl: string | null;
}
export type PersonPartyView = PartyData & { party: 'PERSON' };

export const PhoneParty = builder.objectRef<PhonePartyView>('PhoneParty').implement({
  description: 'The account of a phone at its mobile operator.',
  fields: (t) => ({
    phone: t.expose('phone', {
      type: 'PhoneNumber',
      nullable: true,
      description: 'The phone; masked unless the caller made the payment or has PERSONAL_DATA_READ.',
    }),
    operator: t.exposeString('operator', { nullable: true, description: 'The mobile operator’s name.' }),
  }),
});

export const MerchantParty = builder.objectRef<MerchantPartyView>('MerchantParty').implement({
  description: 'A shop that a provider knows.',
  fields: (t) => ({
    reference: t.exposeString('reference', { nullable: true, description: 'Its id at the provider.' }),
    name: t.exposeString('name', { nullable: true, description: 'Its name.' }),
    logoUrl: t.expose('logoUrl', { type: 'URL', nullable: true, description: 'Its picture.' }),
  }),
});

export const PersonParty = builder.objectRef<PartyData>('PersonParty').implement({
  description: 'A person on one side of a transfer. Masked unless the caller is the owner or has PERSONAL_DATA_READ.',
  fields: (t) => ({
    firstName: t.exposeString('firstName', { nullable: true, description: 'First name.' }),
    middleName: t.exposeString('middleName', { nullable: true, description: 'Middle name or patronymic.' }),
    lastName: t.exposeString('lastName', { nullable: true, description: 'Last name.' }),
    country: t.exposeString('countryNumeric', { nullable: true, description: 'Country, ISO 3166-1 numeric.' }),
    resident: t.exposeBoolean('resident', { nullable: true, description: 'A tax resident, where it is known.' }),
    phone: t.expose('phone', { type: 'PhoneNumber', nullable: true, description: 'Phone number.' }),
    reference: t.exposeString('reference', { nullable: true, description: 'The person’s id in the network.' }),
  }),
});
