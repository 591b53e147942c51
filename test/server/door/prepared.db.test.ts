import { expect, onTestFinished, test } from 'vitest';
import { type App, startApp } from '../../../src/app.ts';
import { publishDocuments } from '../../../src/domain/document/publish-documents.ts';
import { tellPublished, textsInUse, textsOf } from '../../../src/domain/document/texts.ts';
import { schema } from '../../../src/graphql/schema.ts';
import { createLog } from '../../../src/lib/log.ts';
import { createDocuments } from '../../../src/server/documents/documents.ts';
import { ownDocuments } from '../../../src/server/documents/own-documents.ts';
import { startPreparing } from '../../../src/server/documents/prepare.ts';
import { createCompiledDocuments } from '../../../src/server/door/compiled-documents.ts';
import { startTestApp } from '../../support/app.ts';
import { codegenManifest, digest, transports } from '../../support/documents.ts';

/** Registered documents are compiled before anybody asks for them, apart from the requests. */

const gateway = await startTestApp();
const { deps } = gateway;

const texts = (name: string, count: number) =>
  Array.from(
    { length: count },
    (_, at) => `query ${name}${at} { viewer { kind } wallets(first: ${at + 1}) { edges { node { id } } } }`,
  );
const WATCH = 'subscription Watch($id: ID!) { walletUpdated(id: $id) { status } }';

const compiledAt = async (url: string) => {
  const text = await (await fetch(new URL('/metrics', url))).text();
  return Number(/^koshel_documents_compiled_total (\d+)$/m.exec(text)?.[1]);
};

/** On a machine that has much to do, too. */
const reaches = <T>(ask: () => Promise<T>, wanted: T) => expect.poll(ask, { timeout: 20_000 }).toBe(wanted);

/** Of the gateway's own documents. */
let own = 0;
const probe = createCompiledDocuments(schema, () => {
  own += 1;
});
for (const { document } of ownDocuments()) probe.of(document);

const another = async (): Promise<App> => {
  const app = await startApp(gateway.config, { log: createLog('error') });
  onTestFinished(() => app.stop());
  return app;
};

test('At the start those of the gateway and those in use, at a publication what was published; a request compiles nothing more.', async () => {
  expect(own).toBeGreaterThan(0);
  await reaches(() => compiledAt(gateway.url), own);
  const { partnerId, apiKey } = await gateway.partner('Prepared');
  const first = texts('First', 3);
  // what cannot be compiled stops nothing
  await publishDocuments(deps, { partnerId, name: 'app', manifest: codegenManifest(WATCH, ...first) });
  await reaches(() => compiledAt(gateway.url), own + 3);

  const second = await another();
  await reaches(() => compiledAt(second.url), own + 3);
  const ask = async (url: string, text: string) =>
    (await transports['HTTP POST']?.(url, apiKey, { documentId: digest(text) }))?.data ?? null;
  for (const url of [gateway.url, second.url]) {
    expect(await ask(url, first[0] ?? '')).toMatchObject({ viewer: { kind: 'PARTNER' } });
    expect(await compiledAt(url)).toBe(own + 3);
  }

  // published elsewhere: known with the partner's next request, and then whole
  await publishDocuments(deps, { partnerId, name: 'next', manifest: codegenManifest(...texts('Next', 2)) });
  await reaches(() => compiledAt(gateway.url), own + 5);
  await reaches(async () => {
    await ask(second.url, first[0] ?? '');
    return compiledAt(second.url);
  }, own + 5);
});

test('As many as are allowed, those last used or last published; what breaks on the way is logged and stops nothing.', async () => {
  const { partnerId } = await gateway.partner('Many');
  const many = texts('Many', 4);
  for (const [at, text] of many.entries())
    await publishDocuments(deps, { partnerId, name: `app ${at}`, manifest: codegenManifest(text) });
  const [, second = '', third = '', fourth = ''] = many;
  expect(await textsOf(deps.db, partnerId, 2)).toEqual([fourth, third]);
  await deps.db.prisma.persistedDocument.updateMany({
    where: { body: second },
    data: { lastUsedAt: new Date(Date.now() + 60_000) },
  });
  expect(await textsInUse(deps.db, 1)).toEqual([second]);

  const seen: string[] = [];
  const preparing = startPreparing(deps, createDocuments(deps, schema), ({ body }) => {
    seen.push(body);
    if (body === second) throw new Error('not this one');
  });
  onTestFinished(() => preparing.stop());
  await reaches(async () => many.every((text) => seen.includes(text)), true);
  expect(seen).toEqual(expect.arrayContaining([...ownDocuments()].map(({ body }) => body)));

  await preparing.stop();
  const before = seen.length;
  tellPublished(deps.db, partnerId);
  await textsOf(deps.db, partnerId, 1);
  expect(seen).toHaveLength(before);
});
