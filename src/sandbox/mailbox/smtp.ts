import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { Log } from '../../lib/log.ts';
import type { Mailbox } from './mailbox.ts';

export interface SmtpOptions {
  host: string;
  /** 0: any that is free. */
  port: number;
  mailbox: Mailbox;
  log?: Log | undefined;
}

export interface SmtpServer {
  port: number;
  close(): Promise<void>;
}

const MAX_BYTES = 1024 * 1024;

/**
 * A mail server that takes everything for everybody, without a password and without TLS, and delivers nothing further.
 * @throws the error of the socket when the port cannot be listened on
 */
export async function startSmtp({ host, port, mailbox, log }: SmtpOptions): Promise<SmtpServer> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_BYTES,
    banner: 'Koshel sandbox',
    logger: false,
    closeTimeout: 500,
    onData(stream, session, done) {
      buffer(stream)
        .then(async (raw) => {
          const mail = await PostalMime.parse(raw);
          for (const { address } of session.envelope.rcptTo) {
            mailbox.add({
              medium: 'EMAIL',
              id: mail.messageId?.replace(/^<|>$/g, '') ?? null,
              from: mail.from?.address ?? null,
              to: address,
              subject: mail.subject ?? null,
              text: mail.text ?? '',
            });
          }
          done();
        })
        .catch((error: Error) => done(error));
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // a client that goes away in the middle is no trouble of ours
  server.on('error', (error: Error) => log?.debug({ err: error }, 'a connection to the mailbox broke'));
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
