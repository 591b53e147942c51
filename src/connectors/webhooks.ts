import type { Call } from './connector.ts';
import type { Outcome } from './outcome.ts';
import type {
  Capability,
  CardState,
  InvoiceState,
  PaymentStatus,
  ProviderInvoice,
  ProviderPayment,
  Unmapped,
} from './values.ts';

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
      /** The payment as the call describes it; null where the call tells too little of it. */
      payment: ProviderPayment | null;
      /** Whose, where the provider registers wallet by wallet. */
      walletNumber?: string | null;
      direction?: 'IN' | 'OUT';
    }
  | { kind: 'invoice'; number: string; state: InvoiceState | Unmapped; invoice: ProviderInvoice | null }
  | { kind: 'test'; hookReference: string }
  | { kind: 'card'; reference: string; walletNumber: string | null; state: CardState | Unmapped }
  /** A lender has decided, it says. Nothing is proven by that: the session's state is asked for. */
  | { kind: 'creditSession'; orderId: string; decision: 'APPROVED' | 'REFUSED' };

/** What to do with a call. `reply` is what the provider expects to read. */
export type InboundVerdict =
  | { kind: 'news'; news: News; dedupeKey: string; reply: { status: number; body: string } }
  | { kind: 'refused'; why: 'FORGED' | 'MALFORMED' | 'NOT_EXPECTED'; reply: { status: number; body: string } };

/** WEBHOOKS: calls from the provider. */
export interface Webhooks extends Capability {
  readonly registration: 'API' | 'MANUAL' | 'PER_CALL';
  /**
   * Verifies on the raw bytes, then parses. Pure: does nothing, remembers nothing.
   * @param key what this call is signed with, found by `signedWith`; null when nobody knows such a key, undefined where none is needed
   */
  receive(request: InboundRequest, key?: string | null): InboundVerdict;
  /**
   * Whose key a call claims to be signed with, read before anything is believed: a registered webhook by the provider's id,
   * a wallet's credential by its name (`walletId` is ours, out of the path that was registered), or a credit session by its `orderId`,
   * whose key is the `callback.token` that it was started with.
   */
  signedWith?(
    request: InboundRequest,
  ): { hook: string } | { walletId: string; credential: string } | { creditSession: string } | null;
  /** Wallet by wallet, where `registration` is API. */
  readonly hooks?: Hooks;
}

/** A webhook as the provider has it registered. */
export interface ProviderHook {
  reference: string;
  url: string;
  directions: ('IN' | 'OUT')[];
}

/** Registration of webhooks, one for each wallet. */
export interface Hooks {
  /** Longest address that the provider takes, in characters. */
  readonly maxUrlLength: number | null;
  /** The one that is active now; null when there is none. */
  active(call: Call): Promise<ProviderHook | null>;
  register(call: Call, input: { url: string; directions: readonly ('IN' | 'OUT')[] }): Promise<Outcome<ProviderHook>>;
  /** The key that its calls are signed with, as the provider writes it. */
  key(call: Call, reference: string): Promise<string>;
  /** A new key; the old one stops counting at once. */
  rotateKey(call: Call, reference: string): Promise<Outcome<string>>;
  test(call: Call): Promise<Outcome<null>>;
  /** Accepted also when it was gone already. */
  remove(call: Call, reference: string): Promise<Outcome<null>>;
}
