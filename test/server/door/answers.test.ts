import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createAnswers } from '../../../src/server/door/answers.ts';

/** Answers that are ready in one turn of the event loop are written together at its end. */

function response(written: string[], name: string): ServerResponse {
  return {
    writeHead(status: number, headers: string[]) {
      if (name === 'broken') throw new Error('the head was refused');
      written.push(`${name} ${status} ${headers.join(' ')}`);
    },
    end(text: string, encoding: string) {
      written.push(`${name} ${Buffer.from(text, encoding as BufferEncoding).toString('utf8')}`);
    },
  } as unknown as ServerResponse;
}

describe('Answers at the door', () => {
  test('of one turn are written behind its work, in their order, each with its length in bytes.', async () => {
    const written: string[] = [];
    const write = createAnswers();
    const both = Promise.all([
      write(response(written, 'a'), ['X', '1'], '{"a":1}'),
      Promise.resolve().then(() => write(response(written, 'b'), [], '{"b":"ё"}')),
    ]);
    await Promise.resolve();
    process.nextTick(() => written.push('the work of the turn'));
    await both;
    expect(written).toEqual([
      'the work of the turn',
      'a 200 X 1 Content-Length 7',
      'a {"a":1}',
      'b 200 Content-Length 10',
      'b {"b":"ё"}',
    ]);
    const later = write(response(written, 'c'), [], '{}');
    await nextTurn();
    await later;
    expect(written.slice(-2)).toEqual(['c 200 Content-Length 2', 'c {}']);
  });

  test('that cannot be written fail alone.', async () => {
    const written: string[] = [];
    const write = createAnswers();
    const outcomes = await Promise.allSettled(
      ['a', 'broken', 'b'].map((name) => write(response(written, name), [], '{}')),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(written).toEqual(['a 200 Content-Length 2', 'a {}', 'b 200 Content-Length 2', 'b {}']);
  });
});
