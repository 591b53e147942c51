import type { Payment } from '../../../db/generated/client.ts';
import { TransactionTimeoutError } from '../../../db/sql-transaction.ts';
import { sqlState } from '../../../db/transaction.ts';
import type { Deps } from '../../../deps.ts';
import { DomainError } from '../../../errors.ts';
import { present } from '../../../lib/assert.ts';
import { createLanes, type Waiting } from '../../../lib/lanes.ts';
import type { TenantViewer } from '../../access/viewer.ts';
import { carryOut } from './carry-out.ts';
import type { CreateRequest, Outcome, TransferRequest } from './request.ts';

type Answer = { payment: Payment; replayed: boolean } | 'ELSEWHERE';

/**
 * Makes, confirms and carries out transfers between wallets whose book is here, in transactions that callers share
 * (docs/adr/0013). Each caller gets its own answer, after commit.
 */
export interface TransferLane {
  /**
   * @returns ELSEWHERE when the paying wallet's book is at its provider: nothing was done
   * @throws as createTransfer does
   */
  create(request: Omit<CreateRequest, 'kind'>): Promise<Answer>;
  /**
   * @returns ELSEWHERE for what is not such a transfer of this viewer's, or pays an invoice: nothing was done
   * @throws as confirmPayment does
   */
  confirm(viewer: TenantViewer, paymentId: string): Promise<Answer>;
}

interface WaitingRequest extends Waiting {
  request: TransferRequest;
  /** When it was asked, by the process's own clock. */
  since: number;
  settle(outcome: Outcome): void;
  reject(error: unknown): void;
}

type LaneDeps = Pick<Deps, 'db' | 'clock' | 'log'>;

/** @param options `batch`: requests per transaction at most; `lanes`: transactions at a time; `waitMs`: how long one waits for its turn */
export function createTransferLane(
  deps: LaneDeps,
  options: { batch?: number; lanes?: number; waitMs?: number } = {},
): TransferLane {
  const { batch = 128, lanes = 2, waitMs = 30_000 } = options;
  const run = (group: WaitingRequest[]) => runGroup(deps, refuseLate(group, waitMs));
  const ask = createLanes<WaitingRequest>({ batch, lanes, run });
  const wait = (request: TransferRequest, waiting: Waiting): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const settle = (outcome: Outcome) => {
        if (outcome.kind === 'REFUSED') reject(outcome.refusal);
        else resolve(outcome.kind === 'ELSEWHERE' ? 'ELSEWHERE' : outcome);
      };
      ask({ ...waiting, request, since: performance.now(), settle, reject });
    });
  return {
    create(request) {
      const { partnerId, actor, key } = request.claim;
      const to = 'walletId' in request.to ? request.to.walletId : `${partnerId} ${request.to.phoneHash}`;
      const touches = request.confirm ? [request.fromWalletId, to] : [];
      return wait({ kind: 'CREATE', ...request }, { key: JSON.stringify([partnerId, actor, key]), touches });
    },
    confirm: (viewer, paymentId) => wait({ kind: 'CONFIRM', viewer, paymentId }, { key: paymentId, touches: [] }),
  };
}

/** Whoever has waited too long has given up; a database that has been slow is not asked for all of it when it is back. */
function refuseLate(group: WaitingRequest[], waitMs: number): WaitingRequest[] {
  const earliest = performance.now() - waitMs;
  for (const { since, reject } of group)
    if (since < earliest) reject(new TransactionTimeoutError(`no transaction had room within ${waitMs} ms`));
  return group.filter(({ since }) => since >= earliest);
}

async function runGroup(deps: LaneDeps, group: WaitingRequest[]): Promise<void> {
  if (group.length === 0) return;
  try {
    const outcomes = await carryOut(
      deps,
      group.map(({ request }) => request),
    );
    const told = group.map(({ settle }, at) => ({
      settle,
      outcome: present(outcomes[at], 'the outcome of a request'),
    }));
    // the next group is sent off first, so that PostgreSQL has work while these are answered
    setImmediate(() => {
      for (const { settle, outcome } of told) settle(outcome);
    });
  } catch (error) {
    if (group.length > 1)
      deps.log.warn({ err: error, requests: group.length }, 'a group of transfers is tried one by one');
    // only the one that is to blame fails again; when the database does not answer at all, nobody waits for the others to find out
    let silence: unknown = null;
    for (const one of group) {
      if (silence !== null) one.reject(silence);
      else silence = await runAlone(deps, one, group.length > 1 ? null : error);
    }
  }
}

const ATTEMPTS = 5;

/**
 * One request in a transaction of its own, tried again while that may help.
 * @param failure why it has failed alone; null when it was in a group
 * @returns why it has failed, when that is because the database does not answer; else null
 */
async function runAlone(deps: LaneDeps, one: WaitingRequest, failure: unknown): Promise<unknown> {
  let error = failure;
  for (let attempt = failure === null ? 1 : 2; attempt <= ATTEMPTS; attempt += 1) {
    if (error !== null && !mayRepeat(error, attempt)) break;
    try {
      const [outcome] = await carryOut(deps, [one.request]);
      one.settle(present(outcome, 'the outcome of a request'));
      return null;
    } catch (again) {
      error = again;
    }
  }
  one.reject(error);
  return isLost(error) || error instanceof TransactionTimeoutError ? error : null;
}

/** serialization_failure and deadlock_detected: the transaction may simply run again. */
const RETRYABLE = ['40001', '40P01'];

/**
 * A lost connection is tried once more: whether its transaction was committed is seen from the idempotency key, or from the
 * payment's status, so that nothing is done twice.
 */
function mayRepeat(error: unknown, attempt: number): boolean {
  if (error instanceof DomainError) return false;
  const state = sqlState(error);
  if (state === null) return attempt === 2 && isLost(error);
  return RETRYABLE.includes(state) || (attempt === 2 && state.startsWith('57P'));
}

/** The words of pg for a connection that has ended under a query. */
const isLost = (error: unknown): boolean =>
  error instanceof Error && /Connection terminated|ECONNRESET|EPIPE/.test(error.message);
