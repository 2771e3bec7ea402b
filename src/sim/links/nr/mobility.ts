/**
 * Devices that move between the base stations of a cell: where they are, which station serves them, and when they change over. A device
 * measures at regular instants, as radios do; what happens between follows from where it is, so nothing has to be stepped through but that.
 */
import type { Distribution } from "../../distribution.ts";
import { deriveKey, type Key, uniform } from "../../random.ts";
import { type Sampler, sampler } from "../../sampler.ts";
import { lossOutOfSight, umi } from "./path-loss.ts";

export type Point = readonly [x: number, y: number];

/** Lengths in m, times in s. */
export interface Mobility {
  /** Where the base stations are. */
  readonly stations: readonly Point[];
  readonly way: /** Along a line at one speed [m/s], from a point of it that is drawn for each device; round and round, or back and forth. */
    | {
        readonly kind: "path";
        readonly points: readonly Point[];
        readonly speed: number;
        readonly returns: boolean;
      }
    /** From one point to the next, anywhere in a rectangle, at a speed that is drawn, with a pause. */
    | { readonly kind: "waypoint"; readonly area: Point; readonly speed: Distribution; readonly pause: Distribution };
  /** Another station must be received better by this [dB], for so long [s]; measured every so often [s]. */
  readonly hysteresis: number;
  readonly timeToTrigger: number;
  readonly measures: number;
  /** Time without service at a handover; and, after it, until what lay in the old cell has come to the new one. */
  readonly interruption: number;
  readonly forward: number;
  /** What happens to a message that was being sent. */
  readonly inFlight: "keep" | "lose";
  readonly carrier: number;
}

/** Look-ahead for the next handover [s]. */
const ahead = 1;
/** Handovers remembered. */
const kept = 64;

interface Trip {
  readonly place: (t: number) => Point;
  /** Measurements made. */
  step: number;
  station: number;
  /** Measurement at which another station was first better, and which; -1 for none. */
  since: number;
  rival: number;
  /** The last handovers: instants, and stations from then on. */
  readonly at: number[];
  readonly to: number[];
}

export class Trips {
  private readonly mobility: Mobility;
  private readonly key: Key;
  private readonly trips: (Trip | undefined)[] = [];
  private readonly speed: Sampler | null;
  private readonly pause: Sampler | null;

  constructor(mobility: Mobility, link: string, root: { readonly seed: number; readonly replication: number }) {
    this.mobility = mobility;
    this.key = deriveKey(root.seed, root.replication, "movement", link);
    const { way } = mobility;
    this.speed = way.kind === "waypoint" ? sampler(way.speed) : null;
    this.pause = way.kind === "waypoint" ? sampler(way.pause) : null;
  }

  /** @param t must not decrease by more than a second from call to call of one device */
  placeOf(device: number, t: number): Point {
    return this.trip(device).place(t);
  }

  /** Station that serves a device. */
  station(device: number, t: number): number {
    const trip = this.measured(device, t);
    let i = trip.at.length - 1;
    while (trip.at[i]! > t) i--;
    return trip.to[i]!;
  }

  /** Distance on the ground to the station that serves it, within what the path loss holds for [m]. */
  distance(device: number, t: number): number {
    return distanceTo(this.mobility.stations[this.station(device, t)]!, this.placeOf(device, t));
  }

  /** End of the interruption at `t`, else `t`. @param direction what goes down has to come over from the old station, too */
  pausedUntil(device: number, direction: 0 | 1, t: number): number {
    const trip = this.measured(device, t);
    let i = trip.at.length - 1;
    while (trip.at[i]! > t) i--;
    return i === 0 && trip.at[0] === 0 ? t : Math.max(t, trip.at[i]! + this.pauseOf(direction));
  }

  /** When the station or an interruption may change next. */
  changeAfter(device: number, direction: 0 | 1, t: number): number {
    const end = this.pausedUntil(device, direction, t);
    const trip = this.measured(device, t + ahead);
    const next = trip.at.find((at) => at > t) ?? t + ahead;
    return end > t ? Math.min(end, next) : next;
  }

  private pauseOf(direction: 0 | 1): number {
    const { interruption, forward } = this.mobility;
    return interruption + (direction === 1 ? forward : 0);
  }

  private trip(device: number): Trip {
    const known = this.trips[device];
    if (known !== undefined) return known;
    const place = this.mobility.way.kind === "path" ? this.alongPath(device) : this.byWaypoints(device);
    const first = this.best(place(0));
    const made: Trip = { place, step: 0, station: first, since: -1, rival: -1, at: [0], to: [first] };
    this.trips[device] = made;
    return made;
  }

  /** A trip with all measurements up to `t`. */
  private measured(device: number, t: number): Trip {
    const trip = this.trip(device);
    const { measures, hysteresis, timeToTrigger, stations } = this.mobility;
    while ((trip.step + 1) * measures <= t) {
      trip.step++;
      const now = trip.step * measures;
      const place = trip.place(now);
      const best = this.best(place);
      const gain = this.loss(stations[trip.station]!, place) - this.loss(stations[best]!, place);
      if (best === trip.station || gain <= hysteresis) trip.rival = -1;
      else if (best !== trip.rival) {
        trip.rival = best;
        trip.since = now;
      }
      if (trip.rival < 0 || now - trip.since < timeToTrigger - 1e-9) continue;
      trip.station = best;
      trip.rival = -1;
      trip.at.push(now);
      trip.to.push(best);
      // Nobody asks about what lies so far behind.
      if (trip.at.length > kept) {
        trip.at.shift();
        trip.to.shift();
      }
    }
    return trip;
  }

  private best(place: Point): number {
    const losses = this.mobility.stations.map((station) => this.loss(station, place));
    return losses.indexOf(Math.min(...losses));
  }

  private loss(station: Point, place: Point): number {
    return lossOutOfSight(distanceTo(station, place), this.mobility.carrier);
  }

  private alongPath(device: number): (t: number) => Point {
    const way = this.mobility.way as Extract<Mobility["way"], { kind: "path" }>;
    const { points, speed } = way;
    const back = way.returns ? points.slice(0, -1).reverse() : [points[0]!];
    const round = [...points, ...back];
    const lengths = round.slice(1).map((p, i) => Math.hypot(p[0] - round[i]![0], p[1] - round[i]![1]));
    const total = lengths.reduce((a, b) => a + b, 0);
    const offset = uniform(this.key.k0, this.key.k1, 0, device) * total;
    return (t) => {
      let left = (offset + speed * t) % total;
      let leg = 0;
      while (leg < lengths.length - 1 && left > lengths[leg]!) {
        left -= lengths[leg]!;
        leg++;
      }
      return between(round[leg]!, round[leg + 1]!, lengths[leg] === 0 ? 0 : left / lengths[leg]!);
    };
  }

  private byWaypoints(device: number): (t: number) => Point {
    const { area } = this.mobility.way as Extract<Mobility["way"], { kind: "waypoint" }>;
    const { k0, k1 } = this.key;
    const unit = 2 ** 20;
    const draw = (number: number, what: number): number => uniform(k0, k1, number, device + what * unit);
    const point = (number: number): Point => [draw(number, 0) * area[0], draw(number, 1) * area[1]];
    const leg = (number: number, startsAt: number) => {
      const [from, to] = [point(number), point(number + 1)];
      const travel = Math.hypot(to[0] - from[0], to[1] - from[1]) / this.speed!.draw(k0, k1, number, device + 2 * unit);
      const pause = this.pause!.draw(k0, k1, number, device + 3 * unit);
      return { number, startsAt, travel, from, to, endsAt: startsAt + travel + pause };
    };
    let before = leg(0, 0);
    let now = before;
    return (t) => {
      while (t >= now.endsAt) {
        before = now;
        now = leg(now.number + 1, now.endsAt);
      }
      let at = t < now.startsAt ? before : now;
      // Asked about long ago: from the beginning.
      if (t < at.startsAt) for (at = leg(0, 0); t >= at.endsAt; ) at = leg(at.number + 1, at.endsAt);
      return between(at.from, at.to, at.travel === 0 ? 1 : Math.min(1, (t - at.startsAt) / at.travel));
    };
  }
}

function between(a: Point, b: Point, share: number): Point {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
}

function distanceTo(station: Point, place: Point): number {
  const distance = Math.hypot(station[0] - place[0], station[1] - place[1]);
  return Math.min(umi.distance.most, Math.max(umi.distance.least, distance));
}
