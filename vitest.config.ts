import { defineConfig } from 'vitest/config';

/** Tests that replace the timers of their process: in a process of their own, or what libraries left running there would be replaced, too. */
const OWN_TIMERS = ['test/connectors/rate.test.ts'];
/** Tests that need a Chromium: `npm run test:browser`. */
const BROWSER = ['test/browser/**/*.test.ts'];

export default defineConfig({
  // graphql has an ES and a CommonJS build whose classes are strangers to each other. Vite would take the first for our files,
  // while node takes the second for libraries: as in production, everybody gets the second.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    reporters: ['default', './test/support/plain-reporter.ts'],
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.ts'],
          setupFiles: ['test/support/setup.ts'],
          exclude: [...OWN_TIMERS, ...BROWSER],
          globalSetup: ['test/support/global-setup.ts'],
          // a worker loads the gateway once, not once for each file: no file keeps state in a module
          isolate: false,
        },
      },
      { extends: true, test: { name: 'own timers', include: OWN_TIMERS } },
      {
        extends: true,
        test: {
          name: 'browser',
          include: BROWSER,
          setupFiles: ['test/support/setup.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          // one browser at a time, by one worker that loads the gateway once
          isolate: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
