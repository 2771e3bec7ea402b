/** Radios that each have a place, connected or not; a power of two. */
const keptRadios = 4096;

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
  private readonly isLarge: boolean;
  /** Of large fleets only radios that are connected have a place, so that the others take no room; else each has its own. */
  private readonly places = new Map<number, number>();
  private readonly free: number[] = [];
  private used = 0;
  private sweepAt = keptRadios;
  /** By place: until when the radio is known to stay connected; connected seconds up to `since`. */
  private until: Float64Array;
  private connected: Float64Array;
  private since: Float64Array;
  /** Messages under way of which it is not known when they leave: in all, and by direction. */
  private open: Int32Array;
  private readonly flows: [Int32Array, Int32Array];
  private readonly flowsSince: [Float64Array, Float64Array];
  /** Seconds with at least one flow, by direction, over all radios. */
  private readonly flowing: [number, number] = [0, 0];
  /** Connected seconds of radios that have no place any more. */
  private past = 0;

  constructor(radios: number, tail: number) {
    this.tail = tail;
    this.isLarge = radios > keptRadios;
    const places = Math.min(radios, keptRadios);
    if (!this.isLarge) this.used = radios;
    this.until = new Float64Array(places);
    this.connected = new Float64Array(places);
    this.since = new Float64Array(places);
    this.open = new Int32Array(places);
    this.flows = [new Int32Array(places), new Int32Array(places)];
    this.flowsSince = [new Float64Array(places), new Float64Array(places)];
  }

  /** A message enters now and leaves at an instant that is known. */
  pass(radio: number, now: number, leavesAt: number): void {
    const place = this.place(radio, now);
    this.advance(place, now);
    this.until[place] = Math.max(this.until[place]!, leavesAt + this.tail);
  }

  /** A message enters now, and will {@link leave}. @param direction 0 up, 1 down */
  enter(radio: number, direction: 0 | 1, now: number): void {
    const place = this.place(radio, now);
    this.advance(place, now);
    this.open[place]! += 1;
    const flows = this.flows[direction];
    if (flows[place]! === 0) this.flowsSince[direction][place] = now;
    flows[place]! += 1;
  }

  leave(radio: number, direction: 0 | 1, now: number): void {
    const place = this.place(radio, now);
    this.advance(place, now);
    this.open[place]! -= 1;
    this.until[place] = Math.max(this.until[place]!, now + this.tail);
    const flows = this.flows[direction];
    flows[place]! -= 1;
    if (flows[place]! === 0) this.flowing[direction] += now - this.flowsSince[direction][place]!;
  }

  /** Connected seconds of all radios up to `now`. */
  connectedSeconds(now: number): number {
    let sum = this.past;
    for (let place = 0; place < this.used; place++) sum += this.connected[place]! + this.running(place, now);
    return sum;
  }

  /** Seconds in which a radio had a flow of a direction, over all radios, up to `now`. */
  flowSeconds(direction: 0 | 1, now: number): number {
    let sum = this.flowing[direction];
    const flows = this.flows[direction];
    for (let place = 0; place < this.used; place++) {
      if (flows[place]! > 0) sum += now - this.flowsSince[direction][place]!;
    }
    return sum;
  }

  /** Connected seconds since `since`. */
  private running(place: number, now: number): number {
    const since = this.since[place]!;
    return Math.max(0, (this.open[place]! > 0 ? now : Math.min(now, this.until[place]!)) - since);
  }

  private advance(place: number, now: number): void {
    this.connected[place]! += this.running(place, now);
    this.since[place] = now;
  }

  private place(radio: number, now: number): number {
    if (!this.isLarge) return radio;
    const known = this.places.get(radio);
    if (known !== undefined) return known;
    if (this.places.size >= this.sweepAt) this.sweep(now);
    const place = this.free.pop() ?? this.used++;
    if (place === this.until.length) this.grow();
    this.places.set(radio, place);
    return place;
  }

  /** Radios that are not connected any more leave their seconds behind. */
  private sweep(now: number): void {
    for (const [radio, place] of this.places) {
      if (this.open[place]! > 0 || this.until[place]! > now) continue;
      this.advance(place, now);
      this.past += this.connected[place]!;
      this.connected[place] = 0;
      this.until[place] = 0;
      this.places.delete(radio);
      this.free.push(place);
    }
    this.sweepAt = Math.max(keptRadios, 2 * this.places.size);
  }

  private grow(): void {
    this.until = longer(this.until, Float64Array);
    this.connected = longer(this.connected, Float64Array);
    this.since = longer(this.since, Float64Array);
    this.open = longer(this.open, Int32Array);
    for (const direction of [0, 1] as const) {
      this.flows[direction] = longer(this.flows[direction], Int32Array);
      this.flowsSince[direction] = longer(this.flowsSince[direction], Float64Array);
    }
  }
}

function longer<A extends Float64Array | Int32Array>(array: A, kind: new (length: number) => A): A {
  const twice = new kind(2 * array.length);
  twice.set(array);
  return twice;
}
