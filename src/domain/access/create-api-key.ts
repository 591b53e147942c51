import type { ApiKey } from '../../db/generated/client.ts';
import type { Scope } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import { generateApiKey } from './api-key.ts';

export interface CreateApiKeyInput {
  partnerId: string;
  name: string;
  scopes: readonly Scope[];
}

/**
 * A new key for a partner's server.
 * @returns the key's row, and the secret, which is shown this once and kept only as a hash
 * @throws NotFoundError without that partner; InvalidInputError for an empty name or no scope
 */
export async function createApiKey(
  { db }: Pick<Deps, 'db'>,
  { partnerId, name, scopes }: CreateApiKeyInput,
): Promise<{ apiKey: ApiKey; secret: string }> {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > 100)
    throw InvalidInputError.at('input.name', 'must have 1 to 100 characters.');
  if (scopes.length === 0) throw InvalidInputError.at('input.scopes', 'must name at least one scope.');
  const partner = await db.prisma.partner.findUnique({ where: { id: partnerId }, select: { id: true } });
  if (!partner) throw new NotFoundError('The partner');
  const { secret, prefix, hash } = generateApiKey();
  const data = { id: newId('ApiKey'), partnerId, prefix, hash, name: trimmed, scopes: [...new Set(scopes)] };
  return { apiKey: await db.prisma.apiKey.create({ data }), secret };
}
