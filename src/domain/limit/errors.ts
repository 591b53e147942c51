import { DomainError, type MinorAmount } from '../../errors.ts';
import type { ShownLimit } from '../wallet/provider-limits.ts';

/** The operation would pass a cap; `limit` is the one that is tightest. */
export class LimitExceededError extends DomainError {
  readonly code = 'LIMIT_EXCEEDED' as const;

  constructor(
    readonly limit: ShownLimit,
    readonly attempted: MinorAmount,
    message?: string | null,
  ) {
    super(message ?? `The ${limit.kind} limit (${limit.window}) of this wallet would be exceeded.`);
  }
}
