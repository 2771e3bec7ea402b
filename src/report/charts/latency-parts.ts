/** Where the time goes: the mean latency of each policy, split into the parts of a request's life. */
import type { Interval, PolicyResult, Result } from "../../experiment/result.ts";
import { quantity } from "../format.ts";
import { baselineOf, partNames } from "../metrics.ts";
import { capital } from "../text.ts";
import { axisFor } from "./axis.ts";
import type { PartHue, PieceColour, Stack } from "./figure.ts";

const hues: readonly PartHue[] = ["queue", "access", "transmit", "propagate", "codec", "response"];
const value = (interval: Interval | null | undefined): number | null => interval?.estimate ?? null;

/** The figure; null when no policy has any part. */
export function latencyParts(result: Result): Stack | null {
  const { policies } = result;
  const nodes = [...new Set(policies.flatMap((policy) => Object.keys(policy.parts_s.compute)))];
  const used = nodes.filter((node) => policies.some((policy) => (value(policy.parts_s.compute[node]) ?? 0) > 0));
  const pieces: { name: string; colour: PieceColour; values: (number | null)[] }[] = [
    ...used.map((node, step) => ({
      name: `${partNames.compute} on ${node}`,
      colour: { ramp: "nodes" as const, step, of: used.length },
      values: policies.map((policy) => value(policy.parts_s.compute[node])),
    })),
    ...hues.map((hue) => ({
      name: partNames[hue],
      colour: { hue },
      values: policies.map((policy) => value(policy.parts_s[hue])),
    })),
  ].filter(({ values }) => values.some((v) => v !== null && v > 0));
  if (pieces.length === 0) return null;
  const totals = policies.map((_, i) => sum(pieces.map(({ values }) => values[i] ?? null)));
  return {
    kind: "stack",
    id: "latency-parts",
    title: "Parts of the mean latency, per policy",
    finding: finding(policies, pieces, totals, baselineOf(result)),
    reading:
      "Means per completed request, in the order a request lives through them; the pieces of a bar add up to its mean latency.",
    names: policies.map(({ name }) => name),
    x: axisFor(
      "Mean latency",
      "s",
      totals.map((t) => t ?? 0),
      { linear: true, fromZero: true },
    ),
    pieces,
    ends: totals.map((total) => (total === null ? "no completed request" : quantity(total, "s"))),
    table: {
      columns: ["policy", ...pieces.map(({ name }) => name), "mean latency"],
      rows: policies.map(({ name }, i) => [
        name,
        ...pieces.map(({ values }) => quantity(values[i], "s")),
        quantity(totals[i], "s"),
      ]),
    },
  };
}

const sum = (values: readonly (number | null)[]): number | null =>
  values.some((v) => v !== null) ? values.reduce<number>((total, v) => total + (v ?? 0), 0) : null;

function finding(
  policies: readonly PolicyResult[],
  pieces: readonly { name: string; values: readonly (number | null)[] }[],
  totals: readonly (number | null)[],
  baseline: string | null,
): string {
  const say = (i: number): string => {
    const total = totals[i] ?? 0;
    const top = pieces.reduce((a, b) => ((b.values[i] ?? 0) > (a.values[i] ?? 0) ? b : a));
    return `${top.name} takes ${quantity((top.values[i] ?? 0) / total, "share")} of ${quantity(total, "s")} under ${policies[i]?.name}`;
  };
  const order = policies.map((_, i) => i).filter((i) => (totals[i] ?? 0) > 0);
  const [first] = order.sort((a, b) => (totals[a] ?? 0) - (totals[b] ?? 0));
  if (first === undefined) return "No time was spent anywhere.";
  const base = order.find((i) => policies[i]?.name === baseline);
  const other = base !== undefined && base !== first ? base : order[order.length - 1];
  const text = other === undefined || other === first ? say(first) : `${say(first)}; ${say(other)}`;
  return `${capital(text)}.`;
}
