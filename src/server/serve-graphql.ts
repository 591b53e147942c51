import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerOf } from './bearer.ts';
import { sendJson } from './json.ts';
import { addressOf, rateHeaders } from './rate.ts';
import { type RequestState, setHeaders } from './request.ts';
import type { Yoga } from './yoga.ts';

/**
 * What is known of a request before GraphQL begins.
 * @param proxies how many stand in front
 */
export function stateOf(requestId: string, req: IncomingMessage, proxies: number): RequestState {
  const lastEventId = req.headers['last-event-id'];
  return {
    requestId,
    transport: req.headers.accept?.includes('text/event-stream') ? 'sse' : 'http',
    bearer: bearerOf(req.headers.authorization),
    viewer: null,
    address: addressOf(req, proxies),
    rate: { standing: null },
    lastEventId: typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : null,
  };
}

/** Has yoga answer a request to /graphql, and writes the answer. */
export async function serveGraphql(
  yoga: Yoga,
  state: RequestState,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const response = await answerOf(yoga, req, res, state);
  const { status } = response;
  const text = state.writeBody ? '' : await response.text();
  if (res.destroyed && !state.writeBody) return;
  response.headers.forEach((value, name) => {
    // multipart/mixed says chunked; it leaves whole, with its length, and both at once would be no HTTP
    if (name.toLowerCase() !== 'transfer-encoding') res.setHeader(name, value);
  });
  if (state.rate.standing) setHeaders(res, rateHeaders(state.rate.standing));
  if (state.writeBody) {
    res.writeHead(status);
    return state.writeBody(res);
  }
  if (text === '' && status >= 400) return sendRefusal(res, status, state.requestId);
  res.setHeader('Cache-Control', state.isCacheable ? 'public, max-age=60' : 'no-store');
  // an id means what the caller's partner has published under it
  if (state.isCacheable) res.appendHeader('Vary', 'Accept, Authorization');
  if (status !== 204) res.setHeader('Content-Length', Buffer.byteLength(text));
  res.writeHead(status).end(text);
}

/** What yoga answers; when it breaks, no subscription stays behind. */
async function answerOf(yoga: Yoga, req: IncomingMessage, res: ServerResponse, state: RequestState): Promise<Response> {
  try {
    return await yoga.handleNodeRequestAndResponse(req, res, state);
  } catch (error) {
    await state.dropBody?.();
    throw error;
  }
}

/** What yoga refuses without a word. */
function sendRefusal(res: ServerResponse, status: number, requestId: string): void {
  const message =
    status === 415
      ? 'The Content-Type is not supported. Send application/json.'
      : 'The Accept header leaves no format. Accept application/json; for subscriptions text/event-stream.';
  const code = status === 415 ? 'UNSUPPORTED_MEDIA_TYPE' : 'NOT_ACCEPTABLE';
  sendJson(res, status, { errors: [{ message, extensions: { code, requestId } }] });
}
