import { solve } from "../rules/calibration.ts";
import { cutsBetween, flowOf, stageOn } from "../rules/cost.ts";
import type { Place } from "../rules/options.ts";
import type { Outcome } from "../rules/outcome.ts";
import type { PlacementRule, PlacementRuleType, RequestView, Route } from "./placement-rule.ts";
import { at, to } from "./search.ts";

/** Delay is what it wants little of [s]. */
const reward = ({ latency }: Outcome): number => -latency;

/** Features of a cut: compute over there as the source would take [s], bytes over the cut in MB, and 1. */
const features = 3;

/** Places in what a source node has learned, behind the rows of the matrix: the vector, and the requests so far. */
const VECTOR = features * features;
const REQUESTS = VECTOR + features;

function untaught(): number[] {
  const state = new Array<number>(REQUESTS + 1).fill(0);
  for (let i = 0; i < features; i++) state[i * (features + 1)] = 1;
  return state;
}

const undecided = (): null => null;

/**
 * Learns how long the rest of the network takes elsewhere, without asking: argmin over cuts of the source's known time for its part + theta . x - alpha
 * sqrt((1 - weight) x' A^-1 x), theta being the ridge regression of measured remote times on features of the cut. A request that stays gives no
 * feedback, so that request n is sent away by force at n = 1, 4, 9, ... No exit is known to it.
 * @see Zhang, Chen, Xu, "Autodidactic Neurosurgeon: collaborative deep inference for mobile edge intelligence via online learning", WWW 2021 (formula recalled; the paper's
 * forced sampling has intervals of equal length for a known horizon)
 */
export const muLinUcb: PlacementRuleType = {
  name: "mu-lin-ucb",
  describe: "learns the cut by a linear bandit on the delay measured elsewhere",
  observes: "mean times of the source; learns from completed requests",
  decides: "at arrival",
  hasArms: true,
  options: {
    to,
    alpha: {
      kind: "number",
      describe: "weight of uncertainty [s]",
      least: 0,
      most: Number.POSITIVE_INFINITY,
      default: 0.05,
    },
    weight: { kind: "share", describe: "importance of the request, which is explored with less", default: 0 },
  },
  routes: (values, segments, source) => cutsBetween(segments, source, at(values.to as Place, source)),
  make(values, view): PlacementRule {
    const { network } = view;
    const n = network.segments;
    /** Features by note, which is stream x (segments + 1) + cut: the same for all source nodes. */
    const contexts: (readonly number[])[] = [];
    const contextOf = (stream: number, source: number, cut: number): readonly number[] => {
      const note = stream * (n + 1) + cut;
      const known = contexts[note];
      if (known !== undefined) return known;
      const { reach } = flowOf({ ...view, exitShares: null });
      let compute = 0;
      for (let k = cut; k < n; k++) compute += reach[k]! * stageOn(view, stream, source, k);
      const context = cut === n ? [0, 0, 0] : [compute, network.bytes(stream, cut) / 1e6, 1];
      contexts[note] = context;
      return context;
    };
    const next = (state: number[], { source, stream }: RequestView): Route => {
      const other = at(values.to as Place, source);
      const requests = ++state[REQUESTS]!;
      const isForced = Number.isInteger(Math.sqrt(requests));
      const a = Array.from({ length: features }, (_, i) => state.slice(i * features, (i + 1) * features));
      const theta = solve(a, state.slice(VECTOR, VECTOR + features));
      let best = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let cut = 0; cut <= (isForced ? n - 1 : n); cut++) {
        const x = contextOf(stream, source, cut);
        let front = 0;
        for (let k = 0; k < cut; k++) front += stageOn(view, stream, source, k);
        const spread = Math.sqrt((1 - (values.weight as number)) * dot(x, solve(a, [...x])));
        const bound = front + dot(theta, x) - (values.alpha as number) * spread;
        if (bound >= least) continue;
        least = bound;
        best = cut;
      }
      return { nodes: cutsBetween(n, source, other)[best]!, note: stream * (n + 1) + best };
    };
    const learn = (state: number[], { note, latency, computedAtSource }: Outcome): void => {
      const x = contexts[note];
      if (note % (n + 1) === n || x === undefined) return;
      x.forEach((xi, i) => {
        x.forEach((xj, j) => {
          state[i * features + j]! += xi * xj;
        });
        state[VECTOR + i]! += xi * (latency - computedAtSource);
      });
    };
    // One for each source node, and there may be a million: it holds a list of numbers and no more.
    const begin = (): PlacementRule => {
      const state = untaught();
      return {
        name: "mu-lin-ucb",
        plan: undecided,
        next: (request) => next(state, request),
        learn: (outcome) => learn(state, outcome),
        reward,
        rewardUnit: "s",
      };
    };
    const arms = Array.from({ length: n + 1 }, (_, cut) => ({
      name: `cut ${cut}`,
      place: {
        name: "mu-lin-ucb",
        plan: () => null,
        next: ({ source, stream }: RequestView) => ({
          nodes: cutsBetween(n, source, at(values.to as Place, source))[cut]!,
          note: stream * (n + 1) + cut,
        }),
        reward,
      },
    }));
    return { ...begin(), begin, arms };
  },
};

const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
