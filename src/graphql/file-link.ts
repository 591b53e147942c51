import type { FileLink } from '../domain/file/file-link.ts';
import { builder } from './builder.ts';

export const FileLinkRef = builder.objectRef<FileLink>('FileLink').implement({
  description: 'A short-lived link to a file served by the gateway. Whoever has it can open it.',
  fields: (t) => ({
    url: t.expose('url', { type: 'URL', description: 'The address.' }),
    contentType: t.exposeString('contentType', { description: 'What the file is, such as application/pdf.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it opens.' }),
  }),
});
