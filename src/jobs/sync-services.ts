import { ProviderRejected, ProviderUnavailable } from '../connectors/outcome.ts';
import { addJob } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { syncCatalogue } from '../domain/service/sync-catalogue.ts';

const EVERY_MS = 60 * 60_000;
/** How soon a provider that was down is asked again. */
const AGAIN_MS = 5 * 60_000;

/**
 * Reads the catalogue of a provider account, and again every hour. A provider that is down or refuses leaves what is kept
 * as it was and is asked again soon, for as long as the account exists.
 */
export async function syncServices(deps: Deps, { providerAccountId }: { providerAccountId: string }): Promise<void> {
  const { db, clock, log } = deps;
  const account = await db.prisma.providerAccount.findUnique({ where: { id: providerAccountId } });
  if (!account) return;
  let next = EVERY_MS;
  if (account.disabledAt === null) {
    const about = { providerAccountId, provider: account.provider };
    try {
      const { changed } = await syncCatalogue(deps, account);
      log.info({ ...about, changed }, 'catalogue read');
    } catch (error) {
      if (!(error instanceof ProviderRejected || error instanceof ProviderUnavailable)) throw error;
      next = AGAIN_MS;
      log.warn({ ...about, reason: error.message }, 'the catalogue could not be read and stays as it was');
    }
  }
  const runAt = new Date(clock.now().getTime() + next);
  await addJob(db.prisma, 'sync-services', { providerAccountId }, { key: `sync-services:${providerAccountId}`, runAt });
}
