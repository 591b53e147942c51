import type { ApiKey } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import { forgetKey } from './known-callers.ts';

/**
 * Revokes a key for good; revoking it again changes nothing.
 * @param partnerId the partner whose key it must be, or null for any (administrator)
 * @throws NotFoundError
 */
export async function revokeApiKey(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  partnerId: string | null,
  apiKeyId: string,
): Promise<ApiKey> {
  const where = { id: apiKeyId, ...(partnerId === null ? {} : { partnerId }) };
  await db.prisma.apiKey.updateMany({ where: { ...where, revokedAt: null }, data: { revokedAt: clock.now() } });
  const apiKey = await db.prisma.apiKey.findFirst({ where });
  if (!apiKey) throw new NotFoundError('The API key');
  forgetKey(db, apiKey.hash);
  return apiKey;
}
