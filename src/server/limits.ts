/** What one caller may ask of the edge. Generous for people and frontends, too small to hurt the others. */
export interface Limits {
  /** Body of one request, and one WebSocket message, in bytes. */
  bodyBytes: number;
  /** Body of one request that uploads a file (multipart), in bytes. */
  uploadBytes: number;
  /** Files in one such request. */
  uploadFiles: number;
  /** Such requests that one caller may have under way in this process. */
  uploadsPerCaller: number;
  /** Text of one document, in characters; documents are cached, so this bounds the cache too. */
  documentLength: number;
  depth: number;
  aliases: number;
  directives: number;
  tokens: number;
  /** Operations that may be open at a time on one WebSocket. */
  operationsPerSocket: number;
  /** Subscriptions that one caller (a key, a customer, an address) may have open in this process, over all its connections. */
  subscriptionsPerCaller: number;
  /** WebSockets that one caller may have open in this process. */
  socketsPerCaller: number;
  /** How long requests are counted before the count begins anew; how many are allowed is said by the configuration. */
  rateWindowSeconds: number;
  /** How long a client may take to send its headers, and its whole request. */
  headersMs: number;
  requestMs: number;
  /** How long a connection without a request is kept. */
  keepAliveMs: number;
  /** How often connections are looked at for the three above. */
  connectionsCheckMs: number;
  /** What may wait unsent on one WebSocket, in bytes. */
  socketBacklogBytes: number;
  /** A consumer that takes no byte for this long is closed. */
  stallMs: number;
  /** How long the peer of a WebSocket may take to answer that it is closed; then it is cut off. */
  closingMs: number;
  /** Are WebSocket subscribers who ask for the same, and may see the same, served together? */
  sharedFanOut: boolean;
  /** How long a WebSocket may take to send connection_init. */
  connectionInitMs: number;
  /** Between comments on an SSE stream, and pings on a WebSocket. */
  heartbeatMs: number;
  /** How often the credential behind a long connection is looked at again. */
  recheckMs: number;
  /** How long requests in flight and closing sockets are waited for when the gateway stops. */
  drainMs: number;
}

/** The limits of a gateway that says nothing else. */
export const defaultLimits: Limits = Object.freeze({
  bodyBytes: 1024 * 1024,
  // four receipts of 8 MB, or a picture of 10 MB, and what is around them
  uploadBytes: 32 * 1024 * 1024 + 256 * 1024,
  uploadFiles: 32,
  uploadsPerCaller: 16,
  documentLength: 100_000,
  depth: 15,
  aliases: 30,
  directives: 50,
  tokens: 2_000,
  operationsPerSocket: 100,
  subscriptionsPerCaller: 1_000,
  socketsPerCaller: 1_000,
  rateWindowSeconds: 60,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  connectionsCheckMs: 5_000,
  socketBacklogBytes: 8 * 1024 * 1024,
  stallMs: 20_000,
  closingMs: 5_000,
  sharedFanOut: true,
  connectionInitMs: 5_000,
  heartbeatMs: 12_000,
  recheckMs: 30_000,
  drainMs: 10_000,
});
