/** What every way to serve requests promises, in whatever order it takes them. A node's options run these in one line. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Cell } from "../../src/sim/collector.ts";
import type { Distribution } from "../../src/sim/distribution.ts";
import type { Setup } from "../../src/sim/setup.ts";
import { seconds } from "../../src/units.ts";
import { at, build, follow, link, type NodeOptions, node, sequence, stream, type Told } from "../sim/build.ts";

export interface Promises {
  /** Servers never rest while somebody waits, and do nothing twice. */
  readonly conservesWork: boolean;
  /** Requests of one stream that ask for the same leave in the order in which they came. */
  readonly isFair: boolean;
}

interface Case {
  readonly gaps: readonly number[];
  readonly times: readonly number[];
  readonly servers: number;
  readonly places: number;
  readonly isUrgent: readonly boolean[];
}

const grid = (max: number) => fc.integer({ min: 0, max }).map((n) => n / 8);
const cases = fc
  .tuple(
    fc.array(fc.tuple(grid(12), fc.integer({ min: 1, max: 24 }), fc.boolean()), { minLength: 1, maxLength: 30 }),
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom(0, 1, 3, Number.POSITIVE_INFINITY),
  )
  .map(([rows, servers, places]): Case => {
    return {
      gaps: rows.map(([gap]) => gap),
      times: rows.map(([, time]) => time / 8),
      isUrgent: rows.map(([, , urgent]) => urgent),
      servers,
      places,
    };
  });

/** Two streams, a device that does nothing, and the node in question, which runs two segments with an exit between. */
function setupOf(c: Case, options: NodeOptions, fixedTime?: number): Setup {
  let now = 0;
  const instants = c.gaps.map((gap) => (now += gap));
  const of = (urgent: boolean): number[] => c.gaps.flatMap((_, i) => (c.isUrgent[i] === urgent ? [i] : []));
  const streams = [false, true].flatMap((urgent) => {
    const mine = of(urgent);
    if (mine.length === 0) return [];
    const arrivals = at(...mine.map((i) => instants[i]!));
    const times = sequence(...mine.map((i) => fixedTime ?? c.times[i]!));
    const deadline = seconds(urgent ? 2 : 5);
    return [{ times, stream: stream({ name: `stream-${urgent}`, arrivals, priority: urgent ? 1 : 2, deadline }) }];
  });
  const built = build({
    nodes: [
      node("device"),
      node("edge", { servers: c.servers, ...options, queue: { places: c.places, ...options.queue } }),
    ],
    links: [link(0, 1, { latency: 0.5 })],
    streams: streams.map((s) => s.stream),
    table: (s, _node, segment) => (segment === 0 ? streams[s]!.times : 0.25),
    share: [0.5, 1],
    sizes: [0, 0],
    decode: [0.125, null],
    place: [1, 1],
  });
  return options.queue?.batch ? batching(built) : built;
}

/** A batch of n takes as long as its first alone, and an eighth of a second for each more. */
function batching(setup: Setup): Setup {
  const trunk = setup.model.trunk.map((s) =>
    s.map((g) =>
      g.map((one) => {
        const times = one.kind === "sequence" ? one.values : [0.25];
        const eight: Distribution =
          one.kind === "sequence"
            ? { kind: "sequence", values: times.map((t) => t + 7 / 8) }
            : { kind: "constant", value: times[0]! + 7 / 8 };
        return { sizes: [1, 8], times: [one, eight] };
      }),
    ),
  );
  const head = setup.model.head.map((s) => s.map((g) => g.map(() => null)));
  return { ...setup, model: { ...setup.model, batched: { trunk, head } } };
}

const last = (requests: readonly Told[]): number => Math.max(...requests.map((r) => r.endedAt));

export function stationContract(name: string, options: NodeOptions, promises: Promises): void {
  test(`${name}: every request ends once, and what is counted is what happened`, () => {
    fc.assert(
      fc.property(cases, (c) => {
        {
          const setup = setupOf(c, options);
          const { requests, window, replication } = follow(setup);
          expect(requests.map((r) => r.order)).toEqual(c.gaps.map((_, i) => i));
          const done = requests.filter((r) => r.end === "completed");
          expect(window.completed(() => true).n + window.allDropped(null) + window.inFlight(null)).toBe(c.gaps.length);
          expect(replication.partsGap).toBeLessThan(1e-9);
          for (const { visits } of done) {
            const [group, queued, started, ended] = visits[0]!;
            expect([visits.length, group]).toEqual([1, 1]);
            expect(started).toBeGreaterThanOrEqual(queued);
            expect(ended).toBeGreaterThanOrEqual(started + 0.125);
          }
          const visits = window.visits(1);
          expect(visits[0]).toBe(done.length);
        }
      }),
      { numRuns: 25 },
    );
  });

  test(`${name}: the same setup gives the same history`, () => {
    fc.assert(
      fc.property(cases, (c) => {
        {
          const setup = setupOf(c, options);
          expect(follow(setup).replication.fingerprint).toEqual(follow(setup).replication.fingerprint);
        }
      }),
      { numRuns: 10 },
    );
  });

  test(`${name}: waiting and service add up to the time on the node, and no more servers work than there are`, () => {
    fc.assert(
      fc.property(cases, (c) => {
        {
          // A second, idle stream's last arrival ends the window when all have ended.
          const setup = setupOf({ ...c, places: Number.POSITIVE_INFINITY }, options);
          const end = last(follow(setup).requests) + 1;
          const watched = { ...setup, run: { ...setup.run, duration: seconds(end) } };
          const { window, requests } = follow(watched);
          const { end: snapshot } = window.replication;
          const residence = requests.reduce((sum, r) => sum + r.visits.reduce((s, v) => s + v[3] - v[1], 0), 0);
          const [n, waiting, , , service] = window.visits(1);
          const shift = window.replication.collector.serviceShift[1]!;
          if (window.allDropped(null) > 0) return;
          expect(snapshot.stations[1]!.inside).toBeCloseTo(residence, 9);
          expect(waiting! + n! * shift + service!).toBeCloseTo(residence, 9);
          expect(snapshot.waiting[1]).toBeCloseTo(waiting!, 9);
          expect(snapshot.busy[1]!).toBeLessThanOrEqual(snapshot.stations[1]!.up + 1e-9);
          const most = Math.max(c.servers, options.autoscale?.max ?? 0);
          // Each beyond the most that are wanted is to go, and has a request yet.
          const leaving = options.autoscale ? snapshot.stations[1]!.inside : 0;
          expect(snapshot.stations[1]!.on).toBeLessThanOrEqual(most * end + leaving + 1e-9);
          expect(snapshot.stations[1]!.up).toBeLessThanOrEqual(snapshot.stations[1]!.started + 1e-9);
          expect(snapshot.stations[1]!.started).toBeLessThanOrEqual(snapshot.stations[1]!.on + 1e-9);
          const parts = window.completed(() => true).parts;
          expect(parts[1]! + parts[2 + 4]! + parts[2]!).toBeCloseTo(residence, 9);
          expect(window.completed(() => true).parts.length).toBe(window.replication.collector.width - Cell.parts);
        }
      }),
      { numRuns: 25 },
    );
  });

  if (promises.conservesWork)
    test(`${name}: one server works exactly when there is work, and not a second longer than first come first served`, () => {
      fc.assert(
        fc.property(cases, (c) => {
          {
            const one = { ...c, servers: 1, places: Number.POSITIVE_INFINITY };
            const plain = follow(setupOf(one, {}));
            const other = follow(setupOf(one, options));
            expect(last(other.requests)).toBeCloseTo(last(plain.requests), 9);
            const end = seconds(last(plain.requests) + 1);
            const busy = (nodeOptions: NodeOptions): number => {
              const setup = setupOf(one, nodeOptions);
              return follow({ ...setup, run: { ...setup.run, duration: end } }).replication.end.busy[1]!;
            };
            expect(busy(options)).toBeCloseTo(busy({}), 9);
          }
        }),
        { numRuns: 10 },
      );
    });

  if (promises.isFair)
    test(`${name}: equal requests of one stream leave in the order in which they came`, () => {
      fc.assert(
        fc.property(cases, (c) => {
          {
            const same = setupOf({ ...c, servers: 1 }, options, 1.5);
            const { requests } = follow({ ...same, policy: { ...same.policy, exit: neverEarly } });
            for (const s of [0, 1]) {
              const ends = requests.filter((r) => r.stream === s && r.end === "completed").map((r) => r.endedAt);
              expect(ends).toEqual([...ends].sort((a, b) => a - b));
            }
          }
        }),
        { numRuns: 10 },
      );
    });
}

const neverEarly: Setup["policy"]["exit"] = {
  name: "never",
  pure: true,
  heads: () => [],
  decide: () => ({ kind: "go-on" }),
};
