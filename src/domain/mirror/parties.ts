import { z } from 'zod';
import type { Party, ProviderPayment } from '../../connectors/values.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Vault } from '../../lib/crypto.ts';

/** One side of a learned payment as it is kept: what the provider tells of it, and no more. */
const kept = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('WALLET'), phone: z.string().nullable() }),
  z.object({ kind: z.literal('CARD'), maskedPan: z.string().nullable(), scheme: z.string() }),
  z.object({ kind: z.literal('SERVICE'), name: z.string(), account: z.string().nullable() }),
  z.object({ kind: z.literal('PHONE'), phone: z.string(), operator: z.string().nullable() }),
  z.object({
    kind: z.literal('MERCHANT'),
    reference: z.string().nullable(),
    name: z.string(),
    logoUrl: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('BANK_ACCOUNT'),
    bank: z.string(),
    bic: z.string(),
    account: z.string(),
    holder: z.string(),
    inn: z.string().nullable(),
    kpp: z.string().nullable(),
    purpose: z.string().nullable(),
  }),
  z.object({ kind: z.literal('EXTERNAL'), description: z.string() }),
]);
export type KeptParty = z.infer<typeof kept>;

const parties = z.object({ source: kept, destination: kept });
export type KeptParties = z.infer<typeof parties>;

function keep(party: Party, said: ProviderPayment): KeptParty {
  switch (party.kind) {
    case 'CARD':
      return { kind: 'CARD', maskedPan: party.card.maskedPan, scheme: party.card.scheme };
    case 'SERVICE': {
      const account = said.parameters[0]?.value ?? null;
      return { kind: 'SERVICE', name: party.name, account };
    }
    case 'PERSON': {
      const { firstName, lastName } = party.person;
      return { kind: 'EXTERNAL', description: [firstName, lastName].filter(Boolean).join(' ') };
    }
    default:
      return party;
  }
}

const context = (paymentId: string) => `payment.parties:${paymentId}`;

/** Both sides of a learned payment as stored; the payment's id binds them to its row. */
export const sealParties = (vault: Vault, paymentId: string, said: ProviderPayment): Uint8Array<ArrayBuffer> =>
  sealKept(vault, paymentId, { source: keep(said.source, said), destination: keep(said.destination, said) });

/** The same of both sides as they are to be shown. */
export const sealKept = (vault: Vault, paymentId: string, sides: KeptParties): Uint8Array<ArrayBuffer> =>
  vault.seal(JSON.stringify(sides), context(paymentId));

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openParties = (
  vault: Vault,
  { id, partiesSealed }: Pick<Payment, 'id' | 'partiesSealed'>,
): KeptParties | null =>
  partiesSealed === null ? null : parties.parse(JSON.parse(vault.open(partiesSealed, context(id))));
