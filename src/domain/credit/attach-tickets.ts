import type { CreditSessions, FileSource, IssuedTickets } from '../../connectors/credit-sessions.ts';
import type { Tx } from '../../db/client.ts';
import type { CreditSession } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { type InputIssue, InvalidInputError, NotFoundError, StateError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { Vault } from '../../lib/crypto.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { acceptedValue } from '../provider/errors.ts';
import { withAccountCredentials } from '../provider/note-credentials.ts';
import { resumeSession, saveSession, touchSession } from './change-session.ts';
import { asAccount, type CreditDeps, lenderOfSession } from './lender.ts';
import { refuseIssues } from './order.ts';
import { isFinal } from './states.ts';
import { findCreditSession, type KnownSession, lockCreditSession } from './store.ts';
import { type FileFacts, maskFacts, sealFacts } from './ticket-facts.ts';
import { extensionOf, type InspectedFile, inspectFile } from './ticket-files.ts';

const PRODUCT = 'airline_tickets';
const MAX_NUMBER = 64;

export interface AttachTicketsInput {
  orderId: string;
  productType: string;
  tickets: readonly { number: string; receipt: FileSource }[];
  transactionLetter: FileSource | null;
}

/**
 * Sends issued tickets and their receipts on to the lender. Nothing is kept of a file but its name, size and hash. The same number again
 * takes the place of the one before, so that a call whose answer was lost is simply repeated.
 * @throws NotFoundError, InvalidInputError naming the file, StateError, ProviderRejectedError; ProviderUnavailableError: do it again
 */
export async function attachTickets(
  deps: CreditDeps,
  viewer: PartnerViewer,
  input: AttachTicketsInput,
): Promise<KnownSession> {
  const { prisma } = deps.db;
  const session = await findCreditSession(prisma, viewer, { orderId: input.orderId });
  if (!session) throw new NotFoundError('The credit session');
  const { account, credit } = await lenderOfSession(deps, prisma, session);
  const files = await checkTickets(credit, input);
  if (session.state === 'CANCELLED')
    throw new StateError(
      'CREDIT_STATE',
      session.state,
      ['PROCESSING', 'AUTHORIZED', 'CHARGED', 'VOIDED', 'REFUNDED'],
      'The credit session is CANCELLED: nothing was lent, and no tickets are taken.',
    );
  const { productType: _, ...tickets } = input;
  const outcome = await credit.attachTickets(asAccount, tickets);
  await withAccountCredentials(deps, account, async () => acceptedValue(outcome, session.provider));
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const locked = present(await lockCreditSession(tx, session.id), 'the session of tickets');
    await keepFiles(tx, deps.vault, locked, files, now);
    return (await saveSession(tx, touchSession(resumeSession(locked), {}, now), now)) as KnownSession;
  });
}

/** A file that will be sent, and where it stands in the input. */
interface CheckedFile extends InspectedFile {
  facts: FileFacts;
}

/** @throws InvalidInputError naming each field; nothing has been sent */
async function checkTickets(credit: CreditSessions, input: AttachTicketsInput): Promise<CheckedFile[]> {
  const { productType, tickets, transactionLetter } = input;
  const issues: InputIssue[] = [];
  const wrong = (path: string, message: string) => issues.push({ path: ['input', ...path.split('.')], message });
  if (productType !== PRODUCT) wrong('productType', `must be ${PRODUCT}: nothing else is sold on credit.`);
  if (tickets.length === 0) wrong('tickets', 'must have at least one ticket.');
  tickets.forEach(({ number }, index) => {
    if (number.trim() === '' || number.length > MAX_NUMBER)
      wrong(`tickets.${index}.number`, `must have 1 to ${MAX_NUMBER} characters.`);
    else if (tickets.findIndex((ticket) => ticket.number === number) < index)
      wrong(`tickets.${index}.number`, 'stands in the list twice.');
  });
  if (issues.length > 0) throw new InvalidInputError(issues);
  refuseIssues(credit.checkTickets(input satisfies IssuedTickets));
  const files: CheckedFile[] = [];
  for (const [index, { number, receipt }] of tickets.entries()) {
    const inspected = await inspectFile(receipt);
    if (inspected.kind === null || inspected.kind !== extensionOf(receipt.name))
      wrong(
        `tickets.${index}.receipt`,
        'is not what its name says: its content is no PDF, DOC or DOCX file of that kind.',
      );
    files.push({ ...inspected, facts: { number, name: receipt.name } });
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
  if (transactionLetter)
    files.push({ ...(await inspectFile(transactionLetter)), facts: { name: transactionLetter.name } });
  return files;
}

async function keepFiles(
  tx: Tx,
  vault: Vault,
  { id: sessionId, state }: CreditSession,
  files: CheckedFile[],
  now: Date,
): Promise<void> {
  const ended = state !== null && isFinal(state);
  let number = await tx.creditFile.count({ where: { sessionId } });
  for (const { facts, sizeBytes, sha256 } of files) {
    const kind = facts.number === undefined ? ('TRANSACTION_LETTER' as const) : ('RECEIPT' as const);
    const keyHash = vault.fingerprint(`credit_file:${sessionId}:${kind}:${facts.number ?? ''}`);
    const factsSealed = sealFacts(vault, sessionId, ended ? maskFacts(facts) : facts);
    const known = { factsSealed, sizeBytes, sha256, uploadedAt: now };
    number += 1;
    await tx.creditFile.upsert({
      where: { sessionId_keyHash: { sessionId, keyHash } },
      create: { sessionId, keyHash, kind, number, ...known },
      update: known,
    });
  }
}
