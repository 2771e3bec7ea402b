import { solve } from "../rules/calibration.ts";
import { cutsBetween, flowOf, stageOn } from "../rules/cost.ts";
import type { Place } from "../rules/options.ts";
import type { Outcome } from "../rules/outcome.ts";
import type { PlacementRule, PlacementRuleType, RequestView } from "./placement-rule.ts";
import { at, to } from "./search.ts";

/** Delay is what it wants little of [s]. */
const reward = ({ latency }: Outcome): number => -latency;

/** Features of a cut: compute over there as the source would take [s], bytes over the cut in MB, and 1. */
const features = 3;

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
    const begin = (): PlacementRule => {
      const a = Array.from({ length: features }, (_, i) =>
        Array.from({ length: features }, (__, j) => (i === j ? 1 : 0)),
      );
      const b = new Array<number>(features).fill(0);
      const contexts = new Map<string, readonly number[]>();
      let requests = 0;
      const contextOf = (stream: number, source: number, cut: number): readonly number[] => {
        const key = `${stream} ${cut}`;
        const { reach } = flowOf({ ...view, exitShares: null });
        let compute = 0;
        for (let k = cut; k < n; k++) compute += reach[k]! * stageOn(view, stream, source, k);
        const context = cut === n ? [0, 0, 0] : [compute, network.bytes(stream, cut) / 1e6, 1];
        const known = contexts.get(key) ?? context;
        contexts.set(key, known);
        return known;
      };
      /** Note: stream x (segments + 1) + cut. */
      const learned = ({ note, latency, computedAtSource }: Outcome): void => {
        const cut = note % (n + 1);
        const x = contexts.get(`${Math.floor(note / (n + 1))} ${cut}`);
        if (cut === n || x === undefined) return;
        x.forEach((xi, i) => {
          x.forEach((xj, j) => {
            a[i]![j]! += xi * xj;
          });
          b[i]! += xi * (latency - computedAtSource);
        });
      };
      return {
        name: "mu-lin-ucb",
        plan: () => null,
        next({ source, stream }) {
          const other = at(values.to as Place, source);
          requests++;
          const isForced = Number.isInteger(Math.sqrt(requests));
          const theta = solve(a, b);
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
        },
        learn: learned,
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
