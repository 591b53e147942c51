import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql has an ES and a CommonJS build whose classes are strangers to each other. Vite would take the first for our files,
  // while node takes the second for libraries: as in production, everybody gets the second.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/plain-reporter.ts'],
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
