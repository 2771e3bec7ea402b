/**
 * BranchyNet (Teerapittayanon, McDanel and Kung, "BranchyNet: fast inference via early exiting from deep neural networks", ICPR 2016):
 * the mean time of a request is the sum over exits of share x time, where the time of an exit holds every head that was asked before it.
 */
import { expect, test } from "vitest";
import type { PolicyResult } from "../../src/experiment/result.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { simulated } from "./simulated.ts";

/** Far apart, so that no request waits. */
const alone = (model: string, policies: string): string => `
version: 1
title: BranchyNet
model: ${model}
nodes: { device: { speed: 1 } }
workload: { device: { arrivals: { periodic: 1 s }, answer_to: nowhere } }
policies: { ${policies} }
run: { requests: 8000, replications: 3, warmup: 0 }
`;

const shares = ({ exits }: PolicyResult): number[] => exits.map(({ share }) => share!.estimate);
const mean = ({ latency_s }: PolicyResult): number => latency_s.mean!.estimate;
const weighted = (parts: readonly number[], times: readonly number[]): number =>
  parts.reduce((sum, share, k) => sum + share * times[k]!, 0);

test("the mean time of a measured B-LeNet is the sum over exits of share x (trunk so far + every head asked), at every threshold", async () => {
  const { profile } = fileResources(".").profile("b-lenet-fashion");
  const middle = (times: readonly { readonly batch: number; readonly quantiles_s: readonly number[] }[]): number =>
    times.find(({ batch }) => batch === 1)!.quantiles_s[10]!;
  let passed = 0;
  const times = profile.segments.map(({ trunk, head }) => {
    passed += middle(trunk.time) + middle(head!.time);
    return passed;
  });
  const thresholds = [0.05, 0.3, 1, 2];
  const policies = thresholds.map(
    (t, i) => `t${i}: { exit: { rule: entropy, threshold: ${t} }, place: { rule: only, node: device } }`,
  );
  const [results] = await simulated(alone("{ profile: b-lenet-fashion }", policies.join(", ")), fileResources("."));
  const firsts: number[] = [];
  for (const [i, threshold] of thresholds.entries()) {
    const result = results![`t${i}`]!;
    expect(mean(result) / weighted(shares(result), times), `threshold ${threshold}`).toBeCloseTo(1, 6);
    // Had the first head's time been forgotten where it said no, the sum would be too short.
    const short = times.map((time, k) => time - (k > 0 ? middle(profile.segments[0]!.head!.time) : 0));
    if (shares(result)[0]! < 0.95) expect(mean(result) / weighted(shares(result), short)).toBeGreaterThan(1.001);
    firsts.push(shares(result)[0]!);
  }
  expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
  expect(firsts.at(-1)! - firsts[0]!).toBeGreaterThan(0.3);
}, 60_000);

/**
 * Table I: the trunk alone, the branchy network and the share of its first exit; two exits, so the time of the first follows:
 * t1 = (mean - (1 - share) t2) / share, with t2 the trunk's time and, unpublished, the first head's: taken as 0.
 */
const tableOne = [
  { host: "3.0 GHz CPU", trunk: 3.37, branchy: 0.62, gain: 5.4, first: 0.943 },
  { host: "Titan X", trunk: 1.58, branchy: 0.34, gain: 4.7, first: 0.943 },
] as const;

test.each(tableOne)(
  "B-LeNet on a $host gains $gain x over LeNet, as Table I says",
  async ({ trunk, branchy, gain, first }) => {
    const early = (branchy - (1 - first) * trunk) / first;
    expect(early).toBeGreaterThan(0);
    const model = `
  synthetic:
    segments: [ { name: early, time: ${early.toFixed(6)} ms }, { name: late, time: ${(trunk - early).toFixed(6)} ms } ]
    exits: [ { after: early, share: ${first} }, { after: late } ]`;
    const policies = ["share", "never"].map(
      (rule) => `${rule}: { exit: { rule: ${rule} }, place: { rule: only, node: device } }`,
    );
    const [results] = await simulated(alone(model, policies.join(", ")));
    const { share, never } = results!;
    expect(mean(never!)).toBeCloseTo(trunk / 1000, 9);
    const [low, high] = [share!.latency_s.mean!.low!, share!.latency_s.mean!.high!];
    expect(low).toBeLessThan(branchy / 1000);
    expect(high).toBeGreaterThan(branchy / 1000);
    expect(Math.abs(mean(never!) / mean(share!) - gain)).toBeLessThan(0.1);
  },
);
