import type { Partner } from '../../db/generated/client.ts';
import type { DocumentPolicy } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import { checkFee, partnerName } from './create-partner.ts';

export interface UpdatePartnerInput {
  partnerId: string;
  name?: string | undefined;
  documentPolicy?: DocumentPolicy | undefined;
  transferFeeBasisPoints?: number | undefined;
}

/**
 * Changes what is named; the rest stays.
 * @throws NotFoundError, InvalidInputError
 */
export async function updatePartner({ db }: Pick<Deps, 'db'>, input: UpdatePartnerInput): Promise<Partner> {
  const { partnerId, name, documentPolicy, transferFeeBasisPoints } = input;
  if (transferFeeBasisPoints !== undefined) checkFee(transferFeeBasisPoints);
  const changed = await db.prisma.partner.updateManyAndReturn({
    where: { id: partnerId },
    data: {
      ...(name === undefined ? {} : { name: partnerName(name) }),
      ...(documentPolicy === undefined ? {} : { documentPolicy }),
      ...(transferFeeBasisPoints === undefined ? {} : { transferFeeBasisPoints }),
    },
  });
  if (!changed[0]) throw new NotFoundError('The partner');
  return changed[0];
}
