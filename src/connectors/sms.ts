import { type HttpClient, HttpFailure } from './http.ts';
import { DeliveryError, type Outlet } from './notifier.ts';

/**
 * Text messages through an HTTP gateway of the operator's: POST of `{"id","to","text"}` as JSON, `Idempotency-Key: <id>`. Any 2xx
 * is a message taken; 400 and 422 are a number that the gateway will never serve; everything else is tried again.
 * @param smsUrl the whole address of the POST
 */
export function createSmsGateway(smsUrl: string, http: HttpClient): Outlet {
  return {
    async send({ id, to, text }) {
      const answer = await http
        .send({
          method: 'POST',
          url: smsUrl,
          headers: { 'Idempotency-Key': id },
          body: { kind: 'json', text: JSON.stringify({ id, to, text }) },
        })
        .catch((error: unknown) => {
          throw error instanceof HttpFailure ? new DeliveryError(error.kind) : error;
        });
      if (answer.status >= 200 && answer.status < 300) return 'ACCEPTED';
      if (answer.status === 400 || answer.status === 422) return 'REFUSED';
      throw new DeliveryError(`HTTP ${answer.status}`);
    },
    close: () => http.close(),
  };
}
