import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { StoredFile } from '../../lib/stored-file.ts';
import { edgeError } from '../faults.ts';
import type { Limits } from '../limits.ts';
import type { UploadFolder } from './folder.ts';
import { type Asked, badRequest, readOperations } from './operations.ts';

export interface MultipartOptions {
  limits: Pick<Limits, 'uploadBytes' | 'bodyBytes' | 'uploadFiles'>;
  folder: UploadFolder;
  /** Asked before anything of a file is kept. @returns called when nothing is kept any more. @throws what the caller is told when it may send none */
  admit(): () => void;
}

/** The parts of one multipart body, while it is read. */
export interface Parts {
  /** Takes the next piece; when the parts are ready for more, answers null, or why the request is refused. */
  write(chunk: Uint8Array): Promise<unknown>;
  /** The body is complete. @throws what the request is refused with */
  end(): Promise<{ asked: Asked; files: ReadonlyMap<string, StoredFile> }>;
  /** Gives back all that is kept. It may be repeated. */
  release(): Promise<void>;
}

const FIELDS = ['operations', 'map'];
/** Of the headers of one part. */
const HEADER_BYTES = 16 * 1024;

/** @throws GraphQLError (400, BAD_REQUEST) when the content type has no boundary */
export function createParts(contentType: string, options: MultipartOptions): Parts {
  const { limits, folder } = options;
  const parser = createParser(contentType, limits.bodyBytes);
  const failure = createFailure();
  const fields = new Map<string, string>();
  const files = createFiles(folder);
  let asked: Asked | null = null;
  const ask = () => {
    asked ??= readOperations(fields.get('operations'), fields.get('map'));
    return asked;
  };
  let leave: (() => void) | null = null;
  const finished = new Promise<null>((resolve) => parser.once('finish', () => resolve(null)));
  parser.on('error', () => failure.set(unreadable()));
  parser.on('field', (name, value, _nameTruncated, truncated) => {
    const refusal = refusedField(name, truncated, asked !== null || fields.has(name), limits.bodyBytes);
    if (refusal) failure.set(refusal);
    else fields.set(name, value);
  });
  parser.on('file', (name, stream, filename: string | undefined) => {
    stream.on('error', () => failure.set(unreadable()));
    if (failure.isSet()) return;
    try {
      leave ??= options.admit();
      checkFile(name, filename, ask(), files.kept, limits.uploadFiles);
      files.keep(name, stream, filename ?? '').catch(failure.set);
    } catch (error) {
      failure.set(error);
    }
  });
  return {
    write: (chunk) =>
      new Promise((resolve) => {
        failure.tell(resolve);
        parser.write(chunk, () => resolve(null));
      }),
    async end() {
      parser.end();
      const refusal = await Promise.race([finished, new Promise(failure.tell)]);
      if (refusal !== null) throw refusal;
      return { asked: ask(), files: await files.all() };
    },
    async release() {
      await files.close();
      leave?.();
      leave = null;
    },
  };
}

function createParser(contentType: string, fieldSize: number): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: (name) => !FIELDS.includes(name ?? ''),
      limits: { fieldSize, headerSize: HEADER_BYTES },
    });
  } catch {
    throw badRequest('The Content-Type has no boundary: multipart/form-data; boundary=….');
  }
}

/** The first thing that goes wrong decides what the caller is told. */
function createFailure() {
  let first: { reason: unknown } | null = null;
  let listener: ((reason: unknown) => void) | null = null;
  return {
    isSet: () => first !== null,
    set: (reason: unknown) => {
      first ??= { reason };
      listener?.(first.reason);
    },
    /** Tells what it was, now or when it happens; only who asked last, so that a body in a million pieces leaves no million of listeners. */
    tell: (told: (reason: unknown) => void) => {
      listener = told;
      if (first) told(first.reason);
    },
  };
}

function refusedField(name: string, truncated: boolean, late: boolean, limitBytes: number): unknown {
  if (truncated) return edgeError(`The field \`${name}\` is larger than ${limitBytes} bytes.`, 'BODY_TOO_LARGE', 413);
  return late ? badRequest(`The field \`${name}\` comes once, before the files.`) : null;
}

function checkFile(
  name: string | undefined,
  filename: string | undefined,
  { places }: Asked,
  known: ReadonlyMap<string, unknown>,
  most: number,
): void {
  if (name === undefined || !places.has(name))
    throw badRequest('A file comes that `map` does not name. Send `operations`, then `map`, then the files.');
  if (filename === undefined) throw badRequest('A part that `map` names is no file: it has no filename.');
  if (known.has(name)) throw badRequest('Two files come under one name.');
  if (known.size >= most) throw badRequest(`At most ${most} files may come in one request.`);
}

/** The files of a request, by the names of their parts. */
function createFiles(folder: UploadFolder) {
  const kept = new Map<string, Promise<StoredFile>>();
  const streams: BusboyFileStream[] = [];
  return {
    kept: kept as ReadonlyMap<string, unknown>,
    async keep(part: string, stream: BusboyFileStream, name: string): Promise<void> {
      const file = keepFile(stream, name, folder);
      streams.push(stream);
      kept.set(part, file);
      await file;
    },
    async all(): Promise<ReadonlyMap<string, StoredFile>> {
      const files = await Promise.all([...kept].map(async ([part, file]) => [part, await file] as const));
      return new Map(files);
    },
    async close(): Promise<void> {
      for (const stream of streams.splice(0)) stream.destroy();
      const settled = await Promise.allSettled(kept.values());
      kept.clear();
      // a file that could not be kept has closed itself
      for (const result of settled) if (result.status === 'fulfilled') await result.value.close();
    },
  };
}

async function keepFile(stream: BusboyFileStream, name: string, folder: UploadFolder): Promise<StoredFile> {
  const handle = await folder.create();
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      await handle.appendFile(chunk);
      size += chunk.byteLength;
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  return new StoredFile(handle, name, size);
}

const unreadable = () => badRequest('The body is no complete multipart/form-data: its last boundary is missing.');
