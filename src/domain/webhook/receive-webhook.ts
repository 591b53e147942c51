import type { InboundRequest, InboundVerdict } from '../../connectors/webhooks.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { connectorOf } from '../provider/store.ts';

/** What became of a call from outside. */
export type Reception = {
  kind: 'taken' | 'known' | 'FORGED' | 'MALFORMED' | 'NOT_EXPECTED';
  reply: { status: number; body: string };
};

const notFound: Reception = { kind: 'NOT_EXPECTED', reply: { status: 404, body: '{"error":"not found"}' } };

/**
 * Takes in a provider's call: verified on its raw bytes, stored once, answered fast; a job acts on it. The same call again is
 * answered the same way and changes nothing.
 * @param provider as it stands in the path, in any case
 */
export async function receiveWebhook(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  provider: string,
  providerAccountId: string,
  request: InboundRequest,
): Promise<Reception> {
  const where = { id: providerAccountId, provider: provider.toUpperCase(), disabledAt: null };
  const account = await deps.db.prisma.providerAccount.findFirst({ where });
  const webhooks = account && connectorOf(deps, account).webhooks;
  if (!webhooks) return notFound;
  const verdict = webhooks.receive(request);
  if (verdict.kind === 'refused') {
    deps.log.warn({ providerAccountId, why: verdict.why }, 'a call to a webhook was refused');
    return { kind: verdict.why, reply: verdict.reply };
  }
  return { kind: (await store(deps, providerAccountId, verdict)) ? 'taken' : 'known', reply: verdict.reply };
}

async function store(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  providerAccountId: string,
  { dedupeKey, news }: Extract<InboundVerdict, { kind: 'news' }>,
): Promise<boolean> {
  const receivedAt = clock.now();
  return transaction(db, async (tx) => {
    const row = { providerAccountId, dedupeKey, news: hint(news), receivedAt };
    const { count } = await tx.webhookReceipt.createMany({ data: [row], skipDuplicates: true });
    if (count === 1)
      await addJob(
        tx,
        'handle-webhook',
        { providerAccountId, dedupeKey },
        { key: `handle-webhook:${providerAccountId}:${dedupeKey}` },
      );
    return count === 1;
  });
}

/** What is kept of a call: what to ask about, never the provider's whole body. */
function hint(news: Extract<InboundVerdict, { kind: 'news' }>['news']): Prisma.InputJsonObject {
  if (news.kind === 'card') return { kind: news.kind, reference: news.reference, state: news.state };
  if (news.kind === 'invoice') return { kind: news.kind, number: news.number, state: news.state };
  if (news.kind === 'test') return { kind: news.kind, hookReference: news.hookReference };
  const { kind, reference, clientId, status, reason, occurredAt } = news;
  return { kind, reference, clientId, status, reason, occurredAt: occurredAt.toISOString() };
}
