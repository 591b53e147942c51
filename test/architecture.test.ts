import { describe, expect, test } from 'vitest';
import { dependencies, packages, providers, stores } from './architecture/layers.ts';
import {
  cleaning,
  docstrings,
  doubles,
  environment,
  escapes,
  fileLength,
  functionLength,
  httpClient,
  keyset,
  promises,
  type Rule,
  recorded,
  report,
} from './architecture/rules.ts';
import { parseSource, readSources } from './architecture/source.ts';

/**
 * The shape of the code, held by a machine: who may import whom, and the habits of the house. Each rule is shown to find what
 * it is for before it is trusted with the code; each finding says what to do instead.
 */

const gateway = readSources(['src']);
const around = readSources(['test', 'bench', 'scripts', 'codegen.ts', 'vitest.config.ts', 'prisma.config.ts']);
const everything = [...gateway, ...around];

/** Files that are longer for a reason; the figure is what they have now, and may only fall. */
const longFiles: Record<string, number> = {
  'test/scenarios/mbank-wallet-life.db.test.ts': 317,
  'test/server/http.db.test.ts': 325,
};

const rules: [rule: Rule, over: typeof everything][] = [
  [dependencies, gateway],
  [providers, gateway],
  [stores, gateway],
  [packages, gateway],
  [environment, gateway],
  [httpClient, gateway],
  [keyset, gateway],
  [doubles, gateway],
  [docstrings, gateway],
  [functionLength(70), [...gateway, ...around.filter(({ path }) => !path.startsWith('test/'))]],
  [fileLength(300, longFiles), everything],
  [escapes, everything],
  [promises, everything],
  [cleaning, around],
  [recorded, around],
];

describe('The code keeps the rules', () => {
  for (const [rule, over] of rules) test(`${rule.name}.`, () => expect(report(rule, over)).toEqual([]));
});

/** Code that each rule has to find, and code beside it that it has to leave alone. */
const samples: [rule: Rule, path: string, wrong: string, right: string][] = [
  [dependencies, 'src/lib/ids.ts', "import { x } from '../errors.ts';", "import { x } from './assert.ts';"],
  [
    dependencies,
    'src/money/money.ts',
    "import type { Tx } from '../db/client.ts';",
    "import { assert } from '../lib/assert.ts';",
  ],
  [
    dependencies,
    'src/ledger/post.ts',
    "import { x } from '../domain/wallet/rules.ts';",
    "import { x } from '../db/transaction.ts';",
  ],
  [
    dependencies,
    'src/connectors/routing.ts',
    "import { x } from '../ledger/post.ts';",
    "import { x } from '../money/money.ts';",
  ],
  [
    dependencies,
    'src/connectors/mbank/map.ts',
    "import { x } from '../../sandbox/server.ts';",
    "import { x } from '../outcome.ts';",
  ],
  [
    dependencies,
    'src/sandbox/mbank/index.ts',
    "import { x } from '../../connectors/mbank/wire.ts';",
    "import { x } from '../../lib/clock.ts';",
  ],
  [
    dependencies,
    'src/sandbox/server.ts',
    "const x = await import('../domain/seed.ts');",
    "const x = await import('./control.ts');",
  ],
  [
    dependencies,
    'src/domain/payment/transfer.ts',
    "import { x } from '../../graphql/money.ts';",
    "import { x } from '../../ledger/entries.ts';",
  ],
  [
    dependencies,
    'src/domain/payment/transfer.ts',
    "import { x } from '../../connectors/mbank/map.ts';",
    "import { x } from '../../connectors/routing.ts';",
  ],
  [dependencies, 'src/events/log.ts', "export { x } from '../domain/seed.ts';", "export { x } from '../lib/ids.ts';"],
  [
    dependencies,
    'src/graphql/payment.ts',
    "import { x } from '../ledger/post.ts';",
    "import { x } from '../ledger/balance.ts';",
  ],
  [
    dependencies,
    'src/server/http.ts',
    "import { x } from '../ledger/entries.ts';",
    "import { x } from '../ledger/group-commit.ts';",
  ],
  [
    dependencies,
    'src/jobs/expire.ts',
    "import { x } from '../server/http.ts';",
    "import { x } from '../domain/seed.ts';",
  ],
  [
    providers,
    'src/connectors/qiwi/map.ts',
    "import { x } from '../mbank/map.ts';",
    "import { x } from '../values.ts';",
  ],
  [
    providers,
    'src/connectors/routing.ts',
    "import { mbank } from './mbank/index.ts';",
    "import { x } from './registry.ts';",
  ],
  [
    stores,
    'src/domain/limit/consume-limits.ts',
    "import { save } from '../payment/store.ts';",
    "import { findPayment } from '../payment/store.ts';",
  ],
  [
    stores,
    'src/graphql/payment.ts',
    "import { save, findPayment } from '../domain/payment/store.ts';",
    "import type { save } from '../domain/payment/store.ts';",
  ],
  [
    packages,
    'src/domain/payment/transfer.ts',
    "import { Decimal } from 'decimal.js';",
    "import { Decimal } from '../../money/decimal.ts';",
  ],
  [
    packages,
    'src/domain/payment/transfer.ts',
    "import { GraphQLError } from 'graphql';",
    "import type { GraphQLError } from 'graphql';",
  ],
  [environment, 'src/db/client.ts', "const url = process.env['DATABASE_URL'];", 'const url = config.databaseUrl;'],
  [httpClient, 'src/connectors/mbank/client.ts', 'await fetch(url);', 'await http.fetch(url);'],
  [
    httpClient,
    'src/domain/payment/transfer.ts',
    "import { request } from 'undici';",
    "import { request } from '../request.ts';",
  ],
  [
    keyset,
    'src/graphql/wallet.ts',
    'db.payment.findMany({ take: 20, skip: 40 });',
    'db.payment.findMany({ take: 20 });',
  ],
  [keyset, 'src/ledger/books.ts', 'sql`SELECT FROM hold OFFSET 5`;', 'sql`SELECT FROM hold LIMIT 5`;'],
  [keyset, 'src/ledger/books.ts', "query('SELECT 1 OFFSET $1');", "const OFFSET = '+03:00';"],
  [
    doubles,
    'src/domain/payment/transfer.ts',
    'const fee = Math.round(amount * 0.01);',
    'const half = Math.round(width / 2);',
  ],
  [doubles, 'src/graphql/money.ts', 'const n = Number(input.amount);', 'const n = Number(input.first);'],
  [doubles, 'src/connectors/mbank/map.ts', 'const n = parseFloat(wire.sum);', 'const n = parseFloat(wire.latitude);'],
  [doubles, 'src/ledger/balance.ts', 'const n = +row.balance;', 'const n = +row.createdAt;'],
  [functionLength(3), 'src/app.ts', 'function f() {\n\n\n}', 'function f() {\n}'],
  [functionLength(3), 'src/graphql/wallet.ts', 'const f = () => {\n\n\n};', 'build({ fields: (t) => ({\n\n\n}) });'],
  [fileLength(2, {}), 'src/app.ts', 'a;\nb;\nc;\n', 'a;\nb;\n'],
  [fileLength(2, { 'src/app.ts': 3 }), 'src/app.ts', 'a;\nb;\nc;\nd;\n', 'a;\nb;\nc;\n'],
  [
    escapes,
    'src/app.ts',
    'let x: any;',
    '// biome-ignore lint/suspicious/noExplicitAny: the library says any\nlet x: any;',
  ],
  [escapes, 'src/app.ts', '// @ts-ignore\nf();', '// @ts-expect-error the types of this package are behind\nf();'],
  [cleaning, 'test/support/app.ts', 'afterAll(() => app.stop());', 'atEnd(() => app.stop());'],
  [recorded, 'test/scenarios/story.db.test.ts', 'db.prisma.eventLog.count();', 'recordedEvents(db, {});'],
  [
    recorded,
    'test/scenarios/story.db.test.ts',
    "rows('SELECT type FROM event_log');",
    "rows('SELECT type FROM payment');",
  ],
  [promises, 'src/app.ts', `// ${'TO'}${'DO'} later`, '// What is done is done.'],
  [docstrings, 'src/app.ts', '// said\nexport function f() {}', '/** Says. */\nexport function f() {}'],
  [
    docstrings,
    'src/app.ts',
    'export const f = () => 1;',
    '/** Says. */\n// biome-ignore format: a table\nexport const f = () => 1;',
  ],
];

describe('Each rule can fail', () => {
  test.each(samples.map(([rule, path, wrong, right]) => ({ name: rule.name, rule, path, wrong, right })))(
    '$name: $wrong',
    ({ rule, path, wrong, right }) => {
      expect(rule.find(parseSource(path, wrong))).not.toEqual([]);
      expect(rule.find(parseSource(path, right))).toEqual([]);
    },
  );
});
