import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../../errors.ts';

/** Where the files of requests lie while they are needed. */
export interface UploadFolder {
  /** A new file for reading and writing that has no name any more: the system takes its place back when it is closed, or the process dies. */
  create(): Promise<FileHandle>;
}

const ENDING = '.upload';

/**
 * Opens the folder `uploads` of the data folder, and removes what a gateway left there that was killed between making a file and taking
 * its name away. Several gateways may share the folder: a file that is open stays readable without its name.
 * @throws SetupError when the folder cannot be used
 */
export function openUploadFolder(dataDir: string): UploadFolder {
  const folder = join(dataDir, 'uploads');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) {
      if (name.endsWith(ENDING)) rmSync(join(folder, name), { force: true });
    }
  } catch (error) {
    throw new SetupError(
      `DATA_DIR ${dataDir} cannot be written, and files that are uploaded pass through it (${(error as Error).message}). Choose a folder that this user may write.`,
    );
  }
  return {
    async create() {
      const path = join(folder, randomUUID() + ENDING);
      const handle = await open(path, 'wx+', 0o600);
      try {
        await rm(path, { force: true });
      } catch (error) {
        await handle.close();
        throw error;
      }
      return handle;
    },
  };
}
