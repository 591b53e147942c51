import type { ProviderAccount } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { ProviderRejectedError } from './errors.ts';

/**
 * Makes calls with an account's own credentials and remembers how the provider took them: a 401 turns them to REJECTED, anything
 * that it did for them turns them back.
 * @returns what `work` returns
 * @throws what `work` throws
 */
export async function withAccountCredentials<T>(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { id }: Pick<ProviderAccount, 'id'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const answer = await work();
    await db.prisma.providerAccount.updateMany({
      where: { id, rejectedAt: { not: null } },
      data: { rejectedAt: null },
    });
    return answer;
  } catch (error) {
    if (provesCredentialsWrong(error))
      await db.prisma.providerAccount.updateMany({
        where: { id, rejectedAt: null },
        data: { rejectedAt: clock.now() },
      });
    throw error;
  }
}

const provesCredentialsWrong = (error: unknown): boolean =>
  error instanceof ProviderRejectedError && error.provesCredentialsWrong;
