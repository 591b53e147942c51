import { moneywall } from '../../../src/connectors/moneywall/index.ts';
import { type ContractWrite, connectorContract } from '../contract.ts';
import { answerOf, issued, refusalOf, rub, SECRET, TOKEN, wholeOrder } from './golden.ts';

const order = { orderId: 'partner_order_id', amount: rub(1_000_000n) };
const absent = () => Promise.reject(new Error('creditSessions is absent'));
const refusal = {
  answer: refusalOf(422, 'amount is above what is left', 'amount'),
  providerCode: null,
  remedy: 'CHANGE_INPUT',
} as const;
const gone = { answer: refusalOf(401, 'token'), providerCode: null };

const sentOrderId: NonNullable<ContractWrite['upstreamId']> = (request) => JSON.parse(request.body.toString()).order_id;

connectorContract({
  definition: moneywall,
  settings: (url) => ({ baseUrl: url, token: TOKEN, statesEndpoint: 'true' }),
  secrets: [
    TOKEN,
    SECRET,
    ...['79588249424', 'user@gmail.com', '4444333222', '723902034', '349287349', 'Ivanon', 'Китобойцев', '1987-07-18'],
    ...['payment_graph', '421-288879826', 'file bytes', 'test_pdf'],
  ],
  writes: [
    {
      name: 'creditSessions.start',
      run: async (c, call) => c.creditSessions?.start(call, wholeOrder) ?? absent(),
      accepted: [answerOf('MW-1b')],
      refusal: { ...refusal, answer: refusalOf(422, 'Ivanon is not at 79588249424', 'phone') },
      missingField: answerOf('MW-1b', { replace: [['"id"', '"number"']] }),
      wrongEcho: [answerOf('MW-1b', { replace: [['10000', '1000']] })],
      upstreamId: sentOrderId,
    },
    {
      name: 'creditSessions.attachTickets',
      run: async (c, call) => {
        const tickets = issued.tickets.map((ticket) => ({ ...ticket, number: '421-288879826' }));
        return c.creditSessions?.attachTickets(call, { ...issued, tickets }) ?? absent();
      },
      accepted: [answerOf('MW-2')],
      refusal,
      statusAlone: true,
    },
    {
      name: 'creditSessions.refund',
      run: async (c, call) => c.creditSessions?.refund(call, { ...order, amount: rub(10_000n) }) ?? absent(),
      accepted: [{ status: 200, body: '{}' }],
      refusal,
      statusAlone: true,
      anyRefusal: true,
    },
  ],
  reads: [
    {
      name: 'creditSessions.ask',
      run: async (c, call) => c.creditSessions?.ask(call, order),
      answer: answerOf('MW-3'),
      refusal: gone,
      missingField: answerOf('MW-3', { replace: [['"state"', '"status"']] }),
    },
    {
      name: 'creditSessions.states',
      run: async (c, call) => c.creditSessions?.states?.(call, { from: new Date(0), till: new Date(86_400_000) }),
      answer: answerOf('A.2-states'),
      refusal: gone,
      missingField: answerOf('A.2-states', { replace: [['"state"', '"status"']] }),
    },
  ],
});
