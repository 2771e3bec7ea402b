/** What a real controller could know while it runs, with its age. Nothing here says a label, a later exit or what a link will do. */

/** State of one machine as it was told last. */
export interface NodeReport {
  /** Requests there: in service and waiting. */
  readonly present: number;
  /** Instant it describes [s]; NaN before the first report, which then says that nobody is there. */
  readonly at: number;
}

/** State of a link as it was told last. */
export interface LinkReport {
  /** It has service: no outage, and a capacity above 0. */
  readonly up: boolean;
  /** Instant it describes [s]; NaN before the first report, which then says that it is up. */
  readonly at: number;
}

export interface Observation {
  /** Simulated time [s]. */
  readonly now: number;
  /** Span since the request arrived [s]. */
  readonly elapsed: number;
  /** Span from arrival within which its answer is due [s]; Infinity for none. */
  readonly deadline: number;
  /** Number of the request at its source, from 0; NaN before a run. */
  readonly number: number;
  /** What the placement rule noted about this request when it decided; NaN for nothing. */
  readonly note: number;
  /** Requests that wait at the machine where this one is now, known exactly there. */
  readonly waiting: number;
  /** Expected span from now until a deeper exit has spoken [s], by mean times and nominal rates, nobody else being there. */
  timeTo(exit: number): number;
  /** Expected span from the verdict of an exit until its answer is where it is due [s]; 0 where it is due nowhere. */
  timeBack(exit: number): number;
  /** State of a machine of a node group, as old as the policy's `reports` make it; of the request's own machine as it is. */
  node(node: number, machine: number): NodeReport;
  /** Whether a link direction (`link * 2`, plus 1 when down) has service, as old as the policy's `reports` make it; as it is where the link ends at the request's own node. */
  link(way: number): LinkReport;
  /** Rate of a link direction (`link * 2`, plus 1 when down) as the source's last message there measured it [bit/s]; nominal before. */
  rate(way: number): number;
}

/** At the start of a run that nobody else takes part in: what estimates made beforehand go by. */
export const quiet: Observation = {
  now: 0,
  elapsed: 0,
  deadline: Number.POSITIVE_INFINITY,
  number: Number.NaN,
  note: Number.NaN,
  waiting: 0,
  timeTo: () => 0,
  timeBack: () => 0,
  node: () => ({ present: 0, at: Number.NaN }),
  link: () => ({ up: true, at: Number.NaN }),
  rate: () => Number.POSITIVE_INFINITY,
};
