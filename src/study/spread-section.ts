/** Third claim: exits let one network be spread over device, edge and cloud, since only unsure samples climb. */
import type { Interval, PolicyResult, Result } from "../experiment/result.ts";
import { exitShares } from "../report/charts/exit-shares.ts";
import { accuracyLatency } from "../report/charts/front.ts";
import { latencyParts } from "../report/charts/latency-parts.ts";
import { looks } from "../report/charts/look.ts";
import { type Estimate, meanOf, verdictOn } from "./estimate.ts";
import { spreadProfile } from "./spread.ts";
import { csv, type Section } from "./study.ts";
import { kilobytesText, millisecondsText, pointsText } from "./words.ts";

type Figure = (policy: PolicyResult) => Interval | null;
const latency: Figure = ({ latency_s }) => latency_s.mean;
const bytes: Figure = ({ bytes: { up } }) => up;

/** One policy less another, paired by replication: both meet the same requests. */
export function pairedBy(result: Result, figure: Figure, policy: string, other: string, confidence: number): Estimate {
  const values = (name: string): readonly (number | null)[] =>
    figure(result.policies.find((each) => each.name === name)!)!.values;
  const [a, b] = [values(policy), values(other)];
  return meanOf(
    a.flatMap((value, i) => (value === null || b[i] == null ? [] : [value - b[i]])),
    confidence,
  );
}

export function spreadSection(result: Result, scenario: string, confidence: number): Section {
  const against = (figure: Figure, other: string): Estimate =>
    pairedBy(result, figure, "spread-exits", other, confidence);
  const [time, sent] = [against(latency, "spread"), against(bytes, "spread")];
  const accuracy = result.comparisons.find(
    ({ policy, metric }) => policy === "spread-exits" && metric === "accuracy",
  )?.difference;
  const single = result.policies.filter(({ name }) => name.endsWith("-only"));
  const best = single.reduce((a, b) => (latency(b)!.estimate < latency(a)!.estimate ? b : a)).name;
  const fastest = against(latency, best);
  const cloud = against(latency, "cloud-only");
  const shown = looks(
    result.policies.map(({ name }) => name),
    "spread",
  );
  return {
    id: "spread",
    title: "One network over device, edge and cloud",
    method: `${spreadProfile}, its first two segments on each of 40 cameras (Raspberry Pi Zero 2 W), the next two on a mini PC at the edge of a 5G cell, the last in a cloud 38 ms there and back: with exits (thresholds as above) and without, and the whole network in one place. Simulated from the measured profile and presets; times of devices are estimates within 25 %.`,
    findings: [
      {
        claim: "exits make the spread network faster",
        text: `mean latency ${millisecondsText(time)}${accuracy === undefined ? "" : `, accuracy ${pointsText(accuracy)}`}, against the same spread without exits`,
        verdict: verdictOn(time, "below", 0),
      },
      {
        claim: "exits keep data off the network",
        text: `${kilobytesText(sent)} a request up, against the same spread without exits`,
        verdict: verdictOn(sent, "below", 0),
      },
      {
        claim: "spread with exits, it answers sooner than from the cloud",
        text: `mean latency ${millisecondsText(cloud)} against cloud-only`,
        verdict: verdictOn(cloud, "below", 0),
      },
      {
        claim: "spread with exits, it answers sooner than from any one place",
        text: `mean latency ${millisecondsText(fastest)} against ${best}, the fastest of them`,
        verdict: verdictOn(fastest, "below", 0),
      },
    ],
    figures: [accuracyLatency(result, shown), latencyParts(result), exitShares(result)].filter(
      (figure) => figure !== null,
    ),
    galleries: [],
    data: result,
    files: {
      "spread.yaml": scenario,
      "spread.csv": csv(
        ["policy", "latency_mean_s", "latency_low_s", "latency_high_s", "latency_p95_s", "accuracy", "bytes_up"],
        result.policies.map((policy) => [
          policy.name,
          ...[latency(policy)].flatMap((value) => [value!.estimate, value!.low ?? "", value!.high ?? ""]),
          policy.latency_s.p95?.estimate ?? "",
          policy.accuracy?.estimate ?? "",
          bytes(policy)?.estimate ?? "",
        ]),
      ),
    },
  };
}
