import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** A small Relay project over our schema, compiled by Relay's own compiler. */

const compiler: string = createRequire(import.meta.url)('relay-compiler');
const scalars = [
  'DateTime',
  'OffsetDateTime',
  'Date',
  'Decimal',
  'Currency',
  'PhoneNumber',
  'EmailAddress',
  'URL',
  'Cursor',
  'Upload',
];

/** A connection of the schema. */
export interface ConnectionField {
  type: GraphQLObjectType;
  field: string;
}

/** Every field that answers a Relay connection. */
export function connectionFields(schema: GraphQLSchema): ConnectionField[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.startsWith('__')) return [];
    return Object.values(type.getFields())
      .filter((field) => isConnection(field.type) && !field.args.some(isRequiredArgument))
      .map((field) => ({ type, field: field.name }));
  });
}

const isConnection = (type: GraphQLOutputType) => getNamedType(type).name.endsWith('Connection');
const isNode = (type: unknown) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');

/** A fragment that pages through a connection, with the query that Relay makes of it. Null where there is no way to ask again. */
export function pagination(
  { type, field }: ConnectionField,
  schema: GraphQLSchema,
): { module: string; source: string } | null {
  if (type !== schema.getQueryType() && !isNode(type)) return null;
  const module = `${type.name}${field}`;
  const node = nodeOf(type, field);
  const inner = isNode(node) || (isInterfaceType(node) && 'id' in node.getFields()) ? 'id' : '__typename';
  const source = `fragment ${module}_page on ${type.name}
    @refetchable(queryName: "${module}Query")
    @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "Cursor" }) {
      ${field}(first: $count, after: $cursor) @connection(key: "${module}_${field}") { edges { node { ${inner} } } }
    }`;
  return { module, source };
}

function nodeOf(type: GraphQLObjectType, field: string): unknown {
  const connection = getNamedType(type.getFields()[field]?.type as GraphQLOutputType) as GraphQLObjectType;
  const edge = getNamedType(connection.getFields()['edges']?.type as GraphQLOutputType) as GraphQLObjectType;
  return getNamedType(edge.getFields()['node']?.type as GraphQLOutputType);
}

/**
 * Compiles these modules, each a name and its documents.
 * @returns what the compiler said, and the documents that it persisted, by id
 */
export async function compile(
  modules: readonly { module: string; source: string }[],
): Promise<{ said: string; documents: Record<string, string> }> {
  const folder = mkdtempSync(join(tmpdir(), 'koshel-relay-'));
  try {
    mkdirSync(join(folder, 'src'));
    copyFileSync(new URL('../../schema/schema.graphql', import.meta.url), join(folder, 'schema.graphql'));
    for (const { module, source } of modules) {
      writeFileSync(
        join(folder, 'src', `${module}.ts`),
        `import { graphql } from 'relay-runtime';\ngraphql\`${source}\`;\n`,
      );
    }
    const config = {
      src: './src',
      schema: './schema.graphql',
      language: 'typescript',
      customScalarTypes: Object.fromEntries(scalars.map((name) => [name, 'string'])),
      persistConfig: { file: './documents.json', algorithm: 'MD5' },
    };
    writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'documents.json'), '{}');
    // the compiler's lines end in what it found wrong
    const run = promisify(execFile)(compiler, ['relay.config.json', '--repersist'], { cwd: folder });
    const { stdout, stderr } = await run.catch((failed: { stdout: string; stderr: string }) => failed);
    return { said: stdout + stderr, documents: JSON.parse(readFileSync(join(folder, 'documents.json'), 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
