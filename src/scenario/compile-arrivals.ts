/** Arrivals as the simulator takes them: of one device, whatever they were given for. */
import { meanRate } from "../sim/arrivals/rate.ts";
import type { Arrivals } from "../sim/setup.ts";
import { seconds } from "../units.ts";
import { plain } from "./plain.ts";
import type { ScenarioArrivals, ScenarioNode, ScenarioStream } from "./scenario.ts";

/**
 * Rates of a whole group are divided by its devices, each of which asks by itself; instants are dealt in turn.
 * @param count devices
 */
export function compileArrivals(
  { arrivals, total }: Pick<ScenarioStream, "arrivals" | "total">,
  count: number,
): Arrivals {
  const among = total ? count : 1;
  switch (arrivals.kind) {
    case "poisson":
      return { kind: "poisson", rate: arrivals.rate / among };
    case "periodic":
      return {
        kind: "periodic",
        period: seconds(arrivals.period * among),
        phase: arrivals.phase === null ? null : seconds(arrivals.phase),
      };
    case "trace":
      return { kind: "trace", instants: Float64Array.from(arrivals.instants), each: !total };
    case "gamma":
      return { kind: "renewal", gap: { kind: "gamma", mean: arrivals.mean * among, cv: arrivals.cv } };
    case "weibull":
      return { kind: "renewal", gap: { kind: "weibull", shape: arrivals.shape, scale: arrivals.scale * among } };
    case "mmpp":
      return { kind: "mmpp", rates: arrivals.rates.map((rate) => rate / among), switch: arrivals.switch };
    case "on-off":
      return { kind: "on-off", rate: arrivals.rate / among, on: plain(arrivals.on), off: plain(arrivals.off) };
    case "diurnal":
      return { kind: "diurnal", every: arrivals.every, rates: arrivals.rates.map((rate) => rate / among) };
    case "batch":
      return { kind: "batch", rate: arrivals.rate / among, size: arrivals.size };
  }
}

/** Arrivals of a stream to expect within a time, over all its devices; null where that depends on how fast answers come. */
export function arrivalsWithin(
  stream: Pick<ScenarioStream, "arrivals" | "total" | "from">,
  nodes: readonly ScenarioNode[],
  duration: number,
): number | null {
  const { count } = nodes.find((node) => node.name === stream.from)!;
  const fixed = givenInstants(stream.arrivals);
  if (fixed !== null) return fixed * (stream.total ? 1 : count);
  const rate = meanRate(compileArrivals(stream, count), count);
  return rate === null ? null : rate * count * duration;
}

/** Number of instants that are given exactly, else null. */
function givenInstants(arrivals: ScenarioArrivals): number | null {
  return arrivals.kind === "trace" ? arrivals.instants.length : null;
}
