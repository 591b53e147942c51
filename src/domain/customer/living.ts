import type { Tx } from '../../db/client.ts';
import { InvalidInputError } from '../../errors.ts';

/**
 * Nothing new begins for a customer whose personal data were erased. Until the transaction ends they are not erased either.
 * @param customerId null: nobody's, and so nothing is looked at
 * @throws InvalidInputError
 */
export async function checkLiving(tx: Tx, customerId: string | null, path = 'input.customerId'): Promise<void> {
  if (customerId === null) return;
  const [row] = await tx.$queryRaw<{ erased: boolean }[]>`
    SELECT erased_at IS NOT NULL AS erased FROM customer WHERE id = ${customerId} FOR SHARE`;
  if (row?.erased) throw erased(path);
}

/** The refusal to begin something for a customer whose personal data were erased. */
export const erased = (path: string): InvalidInputError =>
  InvalidInputError.at(path, 'is that of a customer whose personal data were erased; make a new customer.');
