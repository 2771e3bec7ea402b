/** Loads of 1 and more at points of a sweep: said before a run, as those of the file as written are. */
import { loadsOf, offeredLoad } from "../scenario/offered-load.ts";
import type { Experiment } from "./run.ts";

/** One line for a policy and what it asks for too much of, however many points there are. */
export function sweepWarnings({ points, policies, setup }: Experiment): string[] {
  return policies.flatMap((policy) => {
    const crowded = new Map<string, { most: number; points: number }>();
    for (const point of points) {
      const load = offeredLoad(setup(point, policy));
      if (load === null) continue;
      for (const [what, value] of loadsOf(load)) {
        if (value < 1) continue;
        const { most, points: n } = crowded.get(what) ?? { most: 0, points: 0 };
        crowded.set(what, { most: Math.max(most, value), points: n + 1 });
      }
    }
    return [...crowded].map(([what, { most, points: n }]) => {
      const times = Number.isFinite(most) ? `${Number(most.toPrecision(3))} times that` : "unbounded work";
      return `warning: ${policy} offers ${what} as much as it can do or more at ${n} of ${points.length} points of the sweep, up to ${times}`;
    });
  });
}
