/** A broken invariant: our defect. Logged in full, shown to callers only as a request id. */
export class InvariantError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvariantError';
  }
}

/**
 * States what must be true at this point of the program.
 * @throws InvariantError when it is not: a defect of ours, never an answer to a caller.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Ends an exhaustive switch: a new member of the union stops compiling here until somebody decides what it means. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected value ${JSON.stringify(value)}`);
}

/**
 * A value that must be there.
 * @returns the value, without null and undefined
 * @throws InvariantError naming what is missing
 */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new InvariantError(`${what} is missing`);
  return value;
}
