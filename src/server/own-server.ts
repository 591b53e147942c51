import type { Config } from '../config.ts';
import { startEmbedded } from '../db/embedded.ts';
import { SetupError } from '../errors.ts';
import type { Log } from '../lib/log.ts';
import { FolderInUseError, type FolderLock, lockDataFolder } from './data-folder.ts';

/** The embedded PostgreSQL, with the data folder that it lies in taken by this process. */
export interface OwnServer {
  url: string;
  /** Stops it, unless another process is using it. */
  close(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL in DATA_DIR. It needs little code, so that it can start while the gateway's code is loaded.
 * @param mode as for `openConfiguredDatabase`
 * @throws SetupError with a remedy
 */
export async function startOwnServer(config: Config, log: Log, mode: 'own' | 'share'): Promise<OwnServer> {
  const lock = takeLock(config.dataDir, mode);
  try {
    const server = await startEmbedded(config.dataDir);
    if (!lock && server.started) {
      await server.stop();
      throw new SetupError('The gateway on this DATA_DIR is just starting or stopping. Try again in a moment.');
    }
    if (lock && !server.started) log.info('joined the PostgreSQL that a killed gateway left running');
    return {
      url: server.url,
      async close() {
        if (!lock) return;
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** Null: a gateway holds the folder, and its server may be used beside it. */
function takeLock(folder: string, mode: 'own' | 'share'): FolderLock | null {
  try {
    return lockDataFolder(folder);
  } catch (error) {
    if (mode === 'share' && error instanceof FolderInUseError) return null;
    throw error;
  }
}
