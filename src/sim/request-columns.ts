/**
 * Columns of the rows that a request in flight has: plain constants, which the event loop takes over, too. A row of `int` begins at
 * `slot * intWidth`, one of `real` at `slot * realWidth`.
 */

/** Columns of `int`. */
export const STREAM = 0;
export const DEVICE = 1;
/** The device's own request number. */
export const NUMBER = 2;
/** Arrival number over all streams. */
export const ORDER = 3;
/** Arrival number within its stream. */
export const STREAM_NUMBER = 4;
/** Evaluation row, -1 without a table. */
export const ROW = 5;
/** Segment that runs or runs next; ~cut while the tensor over that cut is encoded. */
export const SEGMENT = 6;
/** Group that holds the request, or held it last. */
export const GROUP = 7;
/** Exit that answered, -1 before. */
export const EXIT = 8;
/** Cut crossed last with a lossy codec that was measured, -1 for none. */
export const CROSSED = 9;
/** Place in the table of hops of the hop it is on. */
export const ROUTE = 10;
/** What happens to it next, or what it waits for: a code of `events.ts`. */
export const CODE = 11;
/** 1 when it arrived over a link with a tensor to decode. */
export const RECEIVED = 12;
/** Next in a node's queue. */
export const NEXT = 13;
/** Group it is sent to. */
export const TARGET = 14;
export const SLICE = 15;
export const intShift = 4;
export const intWidth = 16;

/** Columns of `real`: instants [s]. A slot in use has `real[ARRIVED_AT]` >= 0. */
export const ARRIVED_AT = 0;
/** Joined the node's queue, or entered the link. */
export const QUEUED_AT = 1;
/** Taken by a server, or by the link. */
export const STARTED_AT = 2;
/** Leaves the link: known at entry, +Infinity while a flow shares. */
export const LEAVES_AT = 3;
export const EXITED_AT = 4;
/** Bytes of the message under way; -1 when it only waits to be given up. */
export const BYTES = 5;
/** First part of the latency: compute of each node group, then the others. */
export const PARTS = 6;
