/** Operations by which a partner's team manages its documents from afar, by the subcommand of `koshel documents` that sends each. */
export const documentOperations = {
  publish: `mutation KoshelPublishDocuments($input: PersistedDocumentsPublishInput!) {
  persistedDocumentsPublish(input: $input) {
    __typename
    ... on PersistedDocumentsPublishSuccess { added unchanged documents { documentId operationName cost } }
    ... on InvalidInputError { message issues { path message } }
    ... on Error { message }
  }
}`,
  revoke: `mutation KoshelRevokeDocuments($input: PersistedDocumentsRevokeInput!) {
  persistedDocumentsRevoke(input: $input) {
    __typename
    ... on PersistedDocumentsRevokeSuccess { documents { documentId operationName revokedAt } }
    ... on Error { message }
  }
}`,
  list: `query KoshelListDocuments($after: Cursor) {
  persistedDocuments(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges {
      node {
        documentId operationName cost manifest publishedAt revokedAt lastUsedAt
        partner { id name }
      }
    }
  }
}`,
} as const;
