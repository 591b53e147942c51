import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** docs/security.md: every promise names the test that shows it. */

const page = readFileSync('docs/security.md', 'utf8');
/** Rows of its tables: a promise, and where it is shown. */
const rows = [...page.matchAll(/^\| (?!promise|---)(.+) \| (.+) \|$/gm)].map(([, promise = '', shown = '']) => ({
  promise,
  shown,
}));
const files = [...page.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);

test('Each promise names a test.', () => {
  expect(rows.length).toBeGreaterThan(30);
  for (const { promise, shown } of rows) expect(shown, promise).toMatch(/`test\/[\w./-]+\.test\.ts`/);
});

test.each([...new Set(files)])('%s exists.', (path) => {
  expect(existsSync(path)).toBe(true);
});

const titled = rows.flatMap(({ shown }) => {
  const [, path, title] = /^`(test\/[\w./-]+)`: (.+)$/.exec(shown) ?? [];
  return path && title ? [{ path, title }] : [];
});

test.each(titled)('$path has the test "$title"', ({ path, title }) => {
  const text = readFileSync(path, 'utf8');
  expect([`'${title}'`, `"${title}"`].some((quoted) => text.includes(quoted))).toBe(true);
});

test('The pages that it sends its reader to exist.', () => {
  for (const [, link = ''] of page.matchAll(/\]\(([\w-]+\.md)(?:#[\w-]+)?\)/g))
    expect(existsSync(`docs/${link}`), link).toBe(true);
});

test('Its figures’ place has a limit for each kind of thing.', () => {
  const limits = readFileSync('docs/operating.md', 'utf8');
  for (const code of [
    'BODY_TOO_LARGE',
    'OPERATION_TOO_COMPLEX',
    'RATE_LIMITED',
    'TOO_MANY_OPERATIONS',
    'TOO_MANY_SUBSCRIPTIONS',
    '4429',
    '4408',
    '1013',
  ]) {
    expect(limits).toContain(code);
  }
});
