import { addJob, type JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { followDowngrade, lookAgainAt } from '../domain/identification/follow-downgrade.ts';

/** Asks the provider how far a step down of a wallet's identification has come, ever more seldom, until it is at its end. */
export async function followDowngradeJob(
  deps: Deps,
  { downgradeId, round }: JobPayloads['follow-downgrade'],
): Promise<void> {
  const again = (runAt: Date) =>
    addJob(
      deps.db.prisma,
      'follow-downgrade',
      { downgradeId, round: round + 1 },
      { key: `follow-downgrade:${downgradeId}`, runAt },
    );
  try {
    const next = await followDowngrade(deps, downgradeId, round);
    if (next) await again(next);
  } catch (error) {
    deps.log.warn(
      { err: error, downgradeId, round },
      'a provider could not say how far a downgrade is; it will be asked',
    );
    await again(lookAgainAt(deps.clock.now(), round));
  }
}
