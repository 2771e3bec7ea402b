/** What machines tell of themselves, against a list of all that was ever told. */
import { expect, test } from "vitest";
import type { Agenda } from "../../src/sim/agenda.ts";
import { Timers } from "../../src/sim/events.ts";
import { deriveKey, uniform } from "../../src/sim/random.ts";
import { Reports } from "../../src/sim/reports.ts";
import { seconds } from "../../src/units.ts";
import { build, node } from "./build.ts";

/** More machines than are noted one by one, in two groups. */
const counts = [6000, 3000];

/** What is scheduled, one at a time. */
class Diary {
  now = 0;
  readonly due = new Float64Array(1);
  id = 0;

  schedule(id: number): void {
    this.id = id;
  }
}

function reportsOf(every: number, delay: number) {
  const setup = build({ nodes: counts.map((count, g) => node(`group-${g}`, { count })) });
  const place = { ...setup.policy.place, plan: () => null };
  const policy = { ...setup.policy, place, reports: { every: seconds(every), delay: seconds(delay) } };
  const present = counts.map((count) => new Int32Array(count));
  const timers = new Timers();
  const diary = new Diary();
  const agenda = diary as unknown as Agenda;
  const presentAt = (group: number, machine: number): number => present[group]![machine]!;
  const reports = new Reports({ ...setup, policy }, { agenda, timers, presentAt, waitingAt: presentAt }, {});
  reports.open();
  return { reports, diary, timers, present };
}

test("a change is seen once its delay has passed, and until the next is, however many machines there are", () => {
  const delay = 0.5;
  const { reports, diary, present } = reportsOf(0, delay);
  const told = new Map<number, { at: number; present: number }[]>();
  const key = deriveKey(1, 0, "test");
  let now = 0;
  for (let n = 0; n < 60_000; n++) {
    const u = (draw: number): number => uniform(key.k0, key.k1, n, draw);
    now += u(0) * 0.002;
    diary.now = now;
    const group = u(1) < 0.7 ? 0 : 1;
    const machine = Math.floor(u(2) * counts[group]!);
    const index = group * counts[0]! + machine;
    // Mostly empty: somebody comes and goes.
    const requests = present[group]![machine]! > 0 ? 0 : 1;
    present[group]![machine] = requests;
    reports.changed(index);
    told.set(index, [...(told.get(index) ?? []), { at: now, present: requests }]);
    const other = Math.floor(u(3) * counts[0]!);
    const seen = (told.get(other) ?? []).findLast((entry) => entry.at + delay <= now);
    expect(reports.of(0, other, now)).toEqual(seen ?? { present: 0, at: Number.NaN });
  }
});

test("what all tell at a multiple of the period is seen when the delay has passed, also of those that are empty", () => {
  const { reports, diary, timers, present } = reportsOf(1, 2.5);
  const seenAt = (now: number, machine: number): { present: number; at: number } => {
    while (diary.due[0]! <= now) {
      diary.now = diary.due[0]!;
      const { id } = diary;
      const listener = timers.listener(id)!;
      timers.release(id);
      // At time n there are n requests at machine 7, and none elsewhere.
      present[1]![7] = diary.now;
      listener.goesOff(id);
    }
    const { present: requests, at } = reports.of(1, machine, now);
    return { present: requests, at };
  };
  expect(seenAt(2.4, 7)).toEqual({ present: 0, at: Number.NaN });
  expect(seenAt(2.5, 7)).toEqual({ present: 0, at: 0 });
  expect(seenAt(5.4, 7)).toEqual({ present: 2, at: 2 });
  expect(seenAt(5.5, 7)).toEqual({ present: 3, at: 3 });
  expect(seenAt(5.5, 8)).toEqual({ present: 0, at: 3 });
});
