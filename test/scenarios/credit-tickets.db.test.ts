import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CreditSessionDocument } from '../../schema/operations.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import { createApiKey } from '../../src/domain/access/create-api-key.ts';
import { openFacts } from '../../src/domain/credit/ticket-facts.ts';
import { startTestApp } from '../support/app.ts';
import { credit, pdf, startMoneywall } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { booksStay, invalid } from '../support/refused.ts';
import { everythingStored } from '../support/secrets.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const moneywall = await startMoneywall(gateway, partnerId);
const { attach, authorized, of, start, until } = credit(gateway, apiKey, call, moneywall);

const word97 = (name: string) => new File([Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'a letter'], name);
/** The beginning of a ZIP with one file, as Office Open XML has it. */
const zip = (name: string, inside: string) =>
  new File([Buffer.from('504b0304140000000800', 'hex'), '\0'.repeat(20), inside, 'x'.repeat(70_000)], name);
const sha256 = async (file: File) =>
  createHash('sha256')
    .update(await file.bytes())
    .digest('hex');

/** The answer of one upload, which has to be this refusal; the lender has got nothing. */
async function refused(orderId: string, list: { number: string; receipt: File }[], answer: object, more: object = {}) {
  const [before] = moneywall.sessions(orderId);
  const { data } = await booksStay(gateway, () => attach(orderId, list, more));
  expect(data?.creditSessionAttachTickets).toMatchObject(answer);
  expect(moneywall.sessions(orderId)[0]?.tickets).toEqual(before?.tickets);
}

test('Tickets go to the lender with their receipts, several at once, and the letter: byte by byte, and only names are kept.', async () => {
  const { orderId } = await authorized();
  const list = [
    { number: '421-1', receipt: pdf('Иванов билет.PDF', 100_000) },
    { number: '421-2', receipt: word97('receipt.doc') },
    { number: '421-3', receipt: zip('receipt.docx', 'word/document.xml') },
  ];
  const letter = new File(['whatever it is'], 'letter.txt');
  const { data } = await attach(orderId, list, {}, letter);
  expect(data?.creditSessionAttachTickets).toMatchObject({
    __typename: 'CreditSessionAttachTicketsSuccess',
    session: {
      tickets: [
        { number: '421-1', receiptName: 'Иванов билет.PDF' },
        { number: '421-2', receiptName: 'receipt.doc' },
        { number: '421-3', receiptName: 'receipt.docx' },
      ],
    },
  });
  const [there] = moneywall.sessions(orderId);
  const sums = await Promise.all(list.map(({ receipt }) => sha256(receipt)));
  expect(there?.tickets.map(({ number, receipt }) => [number, receipt.size, receipt.sha256])).toEqual(
    list.map(({ number, receipt }, index) => [number, receipt.size, sums[index]]),
  );
  expect(there?.transactionLetters).toMatchObject([{ filename: 'letter.txt', sha256: await sha256(letter) }]);
  const kept = await gateway.deps.db.prisma.creditFile.findMany({ orderBy: { number: 'asc' } });
  expect(kept.map((file) => file.sha256)).toEqual([...sums, await sha256(letter)]);
});

test('The same number again takes the place of the ticket before.', async () => {
  const { orderId } = await start();
  await attach(orderId, [{ number: '421-1', receipt: pdf('first.pdf') }]);
  await attach(orderId, [
    { number: '421-1', receipt: pdf('second.pdf') },
    { number: '421-2', receipt: pdf('other.pdf') },
  ]);
  expect((await of(orderId)).tickets.map(({ receiptName }) => receiptName)).toEqual(['second.pdf', 'other.pdf']);
  expect(moneywall.sessions(orderId)[0]?.tickets.map(({ receipt }) => receipt.filename)).toEqual([
    'second.pdf',
    'other.pdf',
  ]);
});

test('A receipt of eight million bytes is taken, one of nine is not; three large ones travel in one request.', async () => {
  const { orderId } = await start();
  const large = pdf('large.pdf', 8_000_000 - 9);
  expect(large.size).toBe(8_000_000);
  const three = ['1', '2', '3'].map((number) => ({ number, receipt: large }));
  expect((await attach(orderId, three)).data?.creditSessionAttachTickets).toMatchObject({
    __typename: 'CreditSessionAttachTicketsSuccess',
  });
  await refused(
    orderId,
    [{ number: '4', receipt: pdf('nine.pdf', 9_000_000) }],
    invalid('input.tickets.0.receipt', 'must be at most 8000000 bytes long.'),
  );
});

test('What a file is is told by its content, and by its name: both have to be right.', async () => {
  const { orderId } = await start();
  const wrong = [
    new File(['<html>no receipt</html>'], 'receipt.pdf'),
    pdf('receipt.docx'),
    zip('receipt.docx', 'xl/workbook.xml'),
    zip('receipt.doc', 'word/document.xml'),
    pdf('receipt.exe'),
    pdf('receipt'),
    new File([], 'empty.pdf'),
  ];
  for (const receipt of wrong) {
    const good = { number: '1', receipt: pdf() };
    await refused(orderId, [good, { number: '2', receipt }], invalid('input.tickets.1.receipt'));
  }
});

test('A list without tickets, a number twice or blank, and another product are refused by their fields.', async () => {
  const { orderId } = await start();
  const ticket = { number: '1', receipt: pdf() };
  await refused(orderId, [], invalid('input.tickets'));
  await refused(orderId, [ticket, ticket], invalid('input.tickets.1.number', 'stands in the list twice.'));
  await refused(orderId, [{ ...ticket, number: ' ' }], invalid('input.tickets.0.number'));
  await refused(orderId, [ticket], invalid('input.productType'), { productType: 'railway_tickets' });
});

test('There are no tickets for an order that nobody knows, or that nobody paid.', async () => {
  const list = [{ number: '1', receipt: pdf() }];
  const unknown = await attach('nobody-knows', list);
  expect(unknown.data?.creditSessionAttachTickets).toMatchObject({ __typename: 'NotFoundError' });
  const { orderId } = await start();
  moneywall.act('session.cancel', { order: orderId });
  await until(orderId, 'CANCELLED');
  await refused(orderId, list, { __typename: 'StateError', code: 'CREDIT_STATE', state: 'CANCELLED' });
});

test('Numbers and names are masked for whoever may not see personal data; files are in no table and no log line.', async () => {
  const { orderId } = await start();
  const secret = `%PDF-1.4 passport of somebody ${'0123456789'.repeat(9)}`;
  await attach(orderId, [{ number: '421-288879826', receipt: new File([secret], 'Иванов Иван.pdf') }]);
  const scopes = Object.values(Scope).filter((scope) => scope !== 'PERSONAL_DATA_READ');
  const { secret: key } = await createApiKey(gateway.deps, { partnerId, name: 'masked', scopes });
  const { creditSession } = await run(gateway, key)(CreditSessionDocument, { orderId });
  expect(creditSession?.tickets).toMatchObject([{ number: '•••26', receiptName: '•••.pdf' }]);
  const stored = [...(await everythingStored(gateway.deps.db.pool)).values(), ...gateway.logged].join('\n');
  for (const told of ['passport of somebody', '0123456789012', '288879826', 'Иванов Иван'])
    expect(stored).not.toContain(told);
});

test('When the session ends, nobody can read any more whose tickets they were; nor of tickets that come later.', async () => {
  const { orderId } = await authorized();
  const list = [{ number: '421-288879826', receipt: pdf('Иванов Иван.pdf') }];
  await attach(orderId, list, {}, new File(['a letter'], 'Петров.letter'));
  expect((await of(orderId)).tickets).toMatchObject([{ number: '421-288879826', receiptName: 'Иванов Иван.pdf' }]);
  const { prisma } = gateway.deps.db;
  const rows = () => prisma.creditFile.findMany({ where: { session: { orderId } }, orderBy: { number: 'asc' } });
  const before = await rows();
  moneywall.act('session.void', { order: orderId });
  await until(orderId, 'VOIDED');
  const masked = { number: '•••26', receiptName: '•••.pdf' };
  expect((await of(orderId)).tickets).toMatchObject([masked]);
  const after = await rows();
  expect(after.map((file) => openFacts(gateway.deps.vault, file))).toEqual([
    { number: '•••26', name: '•••.pdf' },
    { name: '•••' },
  ]);
  expect(after.map(({ sizeBytes, sha256 }) => [sizeBytes, sha256])).toEqual(
    before.map(({ sizeBytes, sha256 }) => [sizeBytes, sha256]),
  );
  await attach(orderId, [...list, { number: '7', receipt: pdf('Сидоров.pdf') }]);
  expect((await of(orderId)).tickets).toMatchObject([masked, { number: '•••', receiptName: '•••.pdf' }]);
});
