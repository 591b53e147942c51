import type { PersistedDocument } from '../db/generated/client.ts';
import { visibleDocuments } from '../domain/document/store.ts';
import { present } from '../lib/assert.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import { pageByIdDescending } from './connection.ts';
import type { Context } from './context.ts';
import { forwardArgs, listComplexity } from './forward-page.ts';
import { PartnerRef } from './partner.ts';

/** For the partner's server that may also publish, and for the administrator. */
const authScopes = { $any: { admin: true, server: 'DOCUMENTS_WRITE' } } as const;

export const PersistedDocumentRef = builder.objectRef<PersistedDocument>('PersistedDocument').implement({
  description: 'A document that a partner may run by its id.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id here.' }),
    documentId: t.exposeString('documentId', {
      description: 'The id that clients send, without `sha256:`; with it, it is the same.',
    }),
    operationName: t.exposeString('operationName', { nullable: true, description: 'What its operation is called.' }),
    body: t.exposeString('body', { description: 'Its text.' }),
    cost: t.exposeInt('cost', {
      description:
        'What it costs of the limit on one operation; pages whose size is a variable count with its default, or as 20.',
    }),
    manifest: t.exposeString('manifest', { description: 'The name of the manifest that it was published with.' }),
    publishedAt: t.expose('publishedAt', { type: 'DateTime', description: 'When it was published.' }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked. From then on it is run only if another manifest has it, too.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it was last run, to the minute. A document of several manifests counts as used in each that was live.',
    }),
    partner: t.field({
      type: PartnerRef,
      description: 'Whose it is: who still needs what it asks for.',
      resolve: async ({ partnerId }, _args, { loaders }) =>
        present(await loaders.partner.load(partnerId), 'the partner of a document'),
    }),
  }),
});

const PersistedDocumentConnection = builder.connectionObject(
  { name: 'PersistedDocumentConnection', type: PersistedDocumentRef, description: 'A page of documents.' },
  { name: 'PersistedDocumentEdge', description: 'A document and its place in the list.' },
);

const pageOf = (args: Parameters<typeof pageByIdDescending>[0], partnerId: string | null, context: Context) =>
  pageByIdDescending<PersistedDocument>(args, ({ where, ...rest }) =>
    context.deps.db.prisma.persistedDocument.findMany({
      ...rest,
      where: { AND: [where, visibleDocuments(signedIn(context)), partnerId === null ? {} : { partnerId }] },
    }),
  );

builder.queryField('persistedDocuments', (t) =>
  t.field({
    type: PersistedDocumentConnection,
    description:
      'The documents that the partner may run by their ids, newest first, revoked ones included. For the administrator those of all partners.',
    authScopes,
    args: forwardArgs,
    complexity: listComplexity,
    resolve: (_root, args, context) => pageOf(args, null, context),
  }),
);

builder.objectField(PartnerRef, 'persistedDocuments', (t) =>
  t.field({
    type: PersistedDocumentConnection,
    description: 'The documents that it may run by their ids, newest first, revoked ones included.',
    authScopes,
    args: forwardArgs,
    complexity: listComplexity,
    resolve: ({ id }, args, context) => pageOf(args, id, context),
  }),
);

/** The document with this id; null when the caller may not see it. */
export async function findDocumentById(context: Context, id: string): Promise<PersistedDocument | null> {
  const where = { AND: [{ id }, visibleDocuments(signedIn(context))] };
  return context.deps.db.prisma.persistedDocument.findFirst({ where });
}
