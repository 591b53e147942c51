import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends the run in one plain line, `N passed, N failed`, that people and machines can read. Where TALLY names a file, the run is a part
 * of a whole: its counts are added there as a line `passed failed skipped`, and whoever adds them up has the last word.
 */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed' || state === 'failed' || state === 'skipped') count[state] += 1;
      }
      // a file that does not load counts, or its tests would be missing without a word
      count.failed += module.errors().length;
    }
    const { passed } = count;
    const failed = count.failed + unhandledErrors.length;
    const tally = process.env['TALLY'];
    if (tally) {
      appendFileSync(tally, `${passed} ${failed} ${count.skipped}\n`);
      return;
    }
    const skipped = count.skipped ? `, ${count.skipped} skipped` : '';
    process.stdout.write(`\n${passed} passed, ${failed} failed${skipped}\n`);
  }
}
