import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql';
import { type IdKind, idPrefixes } from '../../src/lib/ids.ts';
import { newPhone, unique } from './builders.ts';

/** Walks a GraphQL schema: every place where an id can be said, and operations that say one there. */

export type Root = 'query' | 'mutation' | 'subscription';

/** One place where an id can be said. */
export interface IdPlace {
  root: Root;
  /** The field of the root type. */
  field: string;
  /** From the argument to the id. */
  path: readonly string[];
  /** What the id is of. */
  kind: IdKind;
}

/** What to say where an operation asks for something. */
export interface Values {
  /** The id of a kind. */
  id(kind: IdKind): string;
  /** Anything else that is not as good as another: by the name of the input and its field. Undefined: whatever fits the type. */
  value(place: string): unknown;
}

const named: Record<string, IdKind> = {
  fromWalletId: 'Wallet',
  toWalletId: 'Wallet',
  recipientWalletId: 'Wallet',
  payWithCardId: 'Card',
  templateId: 'PaymentTemplate',
  categoryId: 'ServiceCategory',
  accountId: 'LedgerAccount',
  downgradeId: 'IdentificationDowngrade',
  webhookId: 'ProviderWebhook',
  endpointId: 'WebhookEndpoint',
  deliveryId: 'WebhookDelivery',
  sessionId: 'CreditSession',
  refundId: 'CreditRefund',
};

/** The kind of an id by the name of what takes it; `id` is of the type that is answered. */
function kindOf(name: string, answered: string): IdKind | null {
  const kind = name === 'id' ? answered : (named[name] ?? `${name[0]?.toUpperCase()}${name.slice(1, -'Id'.length)}`);
  return kind in idPrefixes ? (kind as IdKind) : null;
}

/** Every place where an id can be said, and those of which nobody could tell what it is an id of. */
export function idPlaces(schema: GraphQLSchema): { places: IdPlace[]; unknown: Omit<IdPlace, 'kind'>[] } {
  const places: IdPlace[] = [];
  const unknown: Omit<IdPlace, 'kind'>[] = [];
  for (const [root, type] of rootsOf(schema)) {
    for (const { name: field, args, type: answer } of Object.values(type.getFields())) {
      for (const path of args.flatMap((arg) => pathsToIds(arg, []))) {
        const kind = kindOf(path.at(-1) ?? '', getNamedType(answer).name);
        if (kind) places.push({ root, field, path, kind });
        else unknown.push({ root, field, path });
      }
    }
  }
  return { places, unknown };
}

/** Fields below the roots that take an id: `Type.field(path)`. */
export function idsBelow(schema: GraphQLSchema): string[] {
  const roots = rootsOf(schema).map(([, type]) => type);
  return Object.values(schema.getTypeMap())
    .filter(
      (type): type is GraphQLObjectType => isObjectType(type) && !roots.includes(type) && !type.name.startsWith('__'),
    )
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap(({ name, args }) =>
        args.flatMap((arg) => pathsToIds(arg, [])).map((path) => `${type.name}.${name}(${path.join('.')})`),
      ),
    );
}

export function rootsOf(schema: GraphQLSchema): [Root, GraphQLObjectType][] {
  const roots: [Root, GraphQLObjectType | null | undefined][] = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ];
  return roots.flatMap(([root, type]) => (type ? [[root, type]] : []));
}

function pathsToIds({ name, type }: GraphQLArgument | GraphQLInputField, above: readonly string[]): string[][] {
  const inner = getNamedType(type);
  const path = [...above, name];
  if (!isInputObjectType(inner)) return inner.name === 'ID' ? [path] : [];
  return Object.values(inner.getFields()).flatMap((field) => pathsToIds(field, path));
}

/** A document and its variables. */
export interface Operation {
  document: string;
  variables: Record<string, unknown>;
}

/** The operation that says an id at a place, and whatever else has to be said. */
export function operationAt(schema: GraphQLSchema, place: IdPlace, id: string, values: Values): Operation {
  const root = rootsOf(schema).find(([name]) => name === place.root)?.[1];
  const field = root?.getFields()[place.field];
  if (!field) throw new Error(`there is no ${place.root} ${place.field}`);
  const args = field.args.filter((arg) => isRequiredArgument(arg) || arg.name === place.path[0]);
  const variables = Object.fromEntries(
    args.map((arg) => [
      arg.name,
      fill(arg.type, arg.name, arg.name === place.path[0] ? place.path.slice(1) : null, id, values),
    ]),
  );
  const inParentheses = (texts: string[]) => (texts.length === 0 ? '' : `(${texts.join(', ')})`);
  const declared = inParentheses(args.map(({ name, type }) => `$${name}: ${type}`));
  const said = inParentheses(args.map(({ name }) => `${name}: $${name}`));
  const { name, type } = field;
  return { document: `${place.root} ${declared} { ${name}${said} ${selectionOf(schema, type)} }`, variables };
}

/**
 * A value of an input type.
 * @param rest the way to the id that is to be said in here; null when it is not in here
 */
function fill(
  type: GraphQLInputType,
  name: string,
  rest: readonly string[] | null,
  id: string,
  values: Values,
): unknown {
  if (isNonNullType(type)) return fill(type.ofType, name, rest, id, values);
  if (isListType(type)) return [fill(type.ofType, name, rest, id, values)];
  if (isInputObjectType(type)) {
    const given = values.value(type.name);
    if (rest === null && given !== undefined) return given;
    const every = Object.values(type.getFields());
    const wanted = type.isOneOf
      ? every.filter((field) => field.name === (rest?.[0] ?? every[0]?.name))
      : every.filter(
          (field) =>
            isRequiredInputField(field) ||
            field.name === rest?.[0] ||
            values.value(`${type.name}.${field.name}`) !== undefined,
        );
    return Object.fromEntries(
      wanted.map((field) => {
        const on = rest !== null && field.name === rest[0];
        const known = values.value(`${type.name}.${field.name}`);
        return [
          field.name,
          !on && known !== undefined ? known : fill(field.type, field.name, on ? rest.slice(1) : null, id, values),
        ];
      }),
    );
  }
  if (type.name === 'ID') return rest === null ? values.id(kindOf(name, '') ?? 'Wallet') : id;
  if (isEnumType(type)) return values.value(type.name) ?? type.getValues()[0]?.name;
  return leaf(type.name, name, values);
}

function leaf(type: string, name: string, values: Values): unknown {
  const known = values.value(name) ?? values.value(type);
  if (known !== undefined) return known;
  if (name === 'idempotencyKey') return unique('walk');
  const any: Record<string, unknown> = {
    Boolean: false,
    Int: 1,
    Float: 1,
    Decimal: '1.00',
    Currency: 'RUB',
    PhoneNumber: newPhone(),
    EmailAddress: 'somebody@example.org',
    URL: 'https://shop.example/back',
    Date: '2026-01-02',
    DateTime: '2026-01-02T03:04:05Z',
    OffsetDateTime: '2026-01-02T03:04:05+03:00',
  };
  return any[type] ?? unique(name);
}

/** Everything that an answer shows without arguments, one level deep; of connections, their nodes too. */
export function selectionOf(schema: GraphQLSchema, type: GraphQLOutputType): string {
  const answer = getNamedType(type);
  if (isLeafType(answer)) return '';
  const members = isObjectType(answer) ? [answer] : schema.getPossibleTypes(answer as never);
  const parts = members.map((member) => `... on ${member.name} { ${shown(schema, member)} }`);
  return `{ __typename ${parts.join(' ')} }`;
}

/** Names are said with their type: of two members one field may be of two types. */
function shown(schema: GraphQLSchema, type: GraphQLObjectType): string {
  const below = type.name.endsWith('Connection') ? ['edges', 'node'] : type.name === 'EventPage' ? ['events'] : [];
  const fields = Object.values(type.getFields()).filter((field) => !field.args.some(isRequiredArgument));
  const leaves = fields
    .filter((field) => isLeafType(getNamedType(field.type)))
    .map(({ name }) => `${type.name}_${name}: ${name}`);
  const [first, second] = below;
  const deeper = fields.find(({ name }) => name === first);
  const inner = deeper ? getNamedType(deeper.type) : null;
  const node = isObjectType(inner) && second ? inner.getFields()[second] : null;
  const nested = node
    ? `${first} { ${second} ${selectionOf(schema, node.type)} }`
    : deeper
      ? `${first} ${selectionOf(schema, deeper.type)}`
      : '';
  return ['__typename', ...leaves, nested, type.name === 'InvalidInputError' ? 'issues { path message }' : ''].join(
    ' ',
  );
}

/** One field of one type, and a way to it from the root of queries. */
export interface FieldPlace {
  type: string;
  field: string;
  document: string;
}

/** What stands between a root and an object: its text before and after. */
type Way = readonly [before: string, after: string];

/** Every field of every object that can be reached without knowing an id, each with a document that asks for it. */
export function fieldPlaces(schema: GraphQLSchema): FieldPlace[] {
  const query = schema.getQueryType();
  if (!query) return [];
  const ways = new Map<string, Way>([[query.name, ['', '']]]);
  const places: FieldPlace[] = [];
  const queue = [query];
  for (let type = queue.shift(); type; type = queue.shift()) {
    const [before, after] = ways.get(type.name) ?? ['', ''];
    for (const field of Object.values(type.getFields())) {
      if (field.args.some(isRequiredArgument)) continue;
      const document = `{ ${before} ${field.name} ${selectionOf(schema, field.type)} ${after} }`;
      places.push({ type: type.name, field: field.name, document });
      for (const member of membersOf(schema, field)) {
        if (ways.has(member.name)) continue;
        ways.set(member.name, [`${before} ${field.name} { ... on ${member.name} {`, `} } ${after}`]);
        queue.push(member);
      }
    }
  }
  return places;
}

function membersOf(schema: GraphQLSchema, { type }: GraphQLField<unknown, unknown>): readonly GraphQLObjectType[] {
  const answer = getNamedType(type);
  if (isLeafType(answer)) return [];
  if (isObjectType(answer)) return [answer];
  return isUnionType(answer) ? answer.getTypes() : schema.getPossibleTypes(answer as never);
}
