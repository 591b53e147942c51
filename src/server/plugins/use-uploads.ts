import type { EdgePlugin } from '../door/known-hooks.ts';
import { edgeError, unauthenticated } from '../faults.ts';
import type { Limits } from '../limits.ts';
import { createOpenCounts } from '../open-counts.ts';
import { callerName } from '../rate.ts';
import { openUploadFolder } from '../uploads/folder.ts';
import { readMultipart } from '../uploads/read-multipart.ts';

/**
 * Reads multipart requests in place of yoga, which would hold them whole in memory. Their files lie on disk until the answer is known. Who did not
 * sign in sends none. Stands behind the plugins that look at the caller, and before those that change the parser.
 * @throws SetupError when the folder for the files cannot be used
 */
export function useUploads(dataDir: string, limits: Limits): EdgePlugin {
  const folder = openUploadFolder(dataDir);
  const open = createOpenCounts(limits.uploadsPerCaller);
  const releases = new WeakMap<Request, () => Promise<void>>();
  return {
    atDoor: {
      onRequestParse: 'it is about multipart, which the door passes on',
      onResultProcess: 'it is about multipart, which the door passes on',
    },
    onRequestParse({ request, serverContext, setRequestParser }) {
      const contentType = request.headers.get('content-type') ?? '';
      if (request.method !== 'POST' || !isMultipart(contentType)) return;
      const admit = () => {
        if (serverContext.viewer === null) throw unauthenticated('Sign in: files are taken from known callers only.');
        const leave = open.take(callerName(serverContext));
        if (!leave) throw tooMany(limits.uploadsPerCaller);
        return leave;
      };
      setRequestParser(async (original) => {
        const { params, release } = await readMultipart(bodyOf(original), contentType, { limits, folder, admit });
        releases.set(request, release);
        return params;
      });
    },
    // the result is there, or the error: nobody reads the files any more
    async onResultProcess({ request }) {
      await releases.get(request)?.();
    },
  };
}

/** Is this the type of a form with files? */
export const isMultipart = (contentType: string): boolean =>
  contentType.split(';', 1)[0]?.trim().toLowerCase() === 'multipart/form-data';

async function* bodyOf({ body }: Request): AsyncGenerator<Uint8Array> {
  if (body) yield* body as unknown as AsyncIterable<Uint8Array>;
}

const tooMany = (perCaller: number) =>
  edgeError(
    `At most ${perCaller} requests with files may be under way at a time. Send the next when one is answered.`,
    'TOO_MANY_UPLOADS',
    429,
  );
