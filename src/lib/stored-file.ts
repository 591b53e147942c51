import type { FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;

/**
 * A file that was received and lies on disk, nowhere under a name: it is gone when it is closed. Nothing of it is in memory but the
 * piece that is being read.
 */
export class StoredFile {
  readonly #handle: FileHandle;

  /** @param name as its sender calls it */
  constructor(
    handle: FileHandle,
    readonly name: string,
    /** In bytes. */
    readonly size: number,
  ) {
    this.#handle = handle;
  }

  /** Its bytes from the beginning, in pieces; it can be read any number of times, at once too. @throws when it is closed meanwhile */
  async *stream(): AsyncGenerator<Uint8Array, void, undefined> {
    let position = 0;
    while (position < this.size) {
      const length = Math.min(CHUNK_BYTES, this.size - position);
      const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, position);
      if (bytesRead === 0) throw new Error('A received file is shorter than it was.');
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** Gives its place on disk back. What is being read of it ends with an error. */
  close(): Promise<void> {
    return this.#handle.close();
  }
}
