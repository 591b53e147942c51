import { createHash } from 'node:crypto';
import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { invalid, Refusal } from './errors.ts';
import type { Call, Operation } from './http.ts';
import type { ReceivedFile, Ticket } from './model.ts';
import { sessionNamed } from './payments.ts';
import type { World } from './world.ts';

/** MW-2: issued tickets and their itinerary receipts (section 2.2). Of a file its name, size and hash are kept. */

/** Trap M11: the larger reading of "8MB". */
const LARGEST_RECEIPT = 8_388_608;
const RECEIPT = /\.(pdf|doc|docx)$/i;
/** The spelling of the sample, and that of the table (trap M7). */
const PRODUCT_TYPES = ['airline_tickets', 'airline-tickets'];

const NUMBER = 'product[product_items][][ticket_number]';
const FILE = 'product[product_items][][ticket_receipt]';

type Part = { name: string; value: string | ReceivedFile };

async function receive({ filename, file }: MultipartFile): Promise<ReceivedFile> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of file as AsyncIterable<Buffer>) {
    size += chunk.length;
    hash.update(chunk);
  }
  if (file.truncated) throw new Refusal(413, 'the file is too large');
  return { filename, size, sha256: hash.digest('hex') };
}

const malformed = (): Refusal => new Refusal(400, 'the body is not multipart/form-data');

/** The parts in the order in which they came. @throws Refusal 400 for what is not multipart */
async function partsOf(request: FastifyRequest): Promise<Part[]> {
  const parts: Part[] = [];
  try {
    for await (const part of request.parts()) {
      const value = part.type === 'file' ? await receive(part) : (part as MultipartValue<string>).value;
      parts.push({ name: part.fieldname, value });
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw malformed();
  }
  if (parts.length === 0) throw malformed();
  return parts;
}

/** The text of a part that is there once. @throws Refusal 422 */
function textOf(parts: Part[], name: string): string {
  const [part, another] = parts.filter((candidate) => candidate.name === name);
  if (part === undefined || part.value === '') return invalid(name, 'is required');
  if (another !== undefined) return invalid(name, 'is given more than once');
  return typeof part.value === 'string' ? part.value : invalid(name, 'must be text');
}

/** @throws Refusal 413, 422 */
function receiptOf({ value }: Part): ReceivedFile {
  if (typeof value === 'string') return invalid(FILE, 'must be a file');
  if (!RECEIPT.test(value.filename)) invalid(FILE, 'must be pdf, doc or docx');
  if (value.size > LARGEST_RECEIPT) throw new Refusal(413, 'a receipt has at most 8 MB', FILE);
  return value;
}

/** A number opens an item, the next receipt completes it (trap M12). @throws Refusal 413, 422 */
function ticketsOf(parts: Part[]): Ticket[] {
  const tickets: Ticket[] = [];
  let open: string | null = null;
  for (const part of parts) {
    if (part.name === NUMBER) {
      if (open !== null) invalid(FILE, `is required for ticket ${open}`);
      if (typeof part.value !== 'string') invalid(NUMBER, 'must be text');
      else open = part.value === '' ? invalid(NUMBER, 'is required') : part.value;
    } else if (part.name === FILE) {
      if (open === null) return invalid(NUMBER, 'is required before its receipt');
      tickets.push({ number: open, receipt: receiptOf(part) });
      open = null;
    }
  }
  if (open !== null) invalid(FILE, `is required for ticket ${open}`);
  return tickets.length > 0 ? tickets : invalid('product[product_items]', 'is required');
}

/** A ticket that is known already is replaced (section 6.1). */
async function addTickets(world: World, { raw, partner }: Call): Promise<object> {
  const parts = await partsOf(raw);
  const orderId = textOf(parts, 'order_id');
  const productType = textOf(parts, 'product[product_type]');
  if (!PRODUCT_TYPES.includes(productType)) invalid('product[product_type]', 'must be airline_tickets');
  const tickets = ticketsOf(parts);
  const letters = parts.flatMap(({ name, value }) => {
    if (name !== 'transaction_letter') return [];
    return typeof value === 'string' ? invalid(name, 'must be a file') : [value];
  });
  const session = sessionNamed(world, partner, orderId);
  if (session.state === 'cancelled') invalid('order_id', 'a session that is cancelled takes no tickets');
  for (const ticket of tickets) session.tickets.set(ticket.number, ticket);
  session.transactionLetters.push(...letters);
  return {};
}

/** The operation with a multipart body. */
export const ticketOperations = (world: World): Operation[] => [
  {
    id: 'MW-2',
    method: 'POST',
    path: '/payments/product',
    body: 'multipart',
    handle: (call) => addTickets(world, call),
  },
];
