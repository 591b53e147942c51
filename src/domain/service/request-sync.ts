import { addJob } from '../../db/job-queue.ts';
import type { Deps } from '../../deps.ts';

/** Has the catalogue of a provider account read now, instead of at the next full hour: its address or credentials changed. */
export const requestSync = ({ db }: Pick<Deps, 'db'>, providerAccountId: string): Promise<void> =>
  addJob(db.prisma, 'sync-services', { providerAccountId }, { key: `sync-services:${providerAccountId}` });
