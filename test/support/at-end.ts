/** What is to be done when the test file that is running ends, the newest first. Files of one worker run one after another, so one list does. */
const cleanings: (() => Promise<void>)[] = [];

/**
 * Cleans up when the test file ends, wherever it is called: at the top of the file, in a hook, in a test. `afterAll` does so at the top and
 * in a `describe` only; what a hook or a test gives it is never called.
 */
export function atEnd(clean: () => Promise<void>): void {
  cleanings.push(clean);
}

/** Does all of it, whatever fails. @throws what failed */
export async function cleanUp(): Promise<void> {
  const failures: unknown[] = [];
  for (let clean = cleanings.pop(); clean; clean = cleanings.pop()) {
    await clean().catch((error: unknown) => failures.push(error));
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'several things could not be cleaned up');
}
