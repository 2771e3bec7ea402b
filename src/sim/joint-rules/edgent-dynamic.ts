import { at, to } from "../placement-rules/search.ts";
import type { Calibration } from "../rules/calibration.ts";
import { ChangePoints } from "../rules/change-point.ts";
import { cutsBetween } from "../rules/cost.ts";
import type { NetworkView } from "../rules/network.ts";
import type { Configuration, Place } from "../rules/options.ts";
import { bestCutFor, type Rightsized } from "./edgent.ts";
import type { JointRule, JointRuleType } from "./joint-rule.ts";
import { leavesAtNote } from "./noted.ts";

/** Spread of measured rates around their level, and of levels, in octaves; probability of a change at each measurement (all assumed). */
const spread = 0.25;
const levels = 3;
const hazard = 0.02;

/**
 * Configuration map: for each of `states` bandwidths (nominal x 2^-i of the first link) the exit and cut with the greatest e^accuracy + 1 / latency among
 * those that meet the deadline, 0 where none does (then the fastest). On the way the measured rates of the first link are watched for change points, and the map's
 * entry nearest to the present level, in octaves, is used. Accuracies are those of the calibration rows.
 * @see Li, Zeng, Zhou, Chen, "Edge AI: on-demand accelerating deep neural network inference via edge computing", IEEE TWC 19(1), 2020, section IV (reward recalled)
 */
export const edgentDynamic: JointRuleType = {
  name: "edgent-dynamic",
  describe: "exit and cut from a map over bandwidths, looked up after change points of the measured rate",
  observes: "mean times, last measured rates, the deadline",
  decides: "at arrival, from a map made before the run",
  reads: "prediction",
  options: {
    to,
    deadline: { kind: "quantity", of: "time", describe: "span from arrival; the stream's unless given", default: null },
    states: { kind: "number", describe: "bandwidths in the map", least: 1, most: 50, whole: true, default: 8 },
    map: {
      kind: "configurations",
      describe: "exit and cut for each bandwidth, nominal x 2^-i, for all streams; made by the reward unless given",
      of: "states",
      default: null,
    },
  },
  fits: (values) => values.map === null,
  routes: (values, segments, source) => cutsBetween(segments, at(values.to as Place, source), source),
  make(values, plan, network) {
    const given = values.map as readonly Configuration[] | null;
    const accuracy = given === null ? plan.exits.map((_, exit) => accuracyOf(plan.calibration!, exit)) : [];
    const begin = (): JointRule => {
      const maps = new Map<string, readonly Configuration[]>();
      const watched = new Map<number, ChangePoints>();
      let last = Number.NaN;
      return {
        exit: leavesAtNote("edgent-dynamic", plan.exits.length),
        place: {
          name: "edgent-dynamic",
          plan: () => null,
          next({ source, stream }, observed) {
            const other = at(values.to as Place, source);
            const deadline = (values.deadline as number | null) ?? observed.deadline;
            const key = `${stream} ${deadline}`;
            const map =
              given ??
              maps.get(key) ??
              configurations(network, stream, source, other, deadline, accuracy, values.states as number);
            maps.set(key, map);
            const way = network.route(source, other)?.[0] ?? 0;
            const points = watched.get(way) ?? new ChangePoints({ mean: 0, sd: levels }, spread, hazard);
            watched.set(way, points);
            // Octaves below the nominal rate; a rate is a measurement when it is new.
            const rate = observed.rate(way);
            if (rate !== last && Number.isFinite(rate)) points.add(Math.log2(network.rate(way) / rate));
            last = rate;
            const state = Math.min(map.length - 1, Math.max(0, Math.round(points.level)));
            const { exit, cut } = map[state]!;
            const nodes = cutsBetween(network.segments, other, source)[cut]!;
            return { nodes: nodes.slice(0, network.exitAfter[exit]! + 1), note: exit };
          },
        },
      };
    };
    return { ...begin(), begin };
  },
};

/** Best exit and cut for each bandwidth, nominal x 2^-i. */
export function configurations(
  network: NetworkView,
  stream: number,
  source: number,
  other: number,
  deadline: number,
  accuracy: readonly number[],
  states: number,
): Rightsized[] {
  return Array.from({ length: states }, (_, i) => {
    const options = network.exitAfter.map((__, exit) =>
      bestCutFor(network, stream, source, other, exit, (way) => network.rate(way) / 2 ** i),
    );
    const reward = ({ exit, latency }: Rightsized): number =>
      latency <= deadline ? Math.exp(accuracy[exit]!) + 1 / latency : 0;
    const most = Math.max(...options.map(reward));
    const fastest = Math.min(...options.map(({ latency }) => latency));
    return options.find((o) => (most > 0 ? reward(o) === most : o.latency === fastest))!;
  });
}

export function accuracyOf({ rows, labels, scores }: Calibration, exit: number): number {
  const { prediction } = scores[exit]!;
  let right = 0;
  for (let row = 0; row < rows; row++) if (prediction[row] === labels[row]) right++;
  return right / rows;
}
