import { readFileSync } from 'node:fs';

/** What the README tells people to send: documents are taken from it, so that it cannot be wrong. */
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

function found(what: string, pattern: RegExp): string {
  const [, text] = pattern.exec(readme) ?? [];
  if (text === undefined) throw new Error(`the README has no ${what} any more`);
  return text;
}

/** The question of the first curl. */
export const firstQuestion = JSON.parse(found('first question', /-d '(\{"query":"\{ viewer .*\})'/)).query as string;

/** The payment to a phone, from this wallet and under this key. */
export const payment = ({ from, key }: { from: string; key: string }): string =>
  found('payment', /```graphql\n(mutation Pay \{.*?\n\})\n```/s)
    .replace('wal_…', from)
    .replace('order-17', key);

/** The subscription of the WebSocket example. */
export const webSocketWatch = found('subscription over WebSocket', /client\.iterate\(\{ query: '(.*?)' \}\)/);

/** The subscription of the SSE example. */
export const sseWatch = JSON.parse(found('subscription over SSE', /-d '(\{"query":"subscription .*\})'/))
  .query as string;
