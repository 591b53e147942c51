import type { Database } from '../../db/client.ts';
import { SetupError } from '../../errors.ts';
import { InvariantError } from '../../lib/assert.ts';
import { createVault, firstFingerprintKey, type MasterKeys, sealedUnder, type Vault } from '../../lib/crypto.ts';

const CONTEXT = 'fingerprint_key.value:1';

/**
 * The vault of a database. Its fingerprints are made with a key that the database keeps, sealed, so that they stay the
 * same when master keys come and go (docs/adr/0007). The first to open a database puts the key there.
 * @throws SetupError when the database is sealed under a key that is not configured, or under another one with its id
 */
export async function openVault({ prisma }: Pick<Database, 'prisma'>, keys: MasterKeys): Promise<Vault> {
  const oldest = [keys.current, ...keys.others].reduce((least, key) => (key.id < least.id ? key : least));
  const first = firstFingerprintKey(oldest);
  const valueSealed = createVault(keys, first).seal(first.toString('base64'), CONTEXT);
  await prisma.fingerprintKey.createMany({ data: [{ id: 1, valueSealed }], skipDuplicates: true });
  const kept = await prisma.fingerprintKey.findUniqueOrThrow({ where: { id: 1 } });
  return createVault(keys, Buffer.from(openKept(keys, kept.valueSealed), 'base64'));
}

function openKept(keys: MasterKeys, sealed: Uint8Array): string {
  const id = sealedUnder(sealed);
  const known = [keys.current, ...keys.others].map((key) => key.id);
  if (!known.includes(id))
    throw new SetupError(
      `The database is sealed under key ${id}, and ENCRYPTION_KEY is key ${keys.current.id}. Add ${id}:<key> to DECRYPTION_KEYS.`,
    );
  try {
    return createVault(keys, new Uint8Array(32)).open(sealed, CONTEXT);
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    throw new SetupError(
      `What is configured as key ${id} is not the key that this database is sealed under. Look at ENCRYPTION_KEY and DECRYPTION_KEYS.`,
    );
  }
}
