/** One replication, in pieces where somebody wants to look in between: at a signal, say, that comes through only when nothing is computed. */
import type { Replication } from "../sim/collector.ts";
import type { Setup } from "../sim/setup.ts";
import { begin, type Recorder, simulate } from "../sim/simulation.ts";

/** Of 512 events each: together about 0.1 s, and less than 1 s where an event is dear. */
const stretches = 200;

/** @param pause called before each piece; throws to stop. Nothing of the result depends on it */
export async function replicate(
  setup: Setup,
  replication: number,
  recorder: Recorder | null,
  pause: (() => Promise<void> | void) | undefined,
): Promise<Replication> {
  if (pause === undefined) return simulate(setup, replication, recorder);
  await pause();
  const simulation = begin(setup, replication, recorder);
  while (!simulation.advance(stretches)) await pause();
  return simulation.finish();
}
