import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { Mailbox, type Message } from './mailbox.ts';
import { mailboxPage } from './page.ts';
import { type SmtpServer, startSmtp } from './smtp.ts';

export type { Message } from './mailbox.ts';

/** Where customers' mail and text messages end up while nobody has a real mail server and gateway. */
export interface SandboxMailbox {
  /** smtp:// URL. */
  smtpUrl: string;
  /** The page that a person reads; `/messages` below it is the same as JSON. */
  url: string;
  /** Where text messages are posted. */
  smsUrl: string;
  /** Newest first; of one addressee when given. */
  messages(to?: string): Message[];
}

interface MailboxOptions {
  host: string;
  /** Taken when it is free, else any. */
  smtpPort: number;
  clock: Clock;
  log: Log | undefined;
}

/** Starts the mail server and builds the pages and the door for text messages. */
export async function openMailbox({ host, smtpPort, clock, log }: MailboxOptions) {
  const mailbox = new Mailbox(clock);
  const start = (port: number): Promise<SmtpServer> => startSmtp({ host, port, mailbox, log });
  const smtp = await start(smtpPort).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    log?.warn({ smtpPort }, 'the port of the sandbox’s mail server is taken; it uses another');
    return start(0);
  });
  return {
    smtpUrl: `smtp://${host.includes(':') ? `[${host}]` : host}:${smtp.port}`,
    messages: (to?: string) => mailbox.list(to),
    clear: () => mailbox.clear(),
    routes: async (app: FastifyInstance) => mailboxRoutes(app, mailbox),
    close: () => smtp.close(),
  };
}

const smsBody = z.object({ id: z.string().max(200), to: z.string().regex(/^\+\d{7,15}$/), text: z.string().min(1) });

function mailboxRoutes(app: FastifyInstance, mailbox: Mailbox): void {
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(mailboxPage(mailbox.list())));
  app.get<{ Querystring: { to?: string } }>('/messages', ({ query }) => mailbox.list(query.to));
  app.delete('/messages', () => {
    mailbox.clear();
    return mailbox.list();
  });
  app.post('/sms', (request, reply) => {
    const parsed = smsBody.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
    const { id, to, text } = parsed.data;
    mailbox.add({ medium: 'SMS', id, from: null, to, subject: null, text });
    return reply.code(202).send({ accepted: id });
  });
}
