import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
/** Standard Webhooks: 24 to 64 bytes. */
const SECRET_BYTES = 32;

/** A new signing secret, serialised as Standard Webhooks has it: `whsec_` and base64. */
export const newSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64');

/**
 * The value of `webhook-signature`: HMAC-SHA256 of `id.timestamp.body` under each secret, the present one first.
 * @param secrets as `newSecret` made them
 * @param timestamp seconds since 1970
 */
export function signatures(secrets: readonly string[], id: string, timestamp: number, body: string): string {
  const sign = (secret: string) =>
    createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
  return secrets.map((secret) => `v1,${sign(secret)}`).join(' ');
}
