import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SetupError } from '../errors.ts';

/**
 * @returns the port
 * @throws SetupError when the address cannot be listened on
 */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, host)));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new SetupError(
        `Port ${port} on ${host} is taken by another program. Stop it, or choose another port: PORT=${port + 1}.`,
      );
    case 'EACCES':
      return new SetupError(`This user may not listen on port ${port}. Choose one above 1023: PORT=4000.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new SetupError(
        `HOST ${host} is not an address of this machine. Set HOST=127.0.0.1, or HOST=0.0.0.0 for all.`,
      );
    default:
      return error;
  }
}
