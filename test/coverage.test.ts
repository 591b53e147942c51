import { existsSync, readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createConnectors } from '../src/connectors/registry.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createLog } from '../src/lib/log.ts';

interface Row {
  operation: string;
  carriedBy: string;
  shownBy: string;
}

const page = readFileSync('docs/coverage.md', 'utf8');
const rows: Row[] = page.split('\n').flatMap((line) => {
  const [, operation, carriedBy, shownBy] = /^\| `([^`]+)` \| (.+?) \| (.+?) \|$/.exec(line) ?? [];
  return operation && carriedBy && shownBy ? [{ operation, carriedBy, shownBy }] : [];
});

test('Each operation that a connector names stands on the coverage page, once, and no other does.', () => {
  const connectors = createConnectors({ clock: systemClock, log: createLog('silent'), metrics: new Registry() });
  const spoken = connectors.providers.flatMap(({ code }) =>
    connectors.capabilities(code).flatMap(({ operations }) => operations),
  );
  const listed = rows.map(({ operation }) => operation);
  expect(listed.length).toBeGreaterThan(50);
  expect(listed.filter((operation, index) => listed.indexOf(operation) !== index)).toEqual([]);
  expect([...listed].sort()).toEqual([...new Set(spoken)].sort());
});

test('Each test that the coverage page names is there, and what is carried is shown.', () => {
  const wrong = rows.filter(({ carriedBy, shownBy }) => {
    if (carriedBy === '–' || shownBy === '–') return carriedBy !== shownBy;
    const [, file, title] = /^([\w-]+): (.+)$/.exec(shownBy) ?? [];
    const path = `test/scenarios/${file}.db.test.ts`;
    return !title || !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
  });
  expect(wrong.map(({ operation }) => operation)).toEqual([]);
});
