import type { RemittanceParty } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Prisma, Remittance } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { Vault } from '../../lib/crypto.ts';
import type { Viewer } from '../access/viewer.ts';

export type RemittanceDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** One side of a remittance: as it was announced, as the network tells of it, or both. */
export type PartyData = Partial<RemittanceParty> & { reference?: string | undefined };

/** Both sides of a remittance. */
export interface Parties {
  sender: PartyData;
  recipient: PartyData;
}

/** Both sides as stored; the id binds the sealed value to its row. */
export const sealParties = (vault: Vault, id: string, parties: Parties): Uint8Array<ArrayBuffer> =>
  vault.seal(JSON.stringify(parties), `remittance.parties:${id}`);

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openParties = (vault: Vault, { id, partiesSealed }: Pick<Remittance, 'id' | 'partiesSealed'>): Parties =>
  JSON.parse(vault.open(partiesSealed, `remittance.parties:${id}`)) as Parties;

/** Rows that are remittances: listed by the network, or announced and taken by the provider. */
export const known: Prisma.RemittanceWhereInput = {
  OR: [{ recordedAt: { not: null } }, { amountMinor: { not: null } }],
};

/** The rows of `remittance` that this viewer may know of. */
export function visibleRemittances(viewer: Viewer): Prisma.RemittanceWhereInput {
  switch (viewer.kind) {
    case 'ADMIN':
      return known;
    case 'PARTNER':
      return { AND: [known, { partnerId: viewer.partnerId }] };
    case 'CUSTOMER':
      return { AND: [known, { partnerId: viewer.partnerId, customerId: viewer.customerId }] };
  }
}

/** Every remittance of a wallet, newest first. */
export const remittancesOf = (tx: Tx, walletId: string): Promise<Remittance[]> =>
  tx.remittance.findMany({
    where: { AND: [{ walletId }, known] },
    orderBy: [{ occurredAt: 'desc' }, { id: 'desc' }],
  });

/** The last ten digits: networks write a phone with its country code or without. */
const national = (phone: string | null | undefined) => phone?.replace(/\D/g, '').slice(-10) || null;

/** Do these two texts name one phone? */
export const samePhone = (a: string | null | undefined, b: string | null | undefined): boolean =>
  national(a) !== null && national(a) === national(b);
