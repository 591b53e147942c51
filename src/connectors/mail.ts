import { createTransport } from 'nodemailer';
import { DeliveryError, type Outlet } from './notifier.ts';

const CONNECT_MS = 10_000;
const SILENT_MS = 20_000;
/** The whole of a try; far less than a claim on a message lasts. */
const WHOLE_MS = 60_000;
/** Replies by which a server says that it will never take mail for this address (RFC 5321, 4.2.3). */
const NO_SUCH_ADDRESS = [550, 551, 553];

/**
 * Mail over SMTP; STARTTLS where the server offers it.
 * @param smtpUrl smtp://user:password@host:port, or smtps://
 * @param from the sender
 */
export function createMailer(smtpUrl: string, from: string): Outlet {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    // a message whose connection broke is tried again by the row that it came from, which counts and waits
    maxRequeues: 0,
    idleTimeout: 30_000,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return {
    async send({ id, to, subject, text, sentAt }) {
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          subject,
          text,
          date: sentAt,
          messageId: `<${id}@${domain}>`,
          // no out-of-office answers, please (RFC 3834)
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.timeout(WHOLE_MS),
        });
        return 'ACCEPTED';
      } catch (error) {
        const { code = 'unknown', command, responseCode } = error as MailFailure;
        // only an answer to RCPT is about the addressee; the same figure elsewhere is about us
        if (command === 'RCPT TO' && NO_SUCH_ADDRESS.includes(responseCode ?? 0)) return 'REFUSED';
        throw new DeliveryError([code, responseCode].filter((part) => part !== undefined).join(' '));
      }
    },
    async close() {
      transport.close();
    },
  };
}

/** What nodemailer says of a failure; its texts quote addresses and stay here. */
interface MailFailure {
  code?: string;
  command?: string;
  responseCode?: number;
}
