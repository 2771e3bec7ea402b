/** Arrivals as the simulator takes them: of one device, whatever they were given for. */
import { meanRate } from "../sim/arrivals/rate.ts";
import type { Arrivals } from "../sim/setup.ts";
import { seconds } from "../units.ts";
import { plain } from "./plain.ts";
import type { ScenarioNode, ScenarioStream } from "./scenario.ts";

const nothing = { kind: "constant", value: 0 } as const;

/**
 * Rates of a whole group are divided by its devices, each of which asks by itself; states are those of all then. Instants are dealt in turn.
 * @param count devices
 * @param requests of the run; null when it has a duration
 */
export function compileArrivals(
  { arrivals, total }: Pick<ScenarioStream, "arrivals" | "total">,
  count: number,
  requests: number | null,
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
      return {
        kind: "mmpp",
        rates: arrivals.rates.map((rate) => rate / among),
        switch: arrivals.switch,
        shared: total,
      };
    case "on-off":
      return {
        kind: "on-off",
        rate: arrivals.rate / among,
        on: plain(arrivals.on),
        off: plain(arrivals.off),
        shared: total,
      };
    case "diurnal":
      return { kind: "diurnal", every: arrivals.every, rates: arrivals.rates.map((rate) => rate / among) };
    case "batch":
      return { kind: "batch", rate: arrivals.rate / among, size: arrivals.size };
    case "closed":
      return { kind: "closed", clients: arrivals.clients, each: !total, think: plain(arrivals.think), query: 1 };
    case "single-stream":
      return { kind: "closed", clients: 1, each: !total, think: nothing, query: 1 };
    case "multi-stream":
      return arrivals.every === null
        ? { kind: "closed", clients: 1, each: !total, think: nothing, query: arrivals.samples }
        : { kind: "periodic", period: seconds(arrivals.every * among), phase: null, query: arrivals.samples };
    case "server":
      return { kind: "poisson", rate: arrivals.rate / among };
    case "offline":
      return arrivals.samples === null
        ? { kind: "at-once", requests: requests ?? 0, each: false }
        : { kind: "at-once", requests: arrivals.samples, each: !total };
  }
}

/** Arrivals of a stream to expect within a time, over all its devices; null where that depends on how fast answers come. */
export function arrivalsWithin(
  stream: Pick<ScenarioStream, "arrivals" | "total" | "from">,
  nodes: readonly ScenarioNode[],
  duration: number,
): number | null {
  const given = arrivalsGiven(stream, nodes);
  if (given !== null) return given;
  const { count } = nodes.find((node) => node.name === stream.from)!;
  const rate = meanRate(compileArrivals(stream, count, null), count);
  return rate === null ? null : rate * count * duration;
}

/** Arrivals of a stream, over all its devices, where they are given exactly; else null. */
export function arrivalsGiven(
  { arrivals, total, from }: Pick<ScenarioStream, "arrivals" | "total" | "from">,
  nodes: readonly ScenarioNode[],
): number | null {
  const each =
    arrivals.kind === "offline" ? arrivals.samples : arrivals.kind === "trace" ? arrivals.instants.length : null;
  return each === null ? null : each * (total ? 1 : nodes.find((node) => node.name === from)!.count);
}
