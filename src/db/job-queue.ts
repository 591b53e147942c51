import type { Tx } from './client.ts';

/** Every kind of background work, with what it is told. */
export interface JobPayloads {
  /** Ask the provider what became of a payment, or go on with what was not sent. */
  'resolve-payment': { paymentId: string; round: number };
  /** A provider's call was taken in: ask, then act. */
  'handle-webhook': { providerAccountId: string; dedupeKey: string };
  /** Read the catalogue of a provider account again. */
  'sync-services': { providerAccountId: string };
  /** Mail the receipt of a completed anonymous payment. */
  'send-receipt': { paymentId: string };
  /** Have a wallet's provider call us, which it could not be told when the wallet was linked. */
  'register-webhook': { walletId: string };
  /** Ask the provider how far a step down of a wallet's identification has come. */
  'follow-downgrade': { downgradeId: string; round: number };
  /** Compare a provider's book with ours: one part of a comparison that was begun. */
  reconcile: { reconciliationId: string; until?: string; deep?: boolean; matched?: number };
  /** Begin to compare what lenders list of the last day with the sessions here. */
  'compare-credit': object;
  /** Look for cards that were paid for. */
  'refresh-cards': { walletId: string; round: number };
  /** Ask what became of an invoice that waits to be paid at a provider. */
  'follow-invoice': { invoiceId: string; round: number };
  /** Ask a lender how a credit session stands. */
  'follow-credit-session': { sessionId: string; round: number };
  /** Tell a customer what is due. */
  notify: { customerId: string };
  /** Make the partitions of the months to come. */
  'make-partitions': object;
  /** Remove what is older than the retention. */
  prune: object;
}

export type JobName = keyof JobPayloads;

/** When and how often a job runs. */
export interface JobOptions {
  /** One waiting job per key: a later one takes the place of the one that waits. */
  key?: string;
  runAt?: Date;
  /** Tries in all; the wait between them grows exponentially. */
  attempts?: number;
}

/**
 * Adds a job in the caller's transaction: it exists if and only if the business change does.
 * @param tx the transaction
 */
export async function addJob<Name extends JobName>(
  tx: Tx,
  name: Name,
  payload: JobPayloads[Name],
  { key, runAt, attempts = 25 }: JobOptions = {},
): Promise<void> {
  await tx.$executeRaw`
    SELECT graphile_worker.add_job(${name}, ${JSON.stringify(payload)}::json, run_at := ${runAt ?? null}::timestamptz,
      max_attempts := ${attempts}::int, job_key := ${key ?? null})`;
}
