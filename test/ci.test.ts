import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

/**
 * Runs `.ci/run` with an npm that only plays its part.
 * @param plays what a call does, in shell, by its arguments; any other call succeeds
 */
function run(plays: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'koshel-ci-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const npm = join(folder, 'npm');
  const cases = Object.entries(plays).map(([call, does]) => `"run --silent ${call}") ${does} ;;`);
  writeFileSync(npm, `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\nesac\n`);
  chmodSync(npm, 0o755);
  // with a browser named, none is installed
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, CHROMIUM_PATH: npm };
  const { status, stdout } = spawnSync('bash', ['.ci/run'], { env, encoding: 'utf8' });
  return { status, lines: stdout.trim().split('\n') };
}

const counts = (passed: number, failed: number, skipped = 0) =>
  `echo "${passed} ${failed} ${skipped}" >> "$TALLY"; exit ${failed > 0 ? 1 : 0}`;

test('The counts of both parts are added up in the last line, and nowhere else.', () => {
  expect(run({ test: counts(40, 0), 'test:browser': counts(2, 0) })).toEqual({
    status: 0,
    lines: ['42 passed, 0 failed'],
  });
});

test.each([
  ['fails', { test: counts(39, 1), 'test:browser': counts(2, 0, 3) }, '41 passed, 1 failed, 3 skipped'],
  ['fails in the browser', { test: counts(40, 0), 'test:browser': counts(0, 2) }, '40 passed, 2 failed'],
  ['dies before it has counted', { test: 'exit 137', 'test:browser': counts(2, 0) }, '2 passed, 1 failed'],
  [
    'ends badly with all tests passed',
    { test: counts(40, 0), 'test:browser': 'echo "2 0 0" >> "$TALLY"; exit 1' },
    '42 passed, 1 failed',
  ],
])('A part that %s fails the run, and the other is run all the same.', (_what, plays, line) => {
  expect(run(plays)).toEqual({ status: 1, lines: [line] });
});

test('A check that fails ends the run.', () => {
  const { status, lines } = run({ lint: 'exit 1', test: counts(40, 0) });
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe('0 passed, 1 failed');
});
