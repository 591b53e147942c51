import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** Does the document ask for this member of the field's answer? For what is costly to know; directives are not looked at. */
export const asksFor = ({ fieldNodes, fragments }: GraphQLResolveInfo, name: string): boolean =>
  fieldNodes.some(({ selectionSet }) => selectionSet !== undefined && selects(selectionSet, name, fragments));

function selects(set: SelectionSetNode, name: string, fragments: GraphQLResolveInfo['fragments']): boolean {
  return set.selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === name;
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments[selection.name.value]?.selectionSet;
    return inner !== undefined && selects(inner, name, fragments);
  });
}
