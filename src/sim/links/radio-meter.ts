/**
 * The radios at the first end of a link: how long each is connected, and how long it sends and receives. A radio is connected from
 * when a message enters the link until `tail` after the last one has left it. Exact: what is counted are the lengths of intervals,
 * merged where they overlap, so energy is the integral of power.
 *
 * Of the connected time a message is charged what it adds: one that comes during the tail of another prolongs it, and one alone pays
 * the whole tail. So what requests are charged adds up to what the radios draw.
 */
export class RadioMeter {
  private readonly tail: number;
  /** By radio: until when it is known to stay connected; connected seconds up to `since`. */
  private readonly until: Float64Array;
  private readonly connected: Float64Array;
  private readonly since: Float64Array;
  /** Messages under way of which it is not known when they leave: in all, and by direction. */
  private readonly open: Int32Array;
  private readonly flows: readonly [Int32Array, Int32Array];
  private readonly flowsSince: readonly [Float64Array, Float64Array];
  /** Seconds with at least one flow, by direction, over all radios. */
  private readonly flowing: [number, number] = [0, 0];

  constructor(radios: number, tail: number) {
    this.tail = tail;
    this.until = new Float64Array(radios);
    this.connected = new Float64Array(radios);
    this.since = new Float64Array(radios);
    this.open = new Int32Array(radios);
    this.flows = [new Int32Array(radios), new Int32Array(radios)];
    this.flowsSince = [new Float64Array(radios), new Float64Array(radios)];
  }

  /** A message enters now and leaves at an instant that is known. */
  pass(radio: number, now: number, leavesAt: number): void {
    this.advance(radio, now);
    this.until[radio] = Math.max(this.until[radio]!, leavesAt + this.tail);
  }

  /** A message enters now, and will {@link leave}. @param direction 0 up, 1 down */
  enter(radio: number, direction: 0 | 1, now: number): void {
    this.advance(radio, now);
    this.open[radio]! += 1;
    const flows = this.flows[direction];
    if (flows[radio]! === 0) this.flowsSince[direction][radio] = now;
    flows[radio]! += 1;
  }

  leave(radio: number, direction: 0 | 1, now: number): void {
    this.advance(radio, now);
    this.open[radio]! -= 1;
    this.until[radio] = Math.max(this.until[radio]!, now + this.tail);
    const flows = this.flows[direction];
    flows[radio]! -= 1;
    if (flows[radio]! === 0) this.flowing[direction] += now - this.flowsSince[direction][radio]!;
  }

  /** Connected seconds of all radios up to `now`. */
  connectedSeconds(now: number): number {
    let sum = 0;
    for (let radio = 0; radio < this.until.length; radio++) sum += this.connected[radio]! + this.running(radio, now);
    return sum;
  }

  /** Seconds in which a radio had a flow of a direction, over all radios, up to `now`. */
  flowSeconds(direction: 0 | 1, now: number): number {
    let sum = this.flowing[direction];
    const flows = this.flows[direction];
    for (let radio = 0; radio < flows.length; radio++) {
      if (flows[radio]! > 0) sum += now - this.flowsSince[direction][radio]!;
    }
    return sum;
  }

  /** Connected seconds since `since`. */
  private running(radio: number, now: number): number {
    const since = this.since[radio]!;
    return Math.max(0, (this.open[radio]! > 0 ? now : Math.min(now, this.until[radio]!)) - since);
  }

  private advance(radio: number, now: number): void {
    this.connected[radio]! += this.running(radio, now);
    this.since[radio] = now;
  }
}
