import type { Partner } from '../../db/generated/client.ts';
import type { DocumentPolicy } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';

/** 10 %: a fee above it is a slip of the decimal point. */
const MAX_FEE_BASIS_POINTS = 1_000;

export interface CreatePartnerInput {
  name: string;
  documentPolicy?: DocumentPolicy | undefined;
  transferFeeBasisPoints?: number | undefined;
}

/**
 * A new partner: a tenant with books, customers and keys of its own.
 * @throws InvalidInputError for an empty or overlong name, or an impossible fee
 */
export async function createPartner({ db }: Pick<Deps, 'db'>, input: CreatePartnerInput): Promise<Partner> {
  const { documentPolicy = 'OPEN', transferFeeBasisPoints = 0 } = input;
  checkFee(transferFeeBasisPoints);
  const data = { id: newId('Partner'), name: partnerName(input.name), documentPolicy, transferFeeBasisPoints };
  return db.prisma.partner.create({ data });
}

/** A name that people can read in a list. */
export function partnerName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > 200)
    throw InvalidInputError.at('input.name', 'must have 1 to 200 characters.');
  return trimmed;
}

/** Throws when the fee is not a share between 0 and 10 %. */
export function checkFee(basisPoints: number): void {
  if (Number.isInteger(basisPoints) && basisPoints >= 0 && basisPoints <= MAX_FEE_BASIS_POINTS) return;
  throw InvalidInputError.at(
    'input.transferFeeBasisPoints',
    `must be a whole number from 0 to ${MAX_FEE_BASIS_POINTS}.`,
  );
}
