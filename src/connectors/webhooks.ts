import type { Capability, CardState, PaymentStatus, ProviderPayment, Unmapped } from './values.ts';

/** A call from outside, as it came. */
export interface InboundRequest {
  method: string;
  /** What follows `/webhooks/<provider>/<providerAccountId>`: empty, or a suffix such as `/payments/status`. */
  path: string;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
}

/** What a call says. A hint: the provider is asked before money moves. */
export type News =
  | {
      kind: 'payment';
      reference: string;
      clientId: string | null;
      /** Our status after the change; a reversal is told from a refusal. */
      status: PaymentStatus | Unmapped;
      reason: 'COMPLETE' | 'DECLINE' | 'UNDO' | 'REDO' | null;
      occurredAt: Date;
      payment: ProviderPayment;
    }
  | { kind: 'card'; reference: string; walletNumber: string | null; state: CardState | Unmapped };

/** What to do with a call. `reply` is what the provider expects to read. */
export type InboundVerdict =
  | { kind: 'news'; news: News; dedupeKey: string; reply: { status: number; body: string } }
  | { kind: 'refused'; why: 'FORGED' | 'MALFORMED' | 'NOT_EXPECTED'; reply: { status: number; body: string } };

/** WEBHOOKS: calls from the provider. */
export interface Webhooks extends Capability {
  readonly registration: 'API' | 'MANUAL' | 'PER_CALL';
  /** Verifies on the raw bytes, then parses. Pure: does nothing, remembers nothing. */
  receive(request: InboundRequest): InboundVerdict;
}
