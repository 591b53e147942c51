import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
  type VariableNode,
  visit,
} from 'graphql';

/**
 * Fields that a compiled document may have, counted as they are compiled: under a union or an interface once for each
 * type that it may be. One is about 10 microseconds of compiling and a hundred bytes of code.
 */
const MOST_FIELDS = 5_000;

/** Response names that the compiler's own names cannot be mistaken for: it joins them with underscores, type names and `idx0`. */
const PLAIN_NAME = /^(?!idx\d)[a-z][A-Za-z0-9]*$/;

class Unfit extends Error {}

/** What the compiler would meet in a document. */
export interface Survey {
  /** Null: it may be compiled. */
  unfit: string | null;
  /** The fields that it asks for, under a union or an interface those of each type that it may be. */
  fields: ReadonlySet<AnyField>;
}

type AnyField = GraphQLField<unknown, unknown>;

/**
 * May this document be compiled by graphql-jit and mean the same? It may not when it has a subscription, a condition (`@skip`,
 * `@include`: the compiler keeps them on nodes that fragments share), an odd alias, a variable inside a value, an input that holds itself,
 * too many fields, or reaches an object of the Pothos Prisma
 * plugin, whose plan of statements is kept by the identity of `info.path` and is missed under the compiler.
 * @param document valid for this schema, with one operation
 */
export function survey(schema: GraphQLSchema, document: DocumentNode): Survey {
  const fields = new Set<AnyField>();
  try {
    walk(schema, document, fields);
    return { unfit: null, fields };
  } catch (error) {
    if (error instanceof Unfit) return { unfit: error.message, fields };
    throw error;
  }
}

function walk(schema: GraphQLSchema, document: DocumentNode, fields: Set<AnyField>): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind !== Kind.OPERATION_DEFINITION) throw new Unfit('it defines types');
  }
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (!operation || operations.length > 1) throw new Unfit(`it has ${operations.length} operations`);
  if (operation.operation === 'subscription') throw new Unfit('it is a subscription');
  visit(document, {
    Directive: ({ name }) => {
      throw new Unfit(`it has @${name.value}`);
    },
    Name: ({ value }) => {
      if (value === '__proto__') throw new Unfit('it says __proto__');
    },
  });
  refuseOpenLiterals(document, operation);
  const compiler = new Walk(schema, fragments, fields);
  for (const { type } of operation.variableDefinitions ?? []) compiler.input(typeNamed(schema, type), []);
  const root = schema.getRootType(operation.operation);
  if (root) compiler.into(root, operation.selectionSet);
}

/** A variable that may be left out is left out of an object by the interpreter; the compiler writes null, which means something else. */
function refuseOpenLiterals(document: DocumentNode, operation: OperationDefinitionNode): void {
  const given = new Set(
    (operation.variableDefinitions ?? [])
      .filter(({ type }) => type.kind === Kind.NON_NULL_TYPE)
      .map(({ variable }) => variable.name.value),
  );
  const refuse = ({ name }: VariableNode) => {
    if (!given.has(name.value)) throw new Unfit(`it has $${name.value} inside a value`);
  };
  visit(document, {
    ObjectValue: (value) => visit(value, { Variable: refuse }),
    ListValue: (value) => visit(value, { Variable: refuse }),
  });
}

function typeNamed(schema: GraphQLSchema, type: TypeNode): GraphQLNamedType | undefined {
  return type.kind === Kind.NAMED_TYPE ? schema.getType(type.name.value) : typeNamed(schema, type.type);
}

/** Goes where the compiler would go. */
class Walk {
  #met = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly fields: Set<AnyField>,
  ) {}

  into(type: GraphQLNamedType, set: SelectionSetNode): void {
    if (isAbstractType(type)) for (const possible of this.schema.getPossibleTypes(type)) this.into(possible, set);
    else this.#object(type, set);
  }

  /** The compiler writes out what a variable may hold, and has no end where an input holds itself. */
  input(type: GraphQLNamedType | undefined, inside: readonly GraphQLNamedType[]): void {
    if (!isInputObjectType(type)) return;
    if (inside.includes(type)) throw new Unfit(`${type.name} holds itself`);
    for (const field of Object.values(type.getFields())) {
      this.#count();
      this.input(getNamedType(field.type), [...inside, type]);
    }
  }

  #count(): void {
    this.#met += 1;
    if (this.#met > MOST_FIELDS) throw new Unfit(`it has more than ${MOST_FIELDS} fields`);
  }

  #object(type: GraphQLNamedType, set: SelectionSetNode): void {
    if (!isObjectType(type)) return;
    if (type.isTypeOf) throw new Unfit(`${type.name} has an isTypeOf`);
    if (type.extensions['pothosPrismaModel'] !== undefined)
      throw new Unfit(`${type.name} belongs to the Prisma plugin`);
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        this.#field(type, selection.name.value, selection.alias?.value, selection.selectionSet);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
      if (fragment && this.#applies(fragment.typeCondition?.name.value, type))
        this.#object(type, fragment.selectionSet);
    }
  }

  #field(type: GraphQLNamedType, name: string, alias: string | undefined, set: SelectionSetNode | undefined): void {
    this.#count();
    if (name === '__typename' && alias === undefined) return;
    if (name.startsWith('__')) throw new Unfit('it asks about the schema');
    if (!PLAIN_NAME.test(alias ?? name)) throw new Unfit(`it has the name ${alias ?? name}`);
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    if (!field) throw new Unfit(`it is not valid: ${type.name}.${name}`);
    this.fields.add(field);
    // a null there ends the operation, and the interpreter begins none of the mutations behind it; compiled code would run them
    if (type === this.schema.getMutationType() && isNonNullType(field.type))
      throw new Unfit(`Mutation.${name} is never null`);
    if (set) this.into(getNamedType(field.type), set);
  }

  #applies(condition: string | undefined, type: GraphQLNamedType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wanted = this.schema.getType(condition);
    return isAbstractType(wanted) && isObjectType(type) && this.schema.isSubType(wanted, type);
  }
}
