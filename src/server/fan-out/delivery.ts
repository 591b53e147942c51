import type { Writable } from 'node:stream';
import type { ExecutionResult } from 'graphql';

/** One result for all members of a group. */
export interface Delivery {
  /** Of the event that made it. */
  position: bigint;
  /** Which version of what is watched it shows. */
  version: bigint;
  result: ExecutionResult;
  /** May it be sent to all alike? One with errors is told to each with an id of its own. */
  isShared: boolean;
  /** Bytes of it, about. */
  size(): number;
  /**
   * Writes the `next` message for an operation of this id, as a whole frame of WebSocket.
   * @param stream takes whole frames, and says by `writableLength` when it has taken all
   * @param sent called when it has left
   */
  write(stream: Writable, operationId: string, sent?: () => void): void;
}

/** Ids that stand in JSON as they are, a byte for each character; those of the usual clients do. */
const PLAIN = /^[\w.:-]*$/;

/** A frame that nobody else holds: another id of the same length can take the place of the one in it. */
interface Reusable {
  frame: Buffer;
  idAt: number;
  operationId: string;
}

/** Serialises a result once, however many members it has. */
export function createDelivery(position: bigint, version: bigint, result: ExecutionResult): Delivery {
  let serialised: Buffer | null = null;
  let reusable: Reusable | null = null;
  const tail = () => {
    serialised ??= Buffer.from(`,"type":"next","payload":${JSON.stringify(result)}}`);
    return serialised;
  };
  return {
    position,
    version,
    result,
    isShared: !result.errors?.length,
    size: () => tail().length,
    write(stream, operationId, sent) {
      const isPlain = PLAIN.test(operationId);
      if (isPlain && reusable?.operationId.length === operationId.length) {
        if (reusable.operationId !== operationId) reusable.frame.write(operationId, reusable.idAt, 'latin1');
        reusable.operationId = operationId;
      } else {
        reusable = createFrame(operationId, tail());
      }
      stream.write(reusable.frame, sent);
      // what the stream still has to send must stay as it is
      if (!isPlain || stream.writableLength > 0) reusable = null;
    },
  };
}

function createFrame(operationId: string, tail: Buffer): Reusable {
  const head = `{"id":${JSON.stringify(operationId)}`;
  const length = Buffer.byteLength(head) + tail.length;
  const frame = Buffer.allocUnsafe(frameHeadLength(length) + length);
  const at = writeFrameHead(frame, length);
  tail.copy(frame, at + frame.write(head, at));
  return { frame, idAt: at + '{"id":"'.length, operationId };
}

const frameHeadLength = (length: number) => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

/** The head of an unfragmented text frame that is not masked (RFC 6455, section 5.2). @returns where the payload begins */
function writeFrameHead(frame: Buffer, length: number): number {
  frame[0] = 0x81;
  const at = frameHeadLength(length);
  if (at === 2) frame[1] = length;
  else frame[1] = at === 4 ? 126 : 127;
  if (at === 4) frame.writeUInt16BE(length, 2);
  if (at === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  return at;
}
