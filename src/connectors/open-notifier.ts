import { Counter, type Registry } from 'prom-client';
import { createHttpClient } from './http.ts';
import { createMailer } from './mail.ts';
import type { Notifier, Outlet } from './notifier.ts';
import { createSmsGateway } from './sms.ts';

export interface NotifierOptions {
  /** smtp:// or smtps://, with user and password where the server wants them. */
  smtpUrl: string | null;
  /** The sender, such as `Shop <no-reply@shop.example>`. */
  mailFrom: string;
  /** Where text messages are posted; see sms.ts. */
  smsUrl: string | null;
  metrics: Registry;
}

/** Opens the ways to customers. No connection is made before there is something to send. */
export function openNotifier({ smtpUrl, mailFrom, smsUrl, metrics }: NotifierOptions): Notifier {
  const sent = new Counter({
    name: 'koshel_messages_total',
    help: 'Messages to customers by medium and outcome: accepted, refused, or failed and to be tried again',
    labelNames: ['medium', 'outcome'],
    registers: [metrics],
  });
  const counted = (medium: string, outlet: Outlet): Outlet => ({
    async send(message) {
      let outcome = 'failed';
      try {
        const answer = await outlet.send(message);
        outcome = answer.toLowerCase();
        return answer;
      } finally {
        sent.inc({ medium, outcome });
      }
    },
    close: () => outlet.close(),
  });
  const email = smtpUrl === null ? null : counted('EMAIL', createMailer(smtpUrl, mailFrom));
  const sms = smsUrl === null ? null : counted('SMS', createSmsGateway(smsUrl, createHttpClient()));
  return {
    email,
    sms,
    async close() {
      await Promise.all([email?.close(), sms?.close()]);
    },
  };
}
