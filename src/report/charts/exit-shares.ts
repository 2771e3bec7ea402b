/** Where requests leave the neural network: the share of answers each exit gives, per policy. */
import type { Result } from "../../experiment/result.ts";
import { interval, quantity } from "../format.ts";
import type { Stack } from "./figure.ts";

/** The figure; null when no policy has an exit with a share. */
export function exitShares(result: Result): Stack | null {
  const { policies } = result;
  const names = [...new Set(policies.flatMap((policy) => policy.exits.map((exit) => exit.name)))];
  const exit = (policy: number, name: string) => policies[policy]?.exits.find((e) => e.name === name);
  const pieces = names.map((name, step) => ({
    name: `exit ${name}`,
    colour: { ramp: "exits" as const, step, of: names.length },
    values: policies.map((_, i) => exit(i, name)?.share?.estimate ?? null),
  }));
  if (!pieces.some(({ values }) => values.some((v) => v !== null))) return null;
  return {
    kind: "stack",
    id: "exit-shares",
    title: "Share of requests that leave at each exit, per policy",
    finding: finding(result, names),
    reading:
      "From the first exit (pale) to the last (deep). An early exit answers sooner, usually with less certainty.",
    names: policies.map(({ name }) => name),
    x: { title: "Share of completed requests", unit: "share", factor: 0.01, symbol: "%", log: false, min: 0, max: 1 },
    pieces,
    ends: policies.map((policy) => (policy.exits.some((e) => e.share !== null) ? "" : "no completed request")),
    table: {
      columns: ["policy", "exit", "share", "interval", "accuracy", "mean latency", "p95 latency"],
      rows: policies.flatMap((policy) =>
        policy.exits.map((e) => {
          const share = interval(e.share, "share");
          return [
            policy.name,
            e.name,
            share.estimate,
            share.range || "—",
            quantity(e.accuracy?.estimate, "share"),
            quantity(e.latency_s.mean?.estimate, "s"),
            quantity(e.latency_s.p95?.estimate, "s"),
          ];
        }),
      ),
    },
  };
}

function finding(result: Result, names: readonly string[]): string {
  const first = names[0];
  const early = result.policies.flatMap((policy) => {
    const share = policy.exits.find((e) => e.name === first)?.share?.estimate;
    return share === undefined || names.length < 2 ? [] : [{ name: policy.name, share }];
  });
  if (first === undefined || early.length === 0) return "All requests leave at the one exit.";
  const most = early.reduce((a, b) => (b.share > a.share ? b : a));
  if (most.share === 0) return `No request leaves at the first exit, ${first}, under any policy.`;
  const none = early.filter(({ share }) => share === 0).length;
  const rest =
    none > 0 && early.length > 1 ? `; under ${none === 1 ? "one policy" : `${none} policies`} nobody leaves there` : "";
  return `${most.name} answers the largest share at the first exit, ${first}: ${quantity(most.share, "share")}${rest}.`;
}
