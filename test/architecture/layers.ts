import type { Finding, Rule } from './rules.ts';
import type { Import, Source } from './source.ts';

/**
 * Who may import whom (docs: the table of the design). A layer is named by the beginning of its files' paths; the longest
 * that fits counts. `may` lists paths, again by their beginning, beside the layer itself.
 */
interface Layer {
  may: string[];
  never?: string[];
  instead: string;
}

const port = 'src/connectors/*.ts';
const inward = 'imports go inward: server → graphql → domain → ledger and connector port → money, db, lib.';

const layers: Record<string, Layer> = {
  'src/lib/': { may: [], instead: 'lib has no word of ours; move what is general here and the rest to its domain.' },
  'src/money/': { may: ['src/lib/'], instead: 'money knows lib only.' },
  'src/errors.ts': { may: ['src/lib/'], instead: 'errors.ts knows lib only.' },
  'src/config.ts': {
    may: ['src/errors.ts', 'src/lib/'],
    instead: 'config.ts reads the environment and knows nothing else.',
  },
  'src/db/': {
    may: ['src/errors.ts', 'src/lib/'],
    instead: 'db knows no domain; give it what it needs as a parameter.',
  },
  'src/ledger/': {
    may: ['src/money/', 'src/errors.ts', 'src/db/', 'src/lib/'],
    instead: 'the ledger knows accounts and postings; what they are for is said by the domain that posts.',
  },
  'src/events/': { may: ['src/db/', 'src/money/', 'src/errors.ts', 'src/lib/'], instead: inward },
  'src/connectors/': {
    may: ['src/money/', 'src/errors.ts', 'src/lib/'],
    instead: 'a connector knows its provider and the port; rows and books are the domain’s.',
  },
  'src/sandbox/': {
    may: ['src/lib/'],
    instead:
      'write it again from the provider’s documents: an emulator that shares code with its connector proves nothing.',
  },
  'src/domain/': {
    may: ['src/ledger/', port, 'src/events/', 'src/money/', 'src/db/', 'src/errors.ts', 'src/lib/', 'src/deps.ts'],
    instead: `${inward} A provider is reached through the port (connectors/*.ts).`,
  },
  'src/jobs/': {
    may: [
      'src/domain/',
      'src/ledger/',
      port,
      'src/events/',
      'src/money/',
      'src/db/',
      'src/errors.ts',
      'src/lib/',
      'src/deps.ts',
    ],
    never: ['src/ledger/entries.ts', 'src/ledger/post.ts'],
    instead: 'a job runs a use case of the domain.',
  },
  'src/graphql/': {
    may: [
      'src/domain/',
      'src/ledger/',
      port,
      'src/events/',
      'src/money/',
      'src/db/',
      'src/errors.ts',
      'src/lib/',
      'src/deps.ts',
    ],
    never: [
      'src/ledger/post.ts',
      'src/ledger/entries.ts',
      'src/ledger/posting.ts',
      'src/ledger/reversal.ts',
      'src/events/tail.ts',
    ],
    instead: 'a resolver calls a use case of the domain, or reads; it never posts.',
  },
  'src/server/': {
    may: ['src/'],
    never: ['src/ledger/entries.ts', 'src/ledger/post.ts', 'src/connectors/*/', 'src/cli/', 'src/sandbox/'],
    instead: 'the edge starts and carries; money moves in the domain.',
  },
  'src/cli/': {
    may: ['src/'],
    never: ['src/ledger/entries.ts', 'src/ledger/post.ts', 'src/connectors/*/'],
    instead: 'a command starts a use case; money moves in the domain.',
  },
  'src/deps.ts': {
    may: ['src/'],
    never: ['src/connectors/*/', 'src/server/', 'src/graphql/', 'src/cli/'],
    instead: inward,
  },
  'src/app.ts': {
    may: ['src/'],
    never: ['src/connectors/*/', 'src/ledger/entries.ts'],
    instead: 'the composition root starts services; registry.ts knows the providers.',
  },
  'src/main.ts': { may: ['src/'], instead: inward },
};

/** Packages that one place owns. */
const owners: Record<string, { by: string[]; instead: string }> = {
  'decimal.js': { by: ['src/money/decimal.ts'], instead: 'import Decimal or a function from src/money/decimal.ts.' },
  pg: {
    by: ['src/db/', 'src/ledger/', 'src/events/', 'src/server/database.ts'],
    instead: 'use Prisma, or a function of the ledger or the events.',
  },
  cockatiel: { by: ['src/connectors/'], instead: 'connectors/instrument.ts has the retries and circuits.' },
  'lossless-json': { by: ['src/connectors/', 'src/sandbox/'], instead: 'amounts reach the domain as minor units.' },
  graphql: {
    by: ['src/graphql/', 'src/server/', 'src/app.ts'],
    instead: 'the domain does not know by which protocol it is called.',
  },
  nodemailer: { by: ['src/connectors/mail.ts'], instead: 'a message leaves through deps.notifier.' },
  'smtp-server': { by: ['src/sandbox/'], instead: 'the gateway receives no mail.' },
  'postal-mime': { by: ['src/sandbox/'], instead: 'the gateway reads no mail.' },
  fastify: { by: ['src/sandbox/'], instead: 'the gateway’s edge is src/server.' },
  jose: { by: ['src/domain/access/'], instead: 'tokens are signed and checked in domain/access/session-token.ts.' },
};

const fits = (pattern: string, path: string): boolean =>
  pattern.includes('*')
    ? new RegExp(`^${pattern.replaceAll('.', '\\.').replace('*', '[^/]+')}${pattern.endsWith('/') ? '' : '$'}`).test(
        path,
      )
    : path.startsWith(pattern);

/** The provider's folder of a connector file: `src/connectors/mbank/`; null for the port's own files. */
const providerOf = (path: string): string | null => /^src\/connectors\/[^/]+\//.exec(path)?.[0] ?? null;
const domainOf = (path: string): string | null => /^src\/domain\/[^/]+\//.exec(path)?.[0] ?? null;

function layerOf(path: string): string | undefined {
  return Object.keys(layers)
    .filter((layer) => path.startsWith(layer))
    .sort((a, b) => b.length - a.length)[0];
}

const found = ({ line, target }: Import, why: string): Finding => ({ line, what: `import of ${target}: ${why}` });

function judge(source: Source, layer: string, { may, never = [], instead }: Layer): Finding[] {
  return source.imports
    .filter(({ ours }) => ours)
    .flatMap((imported) => {
      const { target } = imported;
      const allowed = target.startsWith(layer) || may.some((pattern) => fits(pattern, target));
      return allowed && !never.some((pattern) => fits(pattern, target)) ? [] : [found(imported, instead)];
    });
}

/** The dependency table. */
export const dependencies: Rule = {
  name: 'imports follow the dependency table',
  instead: 'move the code to the layer that may have it, or hand it in as a parameter.',
  find(source) {
    const layer = layerOf(source.path);
    if (!layer) return [{ line: 1, what: 'a file in no layer: give its folder a row in test/architecture/layers.ts' }];
    return judge(source, layer, layers[layer] as Layer);
  },
};

/** A provider's folder is an island: only the registry knows it. */
export const providers: Rule = {
  name: 'providers know neither one another nor anybody but the port, and only registry.ts knows them',
  instead: 'share through the port’s own files in src/connectors, or not at all.',
  find(source) {
    const own = providerOf(source.path);
    return source.imports
      .filter(({ target }) => providerOf(target) !== null && providerOf(target) !== own)
      .filter(() => source.path !== 'src/connectors/registry.ts')
      .map((imported) => found(imported, 'a provider’s folder'));
  },
};

const writing = /^(save|create|insert|add|append|update|upsert|change|set|put|keep|write|delete|remove|erase|\*)/;

/** A domain's rows are written by that domain; others may look for them and lock them. */
export const stores: Rule = {
  name: 'another domain’s store is for reading',
  instead: 'call a use case of that domain; its store is there to look for rows and to lock them.',
  find: (source) =>
    source.imports
      .filter(
        ({ target }) => /^src\/domain\/[^/]+\/store\.ts$/.test(target) && domainOf(target) !== domainOf(source.path),
      )
      .flatMap((imported) => {
        const writers = imported.names.filter((name) => writing.test(name));
        return writers.length > 0 ? [found(imported, `takes ${writers.join(', ')}`)] : [];
      }),
};

/** Packages that one place owns. */
export const packages: Rule = {
  name: 'a package with an owner is imported by its owner only',
  instead: 'go through the owner.',
  find: (source) =>
    source.imports.flatMap((imported) => {
      const owner = owners[imported.target];
      if (!owner || imported.names.length === 0 || owner.by.some((path) => source.path.startsWith(path))) return [];
      return [found(imported, owner.instead)];
    }),
};
