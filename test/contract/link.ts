/** What every kind of link promises, whatever it is told beside. A kind and its options run these in one line. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Message } from "../../src/sim/collector.ts";
import { wireBytes } from "../../src/sim/links/wire.ts";
import type { Link, Setup } from "../../src/sim/setup.ts";
import {
  build,
  exponential,
  follow,
  type LinkOptions,
  link,
  node,
  partsOf,
  poisson,
  stream,
  type Told,
} from "../sim/build.ts";

export interface Promises {
  /** Messages of one resource and direction arrive in the order in which they came. */
  readonly keepsOrder: boolean;
  /** Twice the rate makes no request later. */
  readonly fasterIsNeverLater: boolean;
  /** Why times cannot be multiplied; left out where they can. */
  readonly hasOwnClock?: string;
}

interface Case {
  readonly seed: number;
  readonly per: boolean;
  readonly devices: number;
  readonly bytes: number;
}

const cases = fc.record({
  seed: fc.nat(10_000),
  per: fc.boolean(),
  devices: fc.integer({ min: 1, max: 3 }),
  bytes: fc.integer({ min: 0, max: 3000 }),
});
const requests = 40;

/** What the link is told, with all times `f` times as long and all rates as much smaller. */
export type At = (f: number) => LinkOptions;

/** Two streams of a group of devices, a link in question, an edge without queue, and answers that come back. */
function setupOf(c: Case, options: At, f = 1, faster = 1): Setup {
  const given = options(f);
  return build({
    nodes: [node("device", { count: c.devices }), node("edge", { servers: 1_000_000 })],
    links: [link(0, 1, { ...given, rate: given.rate! * faster, ...(c.per ? { per: 0 } : {}) })],
    streams: ["one", "other"].map((name) =>
      stream({ name, arrivals: poisson(0.2 / c.devices / f), answerTo: "source" }),
    ),
    times: [exponential(0.1 * f)],
    sizes: [c.bytes],
    result: 100,
    place: [1],
    run: { requests },
    seed: c.seed,
  });
}

const crossings = (told: readonly Told[], way: number) =>
  told.flatMap((r) => r.messages.filter(([w]) => w === way).map((m) => ({ request: r, message: m })));

export function linkContract(name: string, options: At, promises: Promises, numRuns = 4): void {
  const check = (what: string, holds: (c: Case) => void): void => {
    test(what, () => {
      fc.assert(fc.property(cases, holds), { numRuns });
    });
  };
  describe(name, () => {
    check("every request ends in one way, and every byte that was sent was delivered or lost", (c) => {
      const setup = setupOf(c, options);
      const { requests: told, window, replication } = follow(setup);
      expect(told.length).toBe(requests);
      expect(replication.partsGap).toBeLessThan(1e-9);
      const [up, down] = [window.messages(0), window.messages(1)];
      const { links } = setup;
      const sizes = [wireBytes(links[0]!, c.bytes), wireBytes(links[0]!, 100)];
      // Bytes in = delivered + lost, once nothing is queued any more.
      if (told.some((r) => r.end === "in_flight")) return;
      expect(up[Message.bytes]).toBe(up[Message.attempts]! * sizes[0]!);
      expect(down[Message.bytes]).toBe(down[Message.attempts]! * sizes[1]!);
      expect(up[Message.n]).toBe(requests);
      expect(up[Message.attempts]! - up[Message.lost]!).toBe(down[Message.n]);
      expect(down[Message.attempts]! - down[Message.lost]!).toBe(told.filter((r) => r.end === "completed").length);
    });

    check("nothing begins before it is there, or leaves before it could have been sent", (c) => {
      const setup = setupOf(c, options);
      const { requests: told } = follow(setup);
      const fastest = peak(setup.links[0]!);
      for (const { request, message } of crossings(told, 0)) {
        const [, queued, started, left] = message;
        expect(started).toBeGreaterThanOrEqual(queued);
        expect(left - started).toBeGreaterThanOrEqual(((c.bytes * 8) / fastest) * (1 - 1e-9) - 1e-12);
        if (request.end === "completed") expect(request.endedAt).toBeGreaterThanOrEqual(left);
      }
    });

    check("in use at most all the time, and what is counted never falls", (c) => {
      const { replication } = follow(setupOf(c, options));
      const resources = c.per ? c.devices : 1;
      let before = replication.snapshots[0]!;
      for (const now of [...replication.snapshots.slice(1), replication.end]) {
        for (const way of [0, 1]) {
          expect(now.linkLeft[way]).toBeGreaterThanOrEqual(before.linkLeft[way]!);
          expect(now.linkBytes[way]).toBeGreaterThanOrEqual(before.linkBytes[way]!);
          expect(now.linkInside[way]).toBeGreaterThanOrEqual(before.linkInside[way]! - 1e-9);
          const busy = now.linkBusy[way]! - before.linkBusy[way]!;
          expect(busy).toBeGreaterThanOrEqual(-1e-9);
          if (setupOf(c, options).links[0]!.kind !== "fixed")
            expect(busy).toBeLessThanOrEqual((now.at - before.at) * resources + 1e-9);
        }
        before = now;
      }
    });

    check("at every instant, what came in has left or is there: messages, bytes and time", (c) => {
      const setup = setupOf(c, options);
      const { requests: told, replication } = follow(setup);
      // What is empty leaves at the instant it comes: whether it has left by then is a matter of words.
      if (c.bytes === 0 || setup.links[0]!.loss !== null || told.some((r) => r.end === "in_flight")) return;
      const wire = wireBytes(setup.links[0]!, c.bytes);
      const up = crossings(told, 0).map(({ message: [, queued, started, left] }) => ({ queued, started, left }));
      for (const { at: now, linkLeft, linkBytes, linkInside, linkBusy } of [
        ...replication.snapshots,
        replication.end,
      ]) {
        const left = up.filter((m) => m.left <= now).length;
        expect(linkLeft[0]).toBe(left);
        expect(linkBytes[0]).toBe(left * wire);
        const inside = up.reduce((sum, m) => sum + Math.max(0, Math.min(m.left, now) - m.queued), 0);
        expect(linkInside[0]).toBeCloseTo(inside, 6);
        if (setup.links[0]!.kind !== "fifo") continue;
        const busy = up.reduce((sum, m) => sum + Math.max(0, Math.min(m.left, now) - m.started), 0);
        expect(linkBusy[0]).toBeCloseTo(busy, 6);
      }
    });

    const scales = promises.hasOwnClock === undefined ? check : (): void => {};
    scales("all times multiplied by a power of two: results multiplied by it, to the last bit", (c) => {
      const one = follow(setupOf(c, options)).requests;
      for (const f of [2 ** -5, 2 ** 3]) {
        const other = follow(setupOf(c, options, f)).requests;
        expect(other.map((r) => [r.end, r.endedAt])).toEqual(one.map((r) => [r.end, r.endedAt * f]));
      }
    });

    check("the order of declaration changes no latency", (c) => {
      const setup = setupOf(c, options);
      const swapped = permuted(setup);
      const byName = (s: Setup) =>
        new Map(
          follow(s).requests.map((r) => [`${s.streams[r.stream]!.name} ${r.device} ${r.number}`, [r.end, r.endedAt]]),
        );
      expect(byName(swapped)).toEqual(byName(setup));
    });

    check("the recorder sees what is counted, and changes nothing", (c) => {
      const setup = setupOf(c, options);
      const { requests: told, window } = follow(setup);
      const parts = partsOf(setup, window);
      const latencies = told.filter((r) => r.end === "completed").reduce((sum, r) => sum + r.endedAt - r.arrivedAt, 0);
      expect(Object.values(parts).reduce((a, b) => a + b, 0)).toBeCloseTo(latencies, 6);
    });

    if (promises.keepsOrder)
      check("messages arrive in the order in which they came", (c) => {
        const { requests: told } = follow(setupOf({ ...c, per: true }, options));
        for (let device = 0; device < c.devices; device++) {
          const mine = crossings(told, 0)
            .filter((m) => m.request.device === device && m.request.visits.length > 0)
            .sort((a, b) => a.message[1] - b.message[1]);
          const arrived = mine.map((m) => m.request.visits[0]![1]);
          expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
        }
      });

    if (promises.fasterIsNeverLater)
      check("a faster link makes no request later", (c) => {
        // Answers of others may come in between when requests come earlier: they are not on this path.
        const there = (faster: number): Told[] => {
          const setup = setupOf(c, options, 1, faster);
          return follow({ ...setup, streams: setup.streams.map((s) => ({ ...s, answerTo: "nowhere" as const })) })
            .requests;
        };
        const slow = there(1);
        there(2).forEach((r, i) => {
          if (slow[i]!.end === "completed" && r.end === "completed")
            expect(r.endedAt).toBeLessThanOrEqual(slow[i]!.endedAt + 1e-9);
        });
      });
  });
}

/** The highest rate that a direction ever has. */
function peak({ up, radio }: Link): number {
  const { varying } = up;
  // A cell has its rate in its own slots alone, of which every pattern has one.
  if (radio !== null) return Number.POSITIVE_INFINITY;
  if (varying === null) return up.capacity;
  if (varying.kind === "steps") return Math.max(...varying.values);
  return varying.kind === "two-state" ? Math.max(varying.good, varying.bad) : Number.POSITIVE_INFINITY;
}

/** The same network with nodes and streams declared the other way round. */
function permuted(setup: Setup): Setup {
  const flip = (group: number): number => setup.nodes.length - 1 - group;
  const { model } = setup;
  const both = <T>(table: readonly (readonly T[])[]): T[][] => [...table].reverse().map((row) => [...row].reverse());
  return {
    ...setup,
    nodes: [...setup.nodes].reverse(),
    streams: [...setup.streams].reverse().map((s) => ({ ...s, source: flip(s.source) })),
    links: setup.links.map((l) => ({
      ...l,
      from: flip(l.from),
      to: flip(l.to),
      per: l.per === null ? null : flip(l.per),
    })),
    model: {
      ...model,
      trunk: both(model.trunk),
      head: both(model.head),
      encode: both(model.encode),
      decode: both(model.decode),
      size: [...model.size].reverse(),
      result: [...model.result].reverse(),
    },
    policy: { ...setup.policy, place: { ...setup.policy.place, plan: () => [flip(1)], next: () => flip(1) } },
  };
}
