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
  /** The `next` message as bytes, for an operation of this id. */
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
      const length = Buffer.byteLength(head);
      const frame = Buffer.allocUnsafe(length + shared.length);
      frame.write(head);
      shared.copy(frame, length);
      last = { operationId, frame };
      return frame;
    },
  };
}
