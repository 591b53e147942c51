import { z } from 'zod';
import type { Vault } from '../../lib/crypto.ts';

const text = z.string().trim().min(1).max(255);
const date = z.iso.date('must be a date such as 1990-12-31');

/** What is known of a person. Sealed as one text: nothing here is ever searched by. */
export const personData = z.object({
  firstName: text.optional(),
  middleName: text.optional(),
  lastName: text.optional(),
  birthDate: date.optional(),
  phone: z.string().optional(),
  email: z.string().optional(),
  passport: text.optional(),
  passportIssuedAt: date.optional(),
  passportIssuedBy: text.optional(),
  inn: z
    .string()
    .regex(/^(\d{10}|\d{12})$/, 'must have 10 or 12 digits')
    .optional(),
  snils: z
    .string()
    .regex(/^\d{3}-?\d{3}-?\d{3}[- ]?\d{2}$/, 'must have 11 digits')
    .optional(),
  oms: z
    .string()
    .regex(/^\d{16}$/, 'must have 16 digits')
    .optional(),
  address: text.optional(),
  nonResident: z.boolean().optional(),
});

/** What a provider has on file beside it. It is shown, and not kept here. */
interface OnFile {
  birthPlace?: string | undefined;
  documentType?: string | undefined;
  passportIssuerCode?: string | undefined;
  /** As the provider writes it. */
  country?: string | undefined;
}

export type PersonData = z.infer<typeof personData> & OnFile;

/** The person as stored for one customer; `customerId` binds the sealed value to its row. */
export const sealPerson = (vault: Vault, customerId: string, person: PersonData): Uint8Array<ArrayBuffer> =>
  vault.seal(JSON.stringify(person), `customer.person:${customerId}`);

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openPerson = (vault: Vault, customerId: string, sealed: Uint8Array): PersonData =>
  personData.parse(JSON.parse(vault.open(sealed, `customer.person:${customerId}`)));
