import { createHash } from 'node:crypto';
import type { FileSource } from '../../connectors/credit-sessions.ts';

/** What a file is by its content, whatever its name says. */
export type DocumentKind = 'pdf' | 'doc' | 'docx';

/** A file as it is remembered once it was sent on. */
export interface InspectedFile {
  sizeBytes: number;
  /** Hexadecimal. */
  sha256: string;
  /** Null: none of those that are known here. */
  kind: DocumentKind | null;
}

/** How far into a file a PDF may begin; its readers look no further. */
const HEAD_BYTES = 1_024;
/** The compound file of Word 97, and the ZIP of Office Open XML with the folder that only a text document has. */
const COMPOUND = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const ZIP = Buffer.from('504b0304', 'hex');
const WORD_FOLDER = 'word/';

/** Reads a file once, from beginning to end, and keeps nothing of it but what it answers. */
export async function inspectFile(file: FileSource): Promise<InspectedFile> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let head = Buffer.alloc(0);
  let tail = '';
  let hasWord = false;
  for await (const chunk of file.stream()) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES);
    // names in a ZIP stand uncompressed; one may be cut in two by the chunks
    const text: string = tail + Buffer.from(chunk).toString('latin1');
    hasWord ||= text.includes(WORD_FOLDER);
    tail = text.slice(-WORD_FOLDER.length);
  }
  return { sizeBytes, sha256: hash.digest('hex'), kind: kindOf(head, hasWord) };
}

function kindOf(head: Buffer, hasWord: boolean): DocumentKind | null {
  if (head.includes('%PDF-')) return 'pdf';
  if (head.subarray(0, COMPOUND.length).equals(COMPOUND)) return 'doc';
  return head.subarray(0, ZIP.length).equals(ZIP) && hasWord ? 'docx' : null;
}

/** The end of a file's name after its last dot, in lower case. */
export const extensionOf = (name: string): string => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
