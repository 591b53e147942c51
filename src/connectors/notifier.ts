/** A message to one person. */
export interface TextMessage {
  /** Stable over every try, so that a repeated one is recognised. */
  id: string;
  /** An e-mail address, or a phone number in E.164. */
  to: string;
  /** One line; text messages go without. */
  subject: string;
  text: string;
  sentAt: Date;
}

/** The message was not taken, or nobody knows; it may be sent again. Carries codes only, never an address. */
export class DeliveryError extends Error {
  constructor(readonly reason: string) {
    super(`a message could not be handed over (${reason})`);
    this.name = 'DeliveryError';
  }
}

/** A way to people. */
export interface Outlet {
  /**
   * Hands a message over.
   * @returns ACCEPTED, or REFUSED when no further try would be taken (there is no such address)
   * @throws DeliveryError when it may be tried again
   */
  send(message: TextMessage): Promise<'ACCEPTED' | 'REFUSED'>;
  close(): Promise<void>;
}

/** How customers are reached; null where nothing is configured. */
export interface Notifier {
  email: Outlet | null;
  sms: Outlet | null;
  close(): Promise<void>;
}
