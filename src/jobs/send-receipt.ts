import type { JobPayloads } from '../db/job-queue.ts';
import type { Deps } from '../deps.ts';
import { sendReceipt as send } from '../domain/payment/send-receipt.ts';

/** Has the provider mail the receipt of a completed anonymous payment. */
export const sendReceipt = (deps: Deps, { paymentId }: JobPayloads['send-receipt']): Promise<void> =>
  send(deps, paymentId);
