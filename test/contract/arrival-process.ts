/** What every arrival process promises, whatever its law. A process runs these in one line. */
import { expect, test } from "vitest";
import { arrivalProcess } from "../../src/sim/arrivals/index.ts";
import { isStationary, meanRate } from "../../src/sim/arrivals/rate.ts";
import type { Arrivals } from "../../src/sim/setup.ts";
import { stream } from "../sim/build.ts";

export interface Promised {
  readonly name: string;
  readonly arrivals: Arrivals;
  /** Spans over which counts vary little enough for the mean rate to show [s]. */
  readonly span: number;
}

const root = { seed: 2026, replication: 0 };
const make = (arrivals: Arrivals, devices: number, at = root) =>
  arrivalProcess(stream({ name: "camera", arrivals }), devices, at);

/** Instants of one device up to `until`, or the first `most`. */
export function instants(
  arrivals: Arrivals,
  device: number,
  devices: number,
  until: number,
  at = root,
  most = 1e6,
): number[] {
  const process = make(arrivals, devices, at);
  const found: number[] = [];
  let before = 0;
  while (found.length < most) {
    before = process.next(found.length, device, before);
    if (!(before < until)) break;
    found.push(before);
  }
  return found;
}

export function arrivalContract({ name, arrivals, span }: Promised): void {
  const devices = 200;

  test(`${name}: instants begin at 0 or later and never go back`, () => {
    for (let device = 0; device < 5; device++) {
      const found = instants(arrivals, device, devices, span);
      expect(found[0] ?? 0).toBeGreaterThanOrEqual(0);
      found.forEach((at, i) => {
        if (i > 0 && !(at >= found[i - 1]!)) throw new Error(`${at} after ${found[i - 1]}`);
      });
    }
  });

  test(`${name}: as many requests arrive as the mean rate says`, () => {
    const rate = meanRate(arrivals, devices);
    if (rate === null) return;
    const counts = Array.from({ length: devices }, (_, device) => instants(arrivals, device, devices, span).length);
    const mean = counts.reduce((sum, n) => sum + n, 0) / devices;
    const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (devices - 1);
    // Four standard errors; one request of rounding where counts do not vary.
    const room = Math.max(4 * Math.sqrt(variance / devices), 1);
    expect(Math.abs(mean - rate * span)).toBeLessThan(room);
    // A rate 5 % higher would be told from it.
    expect(room).toBeLessThan(0.05 * rate * span);
  });

  test(`${name}: another device changes no instant of those that are there`, () => {
    if (arrivals.kind === "trace" && !arrivals.each) return;
    for (const device of [0, 3]) {
      expect(instants(arrivals, device, 4, span, root, 200)).toEqual(instants(arrivals, device, 40, span, root, 200));
    }
  });

  test(`${name}: the order in which devices are asked changes nothing`, () => {
    const apart = [0, 1, 2].map((device) => instants(arrivals, device, 3, span, root, 100));
    const together = make(arrivals, 3);
    const found: number[][] = [[], [], []];
    const before = [0, 0, 0];
    for (let number = 0; number < 100; number++) {
      for (const device of [2, 0, 1]) {
        before[device] = together.next(number, device, before[device]!);
        if (before[device]! < span) found[device]!.push(before[device]!);
      }
    }
    expect(found).toEqual(apart);
  });

  test(`${name}: seed, replication and device give instants of their own, and the same ones again`, () => {
    const first = instants(arrivals, 0, 3, span, root, 50);
    expect(instants(arrivals, 0, 3, span, root, 50)).toEqual(first);
    const isExact = arrivals.kind === "trace" || (arrivals.kind === "periodic" && arrivals.phase !== null);
    if (isExact) return;
    for (const other of [
      instants(arrivals, 1, 3, span, root, 50),
      instants(arrivals, 0, 3, span, { seed: 2026, replication: 1 }, 50),
      instants(arrivals, 0, 3, span, { seed: 2027, replication: 0 }, 50),
    ])
      expect(other).not.toEqual(first);
  });

  if (!isStationary(arrivals) || (arrivals.kind === "periodic" && arrivals.phase !== null)) return;
  test(`${name}: requests come from the beginning as often as later`, () => {
    const [many, early] = [20_000, 3 / meanRate(arrivals, 1)!];
    const process = make(arrivals, many);
    const counts = Array.from({ length: many }, (_, device) => {
      let [n, at] = [0, 0];
      for (;;) {
        at = process.next(n, device, at);
        if (at >= early) return n;
        n++;
      }
    });
    const mean = counts.reduce((sum, n) => sum + n, 0) / many;
    const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (many - 1);
    // Three are expected in the first three mean gaps.
    expect(Math.abs(mean - 3)).toBeLessThan(4 * Math.sqrt(variance / many) + 1e-9);
  });
}
