import type { InboundRequest, InboundVerdict, News, Webhooks } from '../../connectors/webhooks.ts';
import type { Prisma, ProviderAccount, ProviderWebhook } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { callbackToken } from '../credit/callback.ts';
import { connectorOf } from '../provider/store.ts';
import { openWalletCredentials } from '../wallet/upstream-access.ts';
import { fetchKeyOnce } from './fetch-key.ts';
import { openKey } from './store.ts';

/** What became of a call from outside. */
export type Reception = {
  kind: 'taken' | 'known' | 'FORGED' | 'MALFORMED' | 'NOT_EXPECTED';
  reply: { status: number; body: string };
};

type ReceiveDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;
type Taken = Extract<InboundVerdict, { kind: 'news' }>;

const notFound: Reception = { kind: 'NOT_EXPECTED', reply: { status: 404, body: '{"error":"not found"}' } };

/** With what a call has to be signed, and by which webhook it came; no webhook where a wallet's own key signs. */
interface Signer {
  key: string | null;
  webhook: ProviderWebhook | null;
  /** Whose key it is, where a wallet's own key signs. */
  walletId: string | null;
}

/**
 * Takes in a provider's call: verified on its raw bytes, stored once, answered fast; a job acts on it. The same call again is
 * answered the same way and changes nothing.
 * @param provider as it stands in the path, in any case
 */
export async function receiveWebhook(
  deps: ReceiveDeps,
  provider: string,
  providerAccountId: string,
  request: InboundRequest,
): Promise<Reception> {
  const where = { id: providerAccountId, provider: provider.toUpperCase(), disabledAt: null };
  const account = await deps.db.prisma.providerAccount.findFirst({ where });
  const webhooks = account && connectorOf(deps, account).webhooks;
  if (!webhooks) return notFound;
  const signer = webhooks.signedWith ? await signerOf(deps, account, webhooks, request) : null;
  const verdict = await verify(deps, webhooks, request, signer);
  if (verdict.kind === 'refused') {
    deps.log.warn({ providerAccountId, why: verdict.why }, 'a call to a webhook was refused');
    return { kind: verdict.why, reply: verdict.reply };
  }
  return take(deps, account, verdict, signer);
}

/** The key by which a call claims to be signed; nothing else of the call is believed yet. */
async function signerOf(
  deps: ReceiveDeps,
  { id: providerAccountId }: ProviderAccount,
  webhooks: Webhooks,
  request: InboundRequest,
): Promise<Signer> {
  const claimed = webhooks.signedWith?.(request) ?? null;
  if (!claimed) return { key: null, webhook: null, walletId: null };
  const { prisma } = deps.db;
  if ('hook' in claimed) {
    const where = { providerAccountId, reference: claimed.hook, removedAt: null };
    const webhook = await prisma.providerWebhook.findFirst({ where });
    return { key: webhook && openKey(deps.vault, webhook), webhook, walletId: webhook?.walletId ?? null };
  }
  if ('creditSession' in claimed) {
    const session = await prisma.creditSession.findFirst({
      where: { providerAccountId, orderId: claimed.creditSession },
    });
    return { key: session && callbackToken(deps.vault, session.id), webhook: null, walletId: null };
  }
  const wallet = await prisma.wallet.findFirst({ where: { id: claimed.walletId, providerAccountId } });
  const key = (wallet && openWalletCredentials(deps.vault, wallet)[claimed.credential]) ?? null;
  return { key, webhook: null, walletId: wallet?.id ?? null };
}

/** A signature that fails may be right by a newer key: then that is fetched, seldom, whatever anybody sends us. */
async function verify(
  deps: ReceiveDeps,
  webhooks: Webhooks,
  request: InboundRequest,
  signer: Signer | null,
): Promise<InboundVerdict> {
  if (!signer) return webhooks.receive(request);
  const verdict = webhooks.receive(request, signer.key);
  if (verdict.kind !== 'refused' || verdict.why !== 'FORGED' || !signer.webhook) return verdict;
  const key = await fetchKeyOnce(deps, signer.webhook);
  return key === null ? verdict : webhooks.receive(request, key);
}

async function take(
  deps: ReceiveDeps,
  account: ProviderAccount,
  verdict: Taken,
  signer: Signer | null,
): Promise<Reception> {
  const { news, reply } = verdict;
  const webhook = signer?.webhook ?? null;
  if (news.kind === 'test') return (await noteTest(deps, webhook)) ? { kind: 'taken', reply } : notFound;
  if (webhook && !(await isOwn(deps, webhook, news))) return notFound;
  return { kind: (await store(deps, account.id, verdict, signer)) ? 'taken' : 'known', reply };
}

/** A test books nothing, and nobody signs it: it only shows that calls arrive. */
async function noteTest({ db, clock }: ReceiveDeps, webhook: ProviderWebhook | null): Promise<boolean> {
  if (!webhook) return false;
  const now = clock.now();
  const data = { lastTestAt: now, lastReceivedAt: now };
  await db.prisma.providerWebhook.update({ where: { id: webhook.id }, data });
  return true;
}

/** Does a call that came by a wallet's webhook speak of that wallet? */
async function isOwn({ db }: ReceiveDeps, { walletId }: ProviderWebhook, news: News): Promise<boolean> {
  if (news.kind !== 'payment' || !news.walletNumber) return true;
  const wallet = await db.prisma.wallet.findUnique({ where: { id: walletId }, select: { number: true } });
  return wallet?.number?.replace(/^\+/, '') === news.walletNumber.replace(/^\+/, '');
}

async function store(
  { db, clock }: ReceiveDeps,
  providerAccountId: string,
  { dedupeKey, news }: Taken,
  signer: Signer | null,
): Promise<boolean> {
  const receivedAt = clock.now();
  const webhook = signer?.webhook ?? null;
  return transaction(db, async (tx) => {
    const row = { providerAccountId, dedupeKey, news: hint(news, signer), receivedAt };
    const { count } = await tx.webhookReceipt.createMany({ data: [row], skipDuplicates: true });
    if (count === 1)
      await addJob(
        tx,
        'handle-webhook',
        { providerAccountId, dedupeKey },
        { key: `handle-webhook:${providerAccountId}:${dedupeKey}` },
      );
    if (webhook) await tx.providerWebhook.update({ where: { id: webhook.id }, data: { lastReceivedAt: receivedAt } });
    return count === 1;
  });
}

/** What is kept of a call: what to ask about, and for which wallet of ours; never the provider's whole body. */
function hint(news: News, signer: Signer | null): Prisma.InputJsonObject {
  if (news.kind === 'card') return { kind: news.kind, reference: news.reference, state: news.state };
  if (news.kind === 'creditSession') return { kind: news.kind, orderId: news.orderId, decision: news.decision };
  const walletId = signer?.walletId ?? null;
  if (news.kind === 'invoice') return { kind: news.kind, number: news.number, state: news.state, walletId };
  if (news.kind === 'test') return { kind: news.kind, hookReference: news.hookReference };
  const { kind, reference, clientId, status, reason, occurredAt, direction } = news;
  const about = { kind, reference, clientId, status, reason, occurredAt: occurredAt.toISOString() };
  return walletId !== null && direction ? { ...about, walletId, direction } : about;
}
