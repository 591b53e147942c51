import { expect } from 'vitest';
import { type App, type AppOptions, startApp } from '../../../src/app.ts';
import { createLog } from '../../../src/lib/log.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts';
import { atEnd } from '../../support/at-end.ts';
import { type RawAnswer, type RawRequest, sendRaw } from '../../support/raw-http.ts';

/** Two gateways on one database: one with the front door and compiled documents, one with neither. */
export interface BothWays {
  gateway: TestApp;
  plain: App;
  /** Sends the same to both and wants the same answer. */
  same(asked: RawRequest): Promise<RawAnswer>;
  /** How many requests ended how at the door, up to now. */
  met(): Promise<Record<'answered' | 'worded' | 'passed_on', number>>;
}

/** Both are stopped when the file ends. */
export async function startBothWays(
  options: TestAppOptions & Pick<AppOptions, 'schema' | 'limits'> = {},
): Promise<BothWays> {
  const gateway = await startTestApp(options);
  const { env: _, ...rest } = options;
  const plain = await startApp(gateway.config, { ...rest, door: false, log: createLog('silent') });
  atEnd(() => plain.stop());
  return {
    gateway,
    plain,
    async same(asked) {
      const headers = { 'X-Request-Id': 'the-same', ...asked.headers };
      const here = await sendRaw(gateway.url, { ...asked, headers });
      const there = await sendRaw(plain.url, { ...asked, headers });
      expect(comparable(here)).toEqual(comparable(there));
      return here;
    },
    async met() {
      const text = await (await gateway.fetch('/metrics')).text();
      const count = (outcome: string) =>
        Number(new RegExp(`koshel_door_requests_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1]);
      return { answered: count('answered'), worded: count('worded'), passed_on: count('passed_on') };
    },
  };
}

/** Without what has to differ: the time, in a header and where an answer says as of when it is, a request id that was not sent, and when a window of the rate began and ends. */
function comparable({ status, headers, body }: RawAnswer) {
  const { date: _, ratelimit, ...rest } = headers;
  const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
  return {
    status,
    headers: {
      ...rest,
      'x-request-id': String(rest['x-request-id']).replace(uuid, 'new'),
      ratelimit: String(ratelimit).replace(/r=\d+;t=\d+/, ''),
    },
    body: body.replace(uuid, 'new').replace(/"(asOf|checkedAt)":"[^"]+"/g, '"$1":"now"'),
  };
}
