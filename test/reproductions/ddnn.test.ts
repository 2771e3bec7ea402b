/**
 * DDNN (Teerapittayanon, McDanel and Kung, "Distributed deep neural networks over the cloud, the edge and end devices", ICDCS 2017):
 * bytes that an end device sends per sample, against the threshold on the normalised entropy of the local exit.
 *
 * Each sample costs 4 bytes a class for the local aggregator; a sample that the local exit is not sure of also sends its binary features to
 * the cloud: 4 |C| + (1 - l) f o / 8, with 3 classes and f o / 8 = 128 bytes. Shares of local exits by threshold: the authors' measurements
 * (kunglab/ddnn, visualize/data/entropy.csv), which are multiples of 1/171. The paper's bytes are what the formula makes of them, rounded.
 */
import { expect, test } from "vitest";
import { simulated, withFile } from "./simulated.ts";

const samples = 171;
const rounds = 4;
const published = [
  { threshold: 0.1, local: 0, bytes: 140 },
  { threshold: 0.3, local: 1, bytes: 139 },
  { threshold: 0.5, local: 3, bytes: 138 },
  { threshold: 0.6, local: 5, bytes: 136 },
  { threshold: 0.7, local: 39, bytes: 111 },
  { threshold: 0.8, local: 104, bytes: 62 },
  { threshold: 0.9, local: 142, bytes: 34 },
  { threshold: 1, local: 171, bytes: 12 },
] as const;

/** Scores of 171 samples whose normalised entropies fall between the thresholds as often as the authors' did. */
function table(): string {
  const lines = ["sample,exit,label,prediction,confidence,entropy,margin"];
  for (let sample = 0; sample < samples; sample += 1) {
    const least = published.find(({ local }) => sample < local)!.threshold;
    const entropy = (least - 0.05) * Math.log(3);
    // The labels make three classes known.
    lines.push(`${sample},local,${sample % 3},${sample % 3},0.6,${entropy},0.2`);
    lines.push(`${sample},cloud,${sample % 3},${sample % 3},0.9,0.1,0.8`);
  }
  return `${lines.join("\n")}\n`;
}

const scenario = `
version: 1
title: DDNN
model:
  synthetic:
    result: 12 B
    segments: [ { name: features, time: 1 ms, output: 140 B }, { name: rest, time: 1 ms } ]
    exits: [ { after: features, name: local }, { after: rest, name: cloud } ]
    table: ddnn.csv
nodes: { device: {}, gateway: {}, cloud: {} }
links:
  access: { between: [device, gateway], kind: fixed, latency: 1 ms }
  uplink: { between: [gateway, cloud], kind: fixed, latency: 10 ms }
workload: { device: { arrivals: { periodic: 1 s }, samples: in-order, answer_to: gateway } }
policies:
  ddnn: { exit: { rule: entropy, normalised: true, threshold: 0.1 }, place: { rule: fixed, segments: { features: device, rest: cloud } } }
run: { requests: ${rounds * samples}, replications: 3, warmup: 0 }
sweep: { policies.ddnn.exit.threshold: [${published.map(({ threshold }) => threshold).join(", ")}] }
`;

test("a device sends as many bytes a sample as DDNN's table says, at each of eight thresholds", async () => {
  const [, ...points] = await simulated(scenario, withFile(table()));
  expect(points).toHaveLength(published.length);
  for (const [i, { threshold, local, bytes }] of published.entries()) {
    const { exits, links } = points[i]!.ddnn!;
    expect(exits[0]!.share!.estimate, `threshold ${threshold}`).toBeCloseTo(local / samples, 12);
    const sent = links.access!.up.bytes!.estimate / (rounds * samples);
    // Time ends with the last arrival: what that one sends, at most 140 B of 4 x 171 samples, is not counted.
    expect(Math.abs(sent - (12 + (1 - local / samples) * 128)), `threshold ${threshold}`).toBeLessThan(0.21);
    expect(Math.abs(sent - bytes), `threshold ${threshold}`).toBeLessThan(0.71);
  }
});
