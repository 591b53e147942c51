import { DomainError, type MinorAmount } from '../../errors.ts';
import type { LimitView } from './limit-views.ts';

/** The operation would pass a cap; `limit` is the one that is tightest. */
export class LimitExceededError extends DomainError {
  readonly code = 'LIMIT_EXCEEDED' as const;

  constructor(
    readonly limit: LimitView,
    readonly attempted: MinorAmount,
  ) {
    super(`The ${limit.kind} limit (${limit.window}) of this wallet would be exceeded.`);
  }
}
