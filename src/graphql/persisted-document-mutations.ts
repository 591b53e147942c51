import type { PersistedDocument } from '../db/generated/client.ts';
import { type Publication, publishDocuments } from '../domain/document/publish-documents.ts';
import { revokeDocuments } from '../domain/document/revoke-documents.ts';
import { ConflictError, InvalidInputError, NotFoundError } from '../errors.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { targetPartner } from './partner.ts';
import { PersistedDocumentRef } from './persisted-document.ts';

const partnerIdText = 'For which partner; required of the administrator, the server’s own otherwise.';

const PersistedDocumentsPublishInput = builder.inputType('PersistedDocumentsPublishInput', {
  description: 'A manifest, as graphql-codegen, Relay or Apollo writes it.',
  fields: (t) => ({
    partnerId: t.id({ description: partnerIdText }),
    name: t.string({
      required: true,
      description: 'What the manifest is called, such as the app and its version; it is revoked by this name.',
    }),
    manifest: t.string({
      required: true,
      description:
        'The text of the file: graphql-codegen’s or Relay’s flat map of ids to documents, or Apollo’s persisted query manifest.',
    }),
  }),
});
const PersistedDocumentsPublishSuccess = builder.objectRef<Publication>('PersistedDocumentsPublishSuccess').implement({
  description: 'All documents of the manifest can be run by their ids.',
  fields: (t) => ({
    documents: t.expose('documents', { type: [PersistedDocumentRef], description: 'Them, as the manifest has them.' }),
    added: t.exposeInt('added', { description: 'How many were not there, or revoked, before.' }),
    unchanged: t.exposeInt('unchanged', { description: 'How many were there already.' }),
  }),
});
mutation('persistedDocumentsPublish', {
  description:
    'Lets a partner run the documents of a manifest by their ids: all of them, or none when one cannot be run. What was published before stays; publishing the same again changes nothing.',
  auth: { adminOrServer: 'DOCUMENTS_WRITE' },
  input: PersistedDocumentsPublishInput,
  success: PersistedDocumentsPublishSuccess,
  errors: [NotFoundError, InvalidInputError, ConflictError],
  resolve: ({ partnerId, name, manifest }, context) =>
    publishDocuments(context.deps, {
      partnerId: targetPartner(signedIn(context), partnerId ?? undefined),
      name,
      manifest,
    }),
});

const PersistedDocumentsRevokeInput = builder.inputType('PersistedDocumentsRevokeInput', {
  description: 'Which documents to revoke.',
  fields: (t) => ({
    partnerId: t.id({ description: partnerIdText }),
    name: t.string({ required: true, description: 'The manifest.' }),
    documentIds: t.stringList({
      description: 'Only these of it, by the ids that clients send; all of it when left out.',
    }),
  }),
});
const PersistedDocumentsRevokeSuccess = builder
  .objectRef<{ documents: PersistedDocument[] }>('PersistedDocumentsRevokeSuccess')
  .implement({
    description: 'They are revoked.',
    fields: (t) => ({
      documents: t.expose('documents', {
        type: [PersistedDocumentRef],
        description: 'Those that were named, as they are now.',
      }),
    }),
  });
mutation('persistedDocumentsRevoke', {
  description:
    'Revokes a manifest, or some of its documents. Within a second no gateway runs them, and subscriptions that they started end; a document that another manifest has, too, goes on working.',
  auth: { adminOrServer: 'DOCUMENTS_WRITE' },
  input: PersistedDocumentsRevokeInput,
  success: PersistedDocumentsRevokeSuccess,
  errors: [NotFoundError, InvalidInputError],
  resolve: async ({ partnerId, name, documentIds }, context) => ({
    documents: await revokeDocuments(context.deps, {
      partnerId: targetPartner(signedIn(context), partnerId ?? undefined),
      name,
      ...(documentIds ? { documentIds } : {}),
    }),
  }),
});
