/**
 * Edgent (Li, Zeng, Zhou and Chen, "Edge AI: on-demand accelerating deep neural network inference via edge computing", IEEE Transactions on Wireless
 * Communications 19(1), 2020): the shipped scenario against the two published times, and the shape of the published choice.
 */
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { PolicyResult } from "../../src/experiment/result.ts";
import { simulated } from "./simulated.ts";

const kbps = [50, 75, 100, 150, 250, 500, 1000, 1500];
const deadlines = [0.2, 0.5, 1, 2];
let points: Readonly<Record<string, PolicyResult>>[];

beforeAll(async () => {
  [, ...points] = await simulated(readFileSync("scenarios/edgent-exit-deepens-with-bandwidth.yaml", "utf8"));
});

const at = (rate: number, deadline: number): Readonly<Record<string, PolicyResult>> =>
  points[kbps.indexOf(rate) * deadlines.length + deadlines.indexOf(deadline)]!;
const mean = (result: PolicyResult): number => result.latency_s.mean!.estimate;
const exitOf = ({ exits }: PolicyResult): number => exits.findIndex(({ share }) => share!.estimate === 1);

test("the desktop alone takes 2.317 s at 50 kbit/s and 0.123 s at 1 Mbit/s, within 1 %, and the Pi alone more than 2 s", () => {
  expect(Math.abs(mean(at(50, 1)["desktop-only"]!) / 2.317 - 1)).toBeLessThan(0.01);
  expect(Math.abs(mean(at(1000, 1)["desktop-only"]!) / 0.123 - 1)).toBeLessThan(0.01);
  expect(mean(at(50, 1)["pi-only"]!)).toBeGreaterThan(2);
});

test("the exit deepens with the bandwidth and with the deadline, and ends at the last", () => {
  const exits = deadlines.map((deadline) => kbps.map((rate) => exitOf(at(rate, deadline).edgent!)));
  for (const row of exits) {
    expect(row).toEqual(row.toSorted());
    expect(row.at(-1)).toBe(4);
  }
  for (const column of kbps.map((_, i) => exits.map((row) => row[i]!))) expect(column).toEqual(column.toSorted());
  expect(new Set(exits.flat()).size).toBeGreaterThan(3);
});

test("whenever any policy meets the deadline Edgent does, and the best cut of the whole network misses it on slow links", () => {
  for (const rate of kbps)
    for (const deadline of deadlines) {
      const { edgent, ...others } = at(rate, deadline);
      const met = Object.values(others).some((other) => other.deadline_miss!.estimate === 0);
      if (met) expect(edgent!.deadline_miss!.estimate, `${rate} kbit/s, ${deadline} s`).toBe(0);
    }
  expect(at(50, 1)["best-cut"]!.deadline_miss!.estimate).toBe(1);
  expect(at(50, 1).edgent!.deadline_miss!.estimate).toBe(0);
});
