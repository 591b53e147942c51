import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One part of a multipart body, written out by hand: what FormData would put right can be wrong. */
export interface RawPart {
  name: string | null;
  /** Null: a field. */
  filename?: string;
  content: string | Uint8Array;
}

export const BOUNDARY = 'koshel-test';
export const MULTIPART = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` };

/** The parts as a body, with its last boundary. */
export function rawMultipart(parts: readonly RawPart[]): Buffer<ArrayBuffer> {
  const pieces = parts.flatMap(({ content, ...part }) => [partHead(part), Buffer.from(content), Buffer.from('\r\n')]);
  return Buffer.from(Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]));
}

/** The beginning of one part, up to its content. */
export function partHead({ name, filename }: Omit<RawPart, 'content'>): Buffer {
  const disposition = [
    'form-data',
    ...(name === null ? [] : [`name="${name}"`]),
    ...(filename === undefined ? [] : [`filename="${filename}"`]),
  ].join('; ');
  return Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: ${disposition}\r\n\r\n`);
}

/** Files of requests that are on disk in this process: those with a name, and those that are open without one. */
export function filesOnDisk(dataDir: string): string[] {
  const folder = `${dataDir}/uploads`;
  const named = existsSync(folder) ? readdirSync(folder) : [];
  const open = readdirSync('/proc/self/fd').map((fd) => linkOf(`/proc/self/fd/${fd}`));
  return [...named, ...open.filter((path) => path.startsWith(`${folder}/`))];
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    // the one by which the list was read is gone
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Bytes of buffers that somebody still holds: what nobody does is taken away first. */
export function bytesHeld(): number {
  // the second waits for what the first sweeps beside us
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

/** The same for objects. */
export function heapHeld(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
