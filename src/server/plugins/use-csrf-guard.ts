import type { EdgePlugin } from '../door/known-hooks.ts';
import { edgeError } from '../faults.ts';

/** Bodies that a browser sends to another site without asking it first. */
const SIMPLE_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
/** Headers that it never sends to another site without asking first. */
const PREFLIGHT_HEADERS = [
  'authorization',
  'x-requested-with',
  'x-graphql-yoga-csrf',
  'apollo-require-preflight',
  'graphql-require-preflight',
];

/**
 * Refuses POSTs that a foreign page could make a browser send: a form's content type and no header that needs a preflight.
 * Credentials travel in a header here, never in a cookie, so this is the second lock on that door.
 */
export function useCsrfGuard(): EdgePlugin {
  return {
    atDoor: { onRequestParse: 'the door takes application/json, which needs a preflight' },
    onRequestParse({ request }) {
      if (request.method !== 'POST') return;
      const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
      if (type !== '' && !SIMPLE_TYPES.includes(type)) return;
      if (PREFLIGHT_HEADERS.some((name) => request.headers.has(name))) return;
      throw edgeError(
        type === ''
          ? 'The request has no Content-Type. Send application/json.'
          : `A ${type} body needs an Authorization or X-Requested-With header; or send application/json.`,
        type === '' ? 'UNSUPPORTED_MEDIA_TYPE' : 'CSRF_REFUSED',
        type === '' ? 415 : 403,
      );
    },
  };
}
