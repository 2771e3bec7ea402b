/** All figures of a run that have data, in reading order. */
import type { Distributions, Result } from "../../experiment/result.ts";
import { baselineOf } from "../metrics.ts";
import { measured } from "../quantity.ts";
import { exitShares } from "./exit-shares.ts";
import type { Figure } from "./figure.ts";
import { accuracyLatency, energyLatency } from "./front.ts";
import { type Deadline, latencyCdf } from "./latency-cdf.ts";
import { latencyParts } from "./latency-parts.ts";
import { looks } from "./look.ts";
import { regretFigures } from "./regret.ts";
import { sweepFigures } from "./sweep.ts";
import { heatFigures } from "./sweep-heat.ts";
import { linkUtilization, nodeUtilization } from "./utilization.ts";

/** Every figure with something to show. */
export function figures(result: Result, distributions: Distributions, deadlines: readonly Deadline[] = []): Figure[] {
  const look = looks(
    result.policies.map(({ name }) => name),
    baselineOf(result),
  );
  const maps = heatFigures(result);
  const all: (Figure | null)[] = [
    latencyCdf(result, distributions, look, [...deadlines, ...limitsOf(result)].slice(0, 4)),
    accuracyLatency(result, look),
    energyLatency(result, look),
    latencyParts(result),
    exitShares(result),
    nodeUtilization(result, look),
    linkUtilization(result, look),
    ...maps,
    ...regretFigures(result, look),
    ...sweepFigures(result, look, maps.length > 0),
  ];
  return all.filter((figure) => figure !== null);
}

/** Latencies that the expectations name, such as "split-90: p95 latency < 100 ms", as lines to hold the curves against. */
function limitsOf(result: Result): Deadline[] {
  const found = result.expectations.flatMap(({ text }): Deadline[] => {
    const match = /(mean|p\d+(?:\.\d+)?)?\s*latency\s*<=?\s*(\d[\d.]*\s*[a-z]+)\s*$/.exec(text);
    const value = match ? measured(match[2] ?? "") : null;
    return value?.unit === "s" ? [{ label: `expected ${match?.[1] ?? "latency"} below`, seconds: value.value }] : [];
  });
  return found.filter(
    (one, i) => found.findIndex((other) => other.seconds === one.seconds && other.label === one.label) === i,
  );
}
