import type { CustomerOrder } from '../../../src/connectors/customers.ts';
import { diwa } from '../../../src/connectors/diwa/index.ts';
import { connectorContract } from '../contract.ts';
import type { Script } from '../stub.ts';
import { answerOf } from './golden.ts';

const TOKEN = 'YOUR-API-TOKEN';
const order: CustomerOrder = {
  userId: '1',
  level: 'FULL',
  notifications: { channel: 'EMAIL', period: 'MONTH' },
  person: { firstName: 'Zinaida', passport: '4510 987654', phone: '+79261234567', email: 'zina@post.example' },
};
const refusal = { status: 422, body: '{"message":"The given data was invalid.","errors":{}}' } satisfies Script;
const gone = { answer: { status: 401, body: '{"message":"Unauthenticated."}' } satisfies Script, providerCode: null };

connectorContract({
  definition: diwa,
  settings: (url) => ({ baseUrl: url, token: TOKEN }),
  secrets: [
    TOKEN,
    'Zinaida',
    '987654',
    '4510 987654',
    '4510987654',
    '79261234567',
    'zina@post.example',
    'test@test.com',
  ],
  writes: [
    {
      name: 'customers.create',
      run: async (c, call) => c.customers?.create(call, order) ?? Promise.reject(new Error('customers is absent')),
      accepted: [answerOf('D-1a')],
      refusal: { answer: refusal, providerCode: null, remedy: 'CHANGE_INPUT' },
      // an object is no client id (trap T-02)
      missingField: { status: 200, body: '{"id":123}' },
      upstreamId: (request) => JSON.parse(request.body.toString()).userId,
    },
  ],
  reads: [
    {
      name: 'customers.find',
      run: async (c, call) => c.customers?.find(call, '1'),
      answer: answerOf('D-2'),
      refusal: gone,
      missingField: { status: 200, body: '{"id":123}' },
    },
    {
      name: 'customers.load',
      run: async (c, call) => c.customers?.load(call, { userId: '1', reference: '123' }),
      answer: answerOf('D-3'),
      refusal: gone,
      missingField: answerOf('D-3', { replace: [['"authorized"', '"allowed"']] }),
    },
  ],
});
