/**
 * Neurosurgeon (Kang et al., "Neurosurgeon: collaborative intelligence between the cloud and mobile edge", ASPLOS 2017): where AlexNet is
 * best cut as the uplink grows. Qualitative: the paper gives times of layers as figures only; here they follow from the shapes of the layers, and the
 * order of the cuts is what is held against the paper.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileResources } from "../../src/scenario/files.ts";
import { alexnet, inputBytes } from "./alexnet.ts";
import { simulated } from "./simulated.ts";

/** Cut k: the first k layers on the device. */
const cuts = Array.from({ length: alexnet.length + 1 }, (_, k) => k);
const nameOf = (cut: number): string =>
  cut === 0 ? "cloud" : cut === alexnet.length ? "device" : alexnet[cut - 1]!.name;
const bytesAt = (cut: number): number =>
  cut === 0 ? inputBytes : cut === alexnet.length ? 0 : 4 * alexnet[cut - 1]!.elements;

interface Host {
  readonly device: readonly number[];
  readonly cloud: readonly number[];
}

const sum = (times: readonly number[]): number => times.reduce((a, b) => a + b, 0);
const latency = ({ device, cloud }: Host, cut: number, mbps: number): number =>
  sum(device.slice(0, cut)) + (8 * bytesAt(cut)) / (mbps * 1e6) + sum(cloud.slice(cut));
const bestCut = (host: Host, mbps: number): number =>
  cuts.reduce((best, cut) => (latency(host, cut, mbps) < latency(host, best, mbps) ? cut : best));

function scenario({ device, cloud }: Host, rates: readonly number[], policies: string): string {
  const segments = alexnet.map(({ name, elements }, i) => {
    const output = i < alexnet.length - 1 ? `, output: ${4 * elements} B` : "";
    return `      - { name: ${name}, time: { on: { device: ${ns(device[i]!)}, cloud: ${ns(cloud[i]!)} } }${output} }`;
  });
  return `
version: 1
title: Neurosurgeon
model:
  synthetic:
    input: ${inputBytes} B
    segments:
${segments.join("\n")}
nodes: { device: {}, cloud: {} }
links: { uplink: { between: [device, cloud], kind: fifo, up: ${rates[0]} Mbit/s, down: 10 Mbit/s } }
workload: { device: { arrivals: { periodic: 100 s }, answer_to: nowhere } }
policies:
${policies}
run: { requests: 5, replications: 3, warmup: 0 }
sweep: { links.uplink.up: [${rates.map((rate) => `${rate} Mbit/s`).join(", ")}] }
`;
}
const ns = (seconds: number): string => `${Math.round(seconds * 1e9)} ns`;
const searched = "  neurosurgeon: { exit: { rule: never }, place: { rule: neurosurgeon, to: cloud } }";
const fixed = cuts.map((cut) => {
  const segments = alexnet.map(({ name }, i) => `${name}: ${i < cut ? "device" : "cloud"}`);
  return `  cut-${cut}: { exit: { rule: never }, place: { rule: fixed, segments: { ${segments.join(", ")} } } }`;
});

/**
 * Times of a host that takes `total` for the network: dense layers wait for their weights at batch 1 (4 bytes each at `bandwidth`), convolutions
 * share the rest by their multiply-accumulates.
 */
function layerTimes(total: number, bandwidth: number): number[] {
  const waiting = alexnet.map(({ kind, weights }) => (kind === "dense" ? (4 * weights) / bandwidth : 0));
  const macs = sum(alexnet.map((layer) => (layer.kind === "conv" ? layer.macs : 0)));
  const rest = total - sum(waiting);
  return alexnet.map((layer, i) => (layer.kind === "conv" ? (rest * layer.macs) / macs : waiting[i]!));
}

describe("AlexNet between a Jetson TK1 and a Tesla K40", () => {
  // Whole networks: 81 ms on the mobile GPU, 6 ms in the cloud (the paper). Memory: 14.9 and 288 GB/s by the makers, half of it reached (assumed).
  const host = { device: layerTimes(0.081, 14.9e9 / 2), cloud: layerTimes(0.006, 288e9 / 2) };
  // 3G, LTE and Wi-Fi as the paper's upload times of 152 kB imply (870, 180 and 95 ms), then faster ones.
  const rates = [0.5, 1.4, 6.8, 12.8, 18.88, 30, 100, 1000];

  test("is best kept on the device over 3G and LTE, cut after pool5 over Wi-Fi, sent whole over what is faster", async () => {
    const [, ...points] = await simulated(scenario(host, rates, [searched, ...fixed].join("\n")));
    const order = points.map((policies, i) => {
      const means = cuts.map((cut) => policies[`cut-${cut}`]!.latency_s.mean!.estimate);
      const best = means.indexOf(Math.min(...means));
      expect(policies.neurosurgeon!.latency_s.mean!.estimate, `${rates[i]} Mbit/s`).toBeCloseTo(means[best]!, 6);
      for (const cut of cuts) expect(means[cut]).toBeCloseTo(latency(host, cut, rates[i]!), 6);
      return nameOf(best);
    });
    expect(order).toEqual(["device", "device", "device", "pool5", "pool5", "cloud", "cloud", "cloud"]);
  });

  test("takes the paper's upload times", () => {
    // 1.4, 6.8 and 12.8 Mbit/s for 152 kB: 870, 180 and 95 ms.
    for (const [mbps, upload] of [
      [1.4, 0.87],
      [6.8, 0.18],
      [12.8, 0.095],
    ] as const)
      expect(Math.abs((8 * 152e3) / (mbps * 1e6) / upload - 1)).toBeLessThan(0.01);
  });
});

test("with the figures of every device preset the best cut only moves towards the input as the uplink grows, and the rule finds it", async () => {
  const presets = fileResources(".").devices();
  const timesOn = (rate: number, overhead: number): number[] =>
    alexnet.map(({ macs, kind }) => (kind === "pool" ? 0 : (2 * macs) / rate + overhead));
  const server = presets.get("gpu-v100")!;
  if (!server.usable) throw new Error("no figures of the server");
  const rates = [0.01, 0.3, 1, 3, 10, 30, 100, 1000, 10_000];
  let compared = 0;
  for (const [name, preset] of presets) {
    if (!preset.usable || preset.tier !== "device" || preset.rate.value >= server.rate.value) continue;
    const { rate, overhead } = preset;
    const host = {
      device: timesOn(rate.value, overhead.value),
      cloud: timesOn(server.rate.value, server.overhead.value),
    };
    const [, ...points] = await simulated(scenario(host, rates, searched));
    const best = rates.map((mbps) => bestCut(host, mbps));
    for (const [i, { neurosurgeon }] of points.entries())
      expect(neurosurgeon!.latency_s.mean!.estimate, `${name}, ${rates[i]} Mbit/s`).toBeCloseTo(
        latency(host, best[i]!, rates[i]!),
        6,
      );
    expect(best, name).toEqual(best.toSorted((a, b) => b - a));
    expect([best[0], best.at(-1)], name).toEqual([alexnet.length, 0]);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(3);
});

const table = join(import.meta.dirname, "../../../shared/data/arch-profiles/alexnet-caffe.json");
test.skipIf(!existsSync(table))("the layers are those of the published network", () => {
  const { layers, inputBytesU8 } = JSON.parse(readFileSync(table, "utf8")) as {
    layers: { name: string; macs: number; outElements: number }[];
    inputBytesU8: number;
  };
  expect(inputBytes).toBe(inputBytesU8);
  for (const { name, macs, elements } of alexnet) {
    const theirs = layers.find((layer) => layer.name === name)!;
    expect({ name, macs, elements }).toEqual({ name, macs: theirs.macs, elements: theirs.outElements });
  }
});
