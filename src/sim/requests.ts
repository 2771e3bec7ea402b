/**
 * The requests in flight, as columns: a slot is taken at arrival and given back when the request ends, so memory follows what is in
 * flight and never what was served.
 */
export class Requests {
  private capacity = 0;
  private free: Int32Array<ArrayBuffer> = new Int32Array(0);
  private freeCount = 0;
  /** Slots ever used; those in use have `arrivedAt` >= 0. */
  used = 0;
  /** Parts of the latency kept per request. */
  readonly parts: number;

  stream: Int32Array<ArrayBuffer> = new Int32Array(0);
  device: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** The device's own request number. */
  number: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Arrival number over all streams. */
  order: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Arrival number within its stream. */
  streamNumber: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Evaluation row, -1 without a table. */
  row: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Segment that runs or runs next; ~cut while a tensor is encoded. */
  segment: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Group that holds the request, or held it last. */
  group: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Exit that answered, -1 before. */
  exit: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Cut crossed last with a lossy codec that was measured, -1 for none. */
  crossed: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Row of the route table and position on it. */
  route: Int32Array<ArrayBuffer> = new Int32Array(0);
  hop: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** 1 when it arrived over a link with a tensor to decode. */
  received: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Next in a node's queue. */
  next: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Group it is sent to. */
  target: Int32Array<ArrayBuffer> = new Int32Array(0);
  slice: Int32Array<ArrayBuffer> = new Int32Array(0);

  arrivedAt: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** Joined the node's queue, or entered the link. */
  queuedAt: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** Taken by a server, or by the link. */
  startedAt: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** Leaves the link (known at entry on a FIFO link). */
  leavesAt: Float64Array<ArrayBuffer> = new Float64Array(0);
  exitedAt: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** Bytes of the message under way. */
  bytes: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** [slot, part]. */
  part: Float64Array<ArrayBuffer> = new Float64Array(0);

  constructor(parts: number) {
    this.parts = parts;
    this.grow(1024);
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.used - this.freeCount;
  }

  take(): number {
    let slot: number;
    if (this.freeCount > 0) slot = this.free[--this.freeCount]!;
    else {
      if (this.used === this.capacity) this.grow(this.capacity * 2);
      slot = this.used++;
    }
    const first = slot * this.parts;
    for (let i = first; i < first + this.parts; i++) this.part[i] = 0;
    this.exit[slot] = -1;
    this.crossed[slot] = -1;
    this.received[slot] = 0;
    this.leavesAt[slot] = 0;
    return slot;
  }

  release(slot: number): void {
    this.arrivedAt[slot] = -1;
    this.free[this.freeCount++] = slot;
  }

  private grow(capacity: number): void {
    const int = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const column = new Int32Array(capacity);
      column.set(old);
      return column;
    };
    const float = (old: Float64Array, width = 1): Float64Array<ArrayBuffer> => {
      const column = new Float64Array(capacity * width);
      column.set(old);
      return column;
    };
    this.free = int(this.free);
    this.stream = int(this.stream);
    this.device = int(this.device);
    this.number = int(this.number);
    this.order = int(this.order);
    this.streamNumber = int(this.streamNumber);
    this.row = int(this.row);
    this.segment = int(this.segment);
    this.group = int(this.group);
    this.exit = int(this.exit);
    this.crossed = int(this.crossed);
    this.route = int(this.route);
    this.hop = int(this.hop);
    this.next = int(this.next);
    this.target = int(this.target);
    this.slice = int(this.slice);
    const received = new Uint8Array(capacity);
    received.set(this.received);
    this.received = received;
    this.arrivedAt = float(this.arrivedAt);
    this.queuedAt = float(this.queuedAt);
    this.startedAt = float(this.startedAt);
    this.leavesAt = float(this.leavesAt);
    this.exitedAt = float(this.exitedAt);
    this.bytes = float(this.bytes);
    this.part = float(this.part, this.parts);
    this.capacity = capacity;
  }
}
