import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { InvalidInputError, SetupError } from '../errors.ts';
import type { CliContext } from './context.ts';
import type { Remote } from './documents-remote.ts';

const EXAMPLES = `
A partner's team goes through the API, with a key that has the scope DOCUMENTS_WRITE:
  koshel documents publish persisted-documents.json --name app-1.2 --url https://pay.example --key ksh_…
The operator goes to the database, and says for whom:
  koshel documents list --partner par_…`;

interface Options {
  partner?: string;
  url?: string;
  key?: string;
}

/** A document as it is listed. */
interface Listed {
  documentId: string;
  operationName: string | null;
  manifest: string;
  cost: number;
  revokedAt: string | Date | null;
  lastUsedAt: string | Date | null;
  partner: { id: string };
}

/** `documents publish`, `documents list` and `documents revoke`. */
export function documentsCommand(context: CliContext): Command {
  const documents = new Command('documents')
    .description('documents that partners run by their ids')
    .addHelpText('after', EXAMPLES);
  withTarget(documents.command('publish'))
    .argument('<file>', 'the manifest that graphql-codegen, relay-compiler or generate-persisted-query-manifest wrote')
    .requiredOption('--name <name>', 'what the manifest is called, such as the app and its version')
    .description('let a partner run all documents of a manifest; when one cannot be run, none')
    .action(async (file: string, { name, ...options }: Options & { name: string }) => {
      await explained(async () => context.print(await publish(context, options, { name, manifest: textOf(file) })));
    });
  withTarget(documents.command('list'))
    .description('who uses which document, newest first')
    .action(async (options: Options) => context.print(table(await list(context, options))));
  withTarget(documents.command('revoke'))
    .argument('<name>', 'the manifest')
    .argument('[ids...]', 'only these of its documents')
    .description('take a manifest back, or some of its documents; within a second no gateway runs them')
    .action(async (name: string, ids: string[], options: Options) => {
      const input = { name, ...(ids.length > 0 ? { documentIds: ids } : {}) };
      context.print(await revoke(context, options, input));
    });
  return documents;
}

function withTarget(command: Command): Command {
  return command
    .addOption(new Option('--partner <partnerId>', 'on the database of this configuration, for this partner'))
    .addOption(new Option('--url <url>', 'where the gateway is (default: where this configuration would listen)'))
    .addOption(new Option('--key <key>', 'the key of a partner’s server').env('KOSHEL_KEY'));
}

function remoteOf(context: CliContext, { url, key }: Options): Remote {
  if (!key)
    throw new SetupError(
      'Say --key ksh_… (or KOSHEL_KEY) to go through the API, or --partner par_… on the gateway’s machine.',
    );
  const { publicUrl, host, port } = context.config();
  return { url: url ?? publicUrl ?? `http://${host}:${port}`, key };
}

interface Counted {
  added: number;
  unchanged: number;
}

async function publish(
  context: CliContext,
  options: Options,
  input: { name: string; manifest: string },
): Promise<string> {
  const { added, unchanged } = options.partner
    ? await onDatabase(context, async (deps) => {
        const { publishDocuments } = await import('../domain/document/publish-documents.ts');
        return publishDocuments(deps, { partnerId: options.partner ?? '', ...input });
      })
    : await remotely<Counted>(context, options, 'publish', { input });
  return `${added} added, ${unchanged} unchanged`;
}

async function revoke(
  context: CliContext,
  options: Options,
  input: { name: string; documentIds?: string[] },
): Promise<string> {
  const { length } = options.partner
    ? await onDatabase(context, async (deps) => {
        const { revokeDocuments } = await import('../domain/document/revoke-documents.ts');
        return revokeDocuments(deps, { partnerId: options.partner ?? '', ...input });
      })
    : (await remotely<{ documents: object[] }>(context, options, 'revoke', { input })).documents;
  return `${length} revoked`;
}

async function list(context: CliContext, options: Options): Promise<Listed[]> {
  if (options.key && !options.partner) return listRemotely(context, options);
  return onDatabase(context, ({ db }) =>
    db.prisma.persistedDocument.findMany({
      where: options.partner ? { partnerId: options.partner } : {},
      include: { partner: { select: { id: true } } },
      orderBy: { id: 'desc' },
    }),
  );
}

async function listRemotely(context: CliContext, options: Options): Promise<Listed[]> {
  interface Page {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    edges: { node: Listed }[];
  }
  const all: Listed[] = [];
  for (let after: string | null = null; ; ) {
    const { pageInfo, edges }: Page = await remotely<Page>(context, options, 'list', { after });
    all.push(...edges.map(({ node }) => node));
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
}

/** What the gateway answers; a refusal becomes the error that it would be here. */
async function remotely<T>(
  context: CliContext,
  options: Options,
  operation: 'publish' | 'revoke' | 'list',
  variables: object,
): Promise<T> {
  const { ask } = await import('./documents-remote.ts');
  const answer = (await ask(remoteOf(context, options), operation, variables)) as {
    __typename?: string;
    message?: string;
    issues?: InvalidInputError['issues'];
  };
  if (answer.issues) throw new InvalidInputError(answer.issues);
  if (answer.__typename?.endsWith('Error')) throw new SetupError(answer.message ?? answer.__typename);
  return answer as T;
}

async function onDatabase<T>(
  context: CliContext,
  work: (deps: Awaited<ReturnType<CliContext['open']>>['deps']) => Promise<T>,
): Promise<T> {
  const { deps, close } = await context.open();
  try {
    return await work(deps);
  } finally {
    await close();
  }
}

/** One line for each document that is refused: a manifest may have many. */
async function explained(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const lines = error.issues.map(({ path, message }) => `  ${path.slice(1).join(' ')}: ${message}`);
    throw new SetupError(`nothing was published.\n${lines.join('\n')}`);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SetupError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function table(documents: Listed[]): string {
  if (documents.length === 0) return 'No documents are published.';
  const day = (at: string | Date | null) =>
    at === null ? '–' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const head = ['partner', 'manifest', 'operation', 'cost', 'last used', 'revoked', 'id'];
  const rows = documents.map(({ partner, manifest, operationName, cost, lastUsedAt, revokedAt, documentId }) => [
    partner.id,
    manifest,
    operationName ?? '–',
    String(cost),
    day(lastUsedAt),
    day(revokedAt),
    documentId,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
