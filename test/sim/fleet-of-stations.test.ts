/** Machines of large fleets are forgotten while nobody is there: nothing but memory may show that. */
import { expect, test } from "vitest";
import type { Replication } from "../../src/sim/collector.ts";
import type { Discipline } from "../../src/sim/setup.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { build, exponential, node, poisson, stream } from "./build.ts";

/** 6,000 devices at a load of 0.8: about 4,800 of them are busy at once, and each is left and come back to several times. */
const fleet = (discipline: Discipline): Replication =>
  simulate(
    build({
      nodes: [node("device", { count: 6000, servers: 1, queue: { discipline } })],
      streams: [stream({ arrivals: poisson(0.8) })],
      times: [exponential(1)],
      run: { requests: 25_000 },
    }),
    0,
  );

test("a fleet whose queues mind priorities that are all equal does what one first come first served does", () => {
  const [plain, station] = [fleet("fifo"), fleet("priority")];
  expect(station.end.at).toBe(plain.end.at);
  expect(station.end.present).toEqual(plain.end.present);
  for (const of of [(r: Replication) => r.end.busy, (r: Replication) => r.end.waiting]) {
    expect(of(station)[0]! / of(plain)[0]!).toBeCloseTo(1, 9);
  }
  const [each, other] = [station.end.busyEach[0]!, plain.end.busyEach[0]!];
  // Every device's own busy time, whether it was forgotten in between or not.
  expect(Math.max(...each.map((busy, i) => Math.abs(busy - other[i]!)))).toBeLessThan(1e-9);
  // Request seconds inside: of those that were forgotten, too.
  const inside = plain.end.busy[0]! + plain.end.waiting[0]!;
  expect(station.end.stations[0]!.inside / inside).toBeCloseTo(1, 9);
  expect(station.end.stations[0]!.up).toBeCloseTo(6000 * plain.end.at, 3);
});
