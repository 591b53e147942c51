import type { JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { handleReceipt } from '../domain/webhook/handle-receipt.ts';

/** Acts on a call from a provider that was taken in. */
export const handleWebhook = (deps: Deps, payload: JobPayloads['handle-webhook']): Promise<void> =>
  handleReceipt(deps, payload);
