import type { Clock } from '../../lib/clock.ts';

/** A message that somebody was sent. */
export interface Message {
  /** Counts from 1 in the order of arrival. */
  number: number;
  medium: 'EMAIL' | 'SMS';
  /** Message-ID of a mail, without the angle brackets; the sender's id of a text message. */
  id: string | null;
  from: string | null;
  to: string;
  subject: string | null;
  text: string;
  receivedAt: string;
}

/** Enough to look around in; older ones make room. */
const MOST = 500;

/** Everything that was sent, as it came: a message that came twice is here twice. In memory. */
export class Mailbox {
  readonly #clock: Clock;
  #messages: Message[] = [];
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Puts a message in. */
  add(message: Omit<Message, 'number' | 'receivedAt'>): void {
    const number = ++this.#count;
    this.#messages.unshift({ number, ...message, receivedAt: this.#clock.now().toISOString() });
    this.#messages.length = Math.min(this.#messages.length, MOST);
  }

  /** Newest first; of one addressee when given. */
  list(to?: string): Message[] {
    return this.#messages.filter((message) => to === undefined || message.to === to);
  }

  /** Forgets all messages. */
  clear(): void {
    this.#messages = [];
  }
}
