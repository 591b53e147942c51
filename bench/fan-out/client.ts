import { randomUUID } from 'node:crypto';
import { type FrameSocket, openFrames } from './frames.ts';

/** What the parent wants of the process with the subscribers. */
export type ClientCommand =
  /** Connect; with a key, sign in and subscribe. The variables go to the subscribers by turns. */
  | { do: 'connect'; port: number; count: number; apiKey?: string; documentId?: string; variables?: object[] }
  /** Say when the last of so many more messages has come. */
  | { do: 'expect'; messages: number }
  /** Say which events came since the last time, and when. */
  | { do: 'received' };

export type ClientAnswer =
  | { connected: number }
  /** Nanoseconds of the clock that all processes of a machine share. */
  | { lastAt: string; sample: string }
  | { received: Received[] };

/** An event that one subscriber was told of. */
export interface Received {
  eventId: string;
  /** Milliseconds of the clock that all processes of a machine share. */
  at: number;
  /** When its transaction began to write. */
  recordedAt: number;
}

const AT_A_TIME = 100;

const sockets: FrameSocket[] = [];
let awaited = 0;
let received: Received[] = [];
/** Before the id and the time in what is told of an event. */
const ID = '"events":{"id":"';
const RECORDED = '"recordedAt":"';

const tell = (answer: ClientAnswer) => process.send?.(answer);

function receive(text: Buffer): void {
  const at = Date.now();
  const id = text.indexOf(ID) + ID.length;
  const time = text.indexOf(RECORDED) + RECORDED.length;
  if (id >= ID.length && time >= RECORDED.length) {
    const eventId = text.toString('latin1', id, text.indexOf('"', id));
    received.push({ eventId, at, recordedAt: Date.parse(text.toString('latin1', time, text.indexOf('"', time))) });
  }
  awaited -= 1;
  if (awaited === 0) tell({ lastAt: String(process.hrtime.bigint()), sample: text.toString() });
}

type Connect = Extract<ClientCommand, { do: 'connect' }>;

async function subscribe({ port, apiKey, documentId, variables = [{}] }: Connect, index: number): Promise<void> {
  let isAcknowledged = apiKey === undefined;
  let acknowledge: () => void = () => undefined;
  const acknowledged = new Promise<void>((resolve) => {
    acknowledge = resolve;
  });
  const onText = (text: Buffer) => {
    if (isAcknowledged) return receive(text);
    isAcknowledged = true;
    acknowledge();
  };
  const socket = await openFrames(port, onText, (reason) => {
    throw new Error(`subscriber ${index}: ${reason}`);
  });
  sockets.push(socket);
  if (apiKey === undefined) return;
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${apiKey}` } }));
  await acknowledged;
  const payload = { query: '', documentId, variables: variables[index % variables.length] };
  // as graphql-ws names operations
  socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload }));
}

async function connectAll(command: Connect): Promise<void> {
  for (let at = 0; at < command.count; at += AT_A_TIME) {
    const some = Math.min(AT_A_TIME, command.count - at);
    await Promise.all(Array.from({ length: some }, (_, index) => subscribe(command, at + index)));
  }
  tell({ connected: sockets.length });
}

process.on('message', (command: ClientCommand) => {
  switch (command.do) {
    case 'connect':
      void connectAll(command);
      break;
    case 'expect':
      awaited = command.messages;
      break;
    case 'received':
      tell({ received });
      received = [];
  }
});
process.once('disconnect', () => process.exit(0));
