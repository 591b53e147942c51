import type { Tx } from '../../db/client.ts';
import type { CreditFile } from '../../db/generated/client.ts';
import type { Vault } from '../../lib/crypto.ts';
import { extensionOf } from './ticket-files.ts';

/** What is remembered of a file beside its size and hash. It is sealed, and masked for good when its session ends. */
export interface FileFacts {
  /** Of the ticket; none of the letter. */
  number?: string;
  name: string;
}

const contextOf = (sessionId: string) => `credit_file.facts:${sessionId}`;

/** As it stands in the table. */
export const sealFacts = (vault: Vault, sessionId: string, facts: FileFacts) =>
  vault.seal(JSON.stringify(facts), contextOf(sessionId));

/** Ticket number and file name of a file that was sent. @throws InvariantError when the stored value was changed */
export const openFacts = (
  vault: Vault,
  { sessionId, factsSealed }: Pick<CreditFile, 'sessionId' | 'factsSealed'>,
): FileFacts => JSON.parse(vault.open(factsSealed, contextOf(sessionId))) as FileFacts;

/** Too little to find a ticket or a person by: the end of a long number, the kind of a file. */
export function maskFacts({ number, name }: FileFacts): FileFacts {
  const extension = extensionOf(name);
  return {
    ...(number === undefined ? {} : { number: number.length > 4 ? `•••${number.slice(-2)}` : '•••' }),
    name: /^[a-z]{1,4}$/.test(extension) ? `•••.${extension}` : '•••',
  };
}

/** The session has ended, and nobody needs to know any more whose tickets they were: what is left of the facts is what the mask shows. */
export async function forgetFacts(tx: Tx, vault: Vault, sessionId: string): Promise<void> {
  const files = await tx.creditFile.findMany({ where: { sessionId } });
  for (const file of files) {
    const factsSealed = sealFacts(vault, sessionId, maskFacts(openFacts(vault, file)));
    await tx.creditFile.update({
      where: { sessionId_keyHash: { sessionId, keyHash: file.keyHash } },
      data: { factsSealed },
    });
  }
}
