import type { JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { registerLinkedWallet } from '../domain/webhook/register-webhook.ts';

/** Has the provider of a linked wallet call us. */
export const registerWebhook = (deps: Deps, { walletId }: JobPayloads['register-webhook']): Promise<void> =>
  registerLinkedWallet(deps, walletId);
