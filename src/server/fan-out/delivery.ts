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
  /** The `next` message for an operation of this id, as a whole frame of WebSocket. */
  frame(operationId: string): Buffer;
}

/** Serialises a result once, however many members it has. */
export function createDelivery(position: bigint, version: bigint, result: ExecutionResult): Delivery {
  let serialised: Buffer | null = null;
  let last: { operationId: string; frame: Buffer } | null = null;
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
    frame(operationId) {
      if (last?.operationId === operationId) return last.frame;
      const shared = tail();
      const head = `{"id":${JSON.stringify(operationId)}`;
      const length = Buffer.byteLength(head) + shared.length;
      const frame = Buffer.allocUnsafe(frameHeadLength(length) + length);
      const at = writeFrameHead(frame, length);
      shared.copy(frame, at + frame.write(head, at));
      last = { operationId, frame };
      return frame;
    },
  };
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
