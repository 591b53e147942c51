import { DeliveryError, type Outlet } from '../../connectors/notifier.ts';
import type { Deps } from '../../deps.ts';
import { openPerson } from '../customer/person.ts';
import { compose, type Letter } from './compose.ts';
import type { SkipReason } from './model.ts';
import { type Claim, changeToRetry, changeToSent, changeToSkipped, claimMessage } from './store.ts';

const FIRST_WAIT_MS = 10_000;
const LAST_WAIT_MS = 60 * 60_000;

type DeliverDeps = Pick<Deps, 'db' | 'vault' | 'clock' | 'log' | 'notifier'>;

/**
 * Sends the next message of a customer that is due, at least once: whoever dies between sending and writing that down leaves it to
 * the next, who sends it under the same id. A server that cannot be reached is tried again, ever more seldom (each hour at the
 * least), for as long as it takes. Where there is no way to the customer the rows are SKIPPED and say why.
 * @returns false when nothing is due
 */
export async function deliverNext(deps: DeliverDeps, customerId: string): Promise<boolean> {
  const claim = await claimMessage(deps.db, customerId, deps.clock.now());
  if (!claim) return false;
  const about = { customerId, messageId: claim.messageId, medium: claim.medium, payments: claim.rows.length };
  try {
    const skipReason = await send(deps, claim);
    if (skipReason === null) {
      await changeToSent(deps.db, claim, deps.clock.now());
      deps.log.debug(about, 'a customer was told');
    } else {
      await changeToSkipped(deps.db, claim, skipReason);
      deps.log.info({ ...about, skipReason }, 'there is no way to tell a customer');
    }
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    const wait = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(claim.attempts - 1, 20));
    await changeToRetry(deps.db, claim, new Date(deps.clock.now().getTime() + wait), error.reason);
    deps.log.warn({ ...about, reason: error.reason, waitMs: wait }, 'a message was not taken and will be tried again');
  }
  return true;
}

/**
 * @returns null when it was sent, else why it never will be
 * @throws DeliveryError when it may be tried again
 */
async function send({ db, vault, clock, notifier }: DeliverDeps, claim: Claim): Promise<SkipReason | null> {
  const customer = await db.prisma.customer.findUniqueOrThrow({
    where: { id: claim.customerId },
    include: { partner: { select: { name: true } } },
  });
  // erased since, perhaps: the address is read when it is needed and nowhere kept
  const person = customer.personSealed ? openPerson(vault, customer.id, customer.personSealed) : {};
  const way = claim.medium === 'EMAIL' ? byMail(notifier.email, person.email) : bySms(notifier.sms, person.phone);
  if (typeof way === 'string') return way;
  const payments = await db.prisma.payment.findMany({
    where: { id: { in: claim.rows.map(({ paymentId }) => paymentId) } },
  });
  const letter = compose(claim.rows, new Map(payments.map((row) => [row.id, row])), customer.partner.name);
  const message = { id: claim.messageId, to: way.to, subject: letter.subject, sentAt: clock.now() };
  const answer = await way.outlet.send({ ...message, text: letter[way.part] });
  return answer === 'REFUSED' ? 'REFUSED' : null;
}

interface Way {
  outlet: Outlet;
  to: string;
  part: keyof Letter;
}

function byMail(outlet: Outlet | null, to: string | undefined): Way | SkipReason {
  if (!to) return 'NO_EMAIL';
  return outlet ? { outlet, to, part: 'text' } : 'NO_MAIL_SERVER';
}

function bySms(outlet: Outlet | null, to: string | undefined): Way | SkipReason {
  if (!to) return 'NO_PHONE';
  return outlet ? { outlet, to, part: 'short' } : 'NO_SMS_GATEWAY';
}
