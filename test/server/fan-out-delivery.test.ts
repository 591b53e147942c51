import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createDelivery } from '../../src/server/fan-out/delivery.ts';

/** Takes what it is given at once, or keeps it until it is told to go on, as a socket does when its peer does not read. */
function socket(reads: boolean) {
  const taken: Buffer[] = [];
  const goOn: (() => void)[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const take = () => {
        // a socket that is behind copies what it has when it can, and not when it is written
        taken.push(Buffer.from(chunk));
        done();
      };
      if (reads) take();
      else goOn.push(take);
    },
  });
  return { stream, taken, read: () => goOn.splice(0).forEach((next) => void next()) };
}

/** The text of an unmasked frame of less than 64 KB, which must be whole. */
function textOf(frame: Buffer): string {
  expect(frame[0]).toBe(0x81);
  const isShort = (frame[1] ?? 0) < 126;
  const length = isShort ? frame[1] : frame.readUInt16BE(2);
  const payload = frame.subarray(isShort ? 2 : 4);
  expect(payload.length).toBe(length);
  return payload.toString();
}

test('Each member gets a frame with its own id, whatever the ids are made of and whoever is slow.', async () => {
  const ids = [
    'aaaa',
    'bbbb',
    'bbbb',
    '"\\"é',
    'éééé',
    'cccc',
    'éé',
    'dddd',
    'longer',
    '',
    'eeee',
    '…',
    'ffff',
    '\u0000xyz',
  ];
  for (const length of [1, 40, 200]) {
    const delivery = createDelivery(1n, 1n, { data: { text: 'é'.repeat(length) } });
    const members = ids.map((id, index) => ({ id, ...socket(index % 3 !== 0) }));
    for (const { id, stream } of members) delivery.write(stream, id);
    for (const { read } of members) read();
    for (const { id, taken } of members) {
      const next = { id, type: 'next', payload: { data: { text: 'é'.repeat(length) } } };
      expect(taken.map(textOf)).toEqual([JSON.stringify(next)]);
    }
  }
});

test('What left is told when it has left.', async () => {
  const { stream, read } = socket(false);
  const told = new Promise<void>((resolve) => createDelivery(1n, 1n, { data: {} }).write(stream, 'id', resolve));
  expect(stream.writableLength).toBeGreaterThan(0);
  read();
  await told;
  expect(stream.writableLength).toBe(0);
});
