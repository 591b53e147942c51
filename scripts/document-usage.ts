import { type Change, ChangeType } from '@graphql-inspector/core';
import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isInputType,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** What a document uses of a schema, as coordinates: `Type`, `Type.field`, `Type.field.argument`, `Input.field`, `Enum.VALUE`, `@directive`. */
export function usageOf(schema: GraphQLSchema, document: DocumentNode): ReadonlySet<string> {
  const used = new Set<string>();
  const takeInput = (type: GraphQLInputType | null | undefined) => {
    const named = type && getNamedType(type);
    if (!named || used.has(named.name)) return;
    used.add(named.name);
    if (!isInputObjectType(named)) return;
    // whatever may stand in a variable may be used
    for (const field of Object.values(named.getFields())) {
      used.add(`${named.name}.${field.name}`);
      takeInput(field.type);
    }
  };
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        const parent = types.getParentType();
        if (!parent) return;
        const concrete = isAbstractType(parent) && name.value !== '__typename' ? schema.getPossibleTypes(parent) : [];
        for (const type of [parent, ...concrete]) used.add(type.name).add(`${type.name}.${name.value}`);
        const answer = types.getType();
        if (answer) used.add(getNamedType(answer).name);
      },
      Argument({ name }) {
        const parent = types.getParentType();
        const field = types.getFieldDef();
        if (parent && field) used.add(`${parent.name}.${field.name}.${name.value}`);
        takeInput(types.getArgument()?.type);
      },
      VariableDefinition({ type }) {
        const declared = typeFromAST(schema, type as never);
        if (declared && isInputType(declared)) takeInput(declared);
      },
      NamedType({ name }) {
        used.add(name.value);
      },
      Directive({ name }) {
        used.add(`@${name.value}`);
      },
    }),
  );
  return used;
}

/** Does a breaking change touch what is used? */
export function touches({ type, path, meta }: Change, used: ReadonlySet<string>): boolean {
  if (path === undefined) return true;
  const [first = '', second] = path.split('.');
  switch (type) {
    case ChangeType.FieldArgumentAdded:
      return used.has(`${first}.${second}`);
    case ChangeType.InputFieldAdded:
    case ChangeType.EnumValueRemoved:
      return used.has(first);
    case ChangeType.UnionMemberRemoved:
      return used.has(first) && used.has(String((meta as Record<string, unknown>)['removedUnionMemberTypeName']));
    default:
      return used.has(path);
  }
}
