import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** Fields of a payment that a `BriefPayment` can answer. Their resolvers read nothing else, and a test asks for all of them. */
const BRIEF = new Set(
  '__typename id kind status terminal direction wallet amount fee total source destination createdAt completedAt'.split(
    ' ',
  ),
);

type Fragments = GraphQLResolveInfo['fragments'];

/** Known per field of a document: the answer is the same each time. */
const known = new WeakMap<FieldNode, boolean>();

/** Does the document ask no more of the payments in this connection than a `BriefPayment` has? Directives are not looked at. */
export function asksBriefly({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
  return fieldNodes.every((field) => {
    const before = known.get(field);
    if (before !== undefined) return before;
    const nodes = under(under([field], 'edges', fragments), 'node', fragments);
    const isBrief = nodes.every((node) =>
      fieldsOf(node.selectionSet, fragments).every(({ name }) => BRIEF.has(name.value)),
    );
    known.set(field, isBrief);
    return isBrief;
  });
}

const under = (fields: readonly FieldNode[], name: string, fragments: Fragments): FieldNode[] =>
  fields.flatMap(({ selectionSet }) => fieldsOf(selectionSet, fragments).filter((field) => field.name.value === name));

/** The fields of a selection, those of its fragments included. */
function fieldsOf(set: SelectionSetNode | undefined, fragments: Fragments): FieldNode[] {
  return (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return selection;
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet, fragments);
    return fieldsOf(fragments[selection.name.value]?.selectionSet, fragments);
  });
}
