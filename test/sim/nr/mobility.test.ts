import { describe, expect, test } from "vitest";
import { type Mobility, Trips } from "../../../src/sim/links/nr/mobility.ts";
import type { NrCell } from "../../../src/sim/links/nr/nr-cell.ts";
import type { Setup } from "../../../src/sim/setup.ts";
import { build, follow, link, node, periodic, stream } from "../build.ts";

const street: Mobility = {
  stations: [
    [0, 0],
    [400, 0],
  ],
  way: {
    kind: "path",
    points: [
      [0, 0],
      [400, 0],
    ],
    speed: 20,
    returns: true,
  },
  hysteresis: 3,
  timeToTrigger: 0,
  measures: 0.04,
  interruption: 0.05,
  forward: 0.005,
  inFlight: "keep",
  carrier: 3.5e9,
};
const root = { seed: 3, replication: 0 };
const tripsOf = (changes: Partial<Mobility> = {}): Trips => new Trips({ ...street, ...changes }, "cell", root);

/** Instants of the handovers of device 0 in 200 s. */
function handovers(trips: Trips): number[] {
  const found: number[] = [];
  let station = trips.station(0, 0);
  for (let t = 0; t < 200; t += 0.01) {
    const next = trips.station(0, t);
    if (next !== station) found.push(t);
    station = next;
  }
  return found;
}

describe("a device between two stations 400 m apart", () => {
  test("goes along the path at its speed and turns at its ends", () => {
    const trips = tripsOf();
    for (let t = 0; t < 60; t += 0.5) {
      const [x, y] = trips.placeOf(0, t);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(400);
      expect(y).toBe(0);
      const moved = Math.abs(trips.placeOf(0, t + 0.5)[0] - x);
      expect(moved).toBeLessThanOrEqual(10 + 1e-9);
    }
    // There and back are 800 m: 40 s.
    expect(trips.placeOf(0, 47.3)[0]).toBeCloseTo(trips.placeOf(0, 7.3)[0], 6);
  });

  test("changes over where the other is 3 dB better: 19.5 m past the middle, every 20 s", () => {
    // 35.3 log10(d1 / d2) = 3: d1 / d2 = 1.216, x = 219.5 m or 180.5 m with the height of the station.
    const trips = tripsOf();
    const found = handovers(trips);
    expect(found.length).toBeGreaterThanOrEqual(9);
    for (const t of found) {
      const past = Math.abs(trips.placeOf(0, t)[0] - 200);
      // Seen at the next measurement: 0.8 m later at most.
      expect(past).toBeGreaterThan(19.3);
      expect(past).toBeLessThan(20.8);
    }
    found.slice(1).forEach((t, i) => {
      expect(Math.abs(t - found[i]! - 20)).toBeLessThan(2.1);
    });
  });

  test("a time to trigger of 640 ms is 12.8 m more", () => {
    const trips = tripsOf({ timeToTrigger: 0.64 });
    for (const t of handovers(trips)) expect(Math.abs(Math.abs(trips.placeOf(0, t)[0] - 200) - 33)).toBeLessThan(1);
  });

  test("has no service for 50 ms then, and what goes down for 5 ms more", () => {
    const trips = tripsOf();
    const [first] = handovers(trips);
    const start = Math.floor(first! / 0.04 + 1e-9) * 0.04;
    expect(trips.pausedUntil(0, 0, start + 0.001)).toBeCloseTo(start + 0.05, 9);
    expect(trips.pausedUntil(0, 1, start + 0.001)).toBeCloseTo(start + 0.055, 9);
    expect(trips.pausedUntil(0, 0, start + 0.051)).toBe(start + 0.051);
  });

  test("random waypoints stay in their area, and the same device makes the same trip", () => {
    const way = {
      kind: "waypoint",
      area: [300, 100],
      speed: { kind: "uniform", low: 1, high: 3 },
      pause: { kind: "exponential", mean: 5 },
    } as const;
    const [a, b] = [tripsOf({ way }), tripsOf({ way })];
    b.placeOf(4, 900);
    for (let t = 0; t < 900; t += 7) {
      const [x, y] = a.placeOf(4, t);
      expect(x >= 0 && x <= 300 && y >= 0 && y <= 100).toBe(true);
      expect(b.placeOf(4, t)[0]).toBeCloseTo(x, 9);
    }
  });
});

describe("messages of devices that move", () => {
  const radio = (mobility: Mobility | null): NrCell => ({
    numerology: 1,
    pattern: "DDDSU",
    special: 0.7,
    times: { grant: "dynamic", occasions: 0, device: 1, station: 2, n1: 2, k2: 2, decode: 2 },
    harq: { error: 0, falls: 0.1, retransmissions: 3 },
    share: "resource-fair",
    idle: null,
    interruptions: null,
    signal: null,
    mobility,
  });
  /** One that sends 20 kB, 16 ms of 10 Mbit/s, 25 times a second unless said otherwise, and is answered. */
  const setup = (mobility: Mobility | null, period = 0.04, size = 20_000): Setup =>
    build({
      nodes: [node("car"), node("edge", { servers: 10 })],
      links: [link(0, 1, { kind: "nr-cell", rate: 10e6, radio: radio(mobility) })],
      streams: [stream({ arrivals: periodic(period), answerTo: "source" })],
      times: [0.001],
      sizes: [size],
      result: 100,
      place: [1],
      run: { requests: 2500 },
    });
  const latencies = (of: Setup): number[] =>
    follow(of).requests.map(({ endedAt, messages }) => endedAt - messages[0]![1]);

  test("are kept at a handover: all are answered, some up to 55 ms later, none sooner", () => {
    const [staying, moving] = [latencies(setup(null)), latencies(setup(street))];
    expect(moving.length).toBe(staying.length);
    const later = moving.map((latency, i) => latency - staying[i]!);
    expect(Math.min(...later)).toBeGreaterThan(-1e-9);
    const late = later.filter((l) => l > 0.01).length;
    // Five or so handovers in 100 s, each holds up one or two messages.
    expect(late).toBeGreaterThanOrEqual(4);
    expect(late).toBeLessThanOrEqual(20);
    expect(Math.max(...later)).toBeGreaterThan(0.02);
    expect(Math.max(...later)).toBeLessThan(0.09);
  });

  test("are lost when they are to be: dropped for the link, and only what was being sent", () => {
    // 24 of 33 ms something is being sent.
    const { requests } = follow(setup({ ...street, inFlight: "lose" }, 0.033, 30_000));
    const lost = requests.filter(({ end }) => end === "link");
    expect(lost.length).toBeGreaterThanOrEqual(1);
    expect(lost.length).toBeLessThanOrEqual(8);
    expect(requests.filter(({ end }) => end === "completed").length).toBe(requests.length - lost.length);
  });

  test("each station has airtime of its own: two devices at different ones do not share", () => {
    const still = (stations: Mobility["stations"]): Mobility => ({
      ...street,
      stations,
      way: {
        kind: "waypoint",
        area: [400, 1],
        speed: { kind: "constant", value: 1e-9 },
        pause: { kind: "constant", value: 0 },
      },
    });
    const of = (stations: Mobility["stations"], seed: number): number[] =>
      follow({
        ...build({
          nodes: [node("car", { count: 2 }), node("edge", { servers: 10 })],
          links: [link(0, 1, { kind: "nr-cell", rate: 10e6, radio: radio(still(stations)) })],
          streams: [stream({ arrivals: { kind: "trace", instants: Float64Array.of(0), each: true } })],
          times: [0],
          sizes: [20_000],
          place: [1],
        }),
        seed,
      }).requests.map(({ endedAt }) => endedAt);
    const seeds = Array.from({ length: 12 }, (_, seed) => seed);
    // 3.2 ms of airtime alone: slots 9 to 39, complete at 20 ms. Shared, 6.4 ms: 13 slots, complete at 35 ms.
    const both = seeds.map((seed) => of(street.stations, seed).map((t) => Math.round(t * 1e6) / 1e3));
    expect(new Set(both.flat())).toEqual(new Set([21, 36]));
    for (const [a, b] of both) expect(a).toBe(b);
    for (const seed of seeds) expect(of([[0, 0]], seed)[0]).toBeCloseTo(0.036, 6);
  });
});
