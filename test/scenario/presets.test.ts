import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type DeviceFigures, parseDevicePresets, parseLinkPresets } from "../../src/scenario/presets.ts";
import { quantileFunction } from "../../src/sim/quantile.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const texts = { devices: read("presets/devices.json"), links: read("presets/links.json") };
const devices = parseDevicePresets(texts.devices);
const links = parseLinkPresets(texts.links);

interface Tree {
  readonly [key: string]: unknown;
}
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** The objects of a tree that hold numbers themselves: the figures; `times` belong to the figure around them. */
function* figures(tree: Tree, path: string): Generator<{ path: string; figure: Tree }> {
  const values = Object.values(tree);
  if (values.some((value) => typeof value === "number") || isTree(tree.times)) yield { path, figure: tree };
  else for (const [key, value] of Object.entries(tree)) if (isTree(value)) yield* figures(value, `${path}.${key}`);
}

const all = Object.values(texts).flatMap((text) => [
  ...figures((JSON.parse(text) as { presets: Tree }).presets, "presets"),
]);

/** The text of a file of presets with one value replaced (undefined removes it). */
function changed(text: string, path: readonly string[], value: unknown): string {
  const json: unknown = JSON.parse(text);
  let at = json as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1)!] = value;
  return JSON.stringify(json);
}

describe("the presets that ship", () => {
  test("every number has a unit of SI, a source and how sure it is", () => {
    expect(all.length).toBeGreaterThan(300);
    const units = ["1", "s", "W", "FLOP/s", "bit/s", "J/bit", "USD/B"];
    const bad = all.filter(
      ({ figure: { unit, source, sure } }) =>
        !units.includes(String(unit)) ||
        !String(source).trim() ||
        !["measured", "published", "recalled"].includes(String(sure)),
    );
    expect(bad.map(({ path }) => path)).toEqual([]);
  });

  test("no text names a file of ours as a source", () => {
    for (const text of Object.values(texts))
      expect(text).not.toMatch(/shared\/|research\/|our fit|\/data\/|\/work|\/tmp/);
  });

  test("what is called measured names a public origin, and what is recalled from memory is not called measured", () => {
    const origins = /ncnn benchmark|MLPerf|CICV5G|SIGCOMM21|mahimahi/;
    for (const { path, figure } of all) {
      if (figure.sure === "measured") expect(String(figure.source), path).toMatch(origins);
      if (/memory|assumed|borrowed/.test(String(figure.source))) expect(figure.sure, path).toBe("recalled");
    }
  });

  test("a device without a rate says why it cannot serve", () => {
    const unusable = [...devices].filter(([, device]) => !device.usable).map(([name]) => name);
    expect(unusable).toEqual(["coral-devboard", "imx8m-a53", "xavier-nx-trt-int8", "t4-trt-int8", "a100-trt-int8"]);
  });

  test("latency is half of the round trip that goes with it", () => {
    for (const [name, { latency, rtt, jitter }] of links) {
      const half = (jitter === null ? rtt.p50 : rtt.p5) / 2;
      expect([latency.up.value, latency.down.value], name).toEqual([half, half]);
    }
  });

  test("latency and jitter there and back have the median and 95th percentile of the round trip within 10 %", () => {
    const grid = Array.from({ length: 200 }, (_, i) => (i + 0.5) / 200);
    for (const [name, { latency, rtt, jitter }] of links) {
      if (jitter === null) continue;
      // Every pair of 200 equally likely values for each direction.
      const oneWay = grid.map(quantileFunction({ kind: "lognormal", mean: jitter.mean, cv: jitter.cv }));
      const sums = Float64Array.from(oneWay.flatMap((a) => oneWay.map((b) => a + b))).sort();
      const at = (q: number): number => latency.up.value + latency.down.value + sums[Math.ceil(q * sums.length) - 1]!;
      expect(Math.abs(at(0.5) / rtt.p50 - 1), `${name} p50`).toBeLessThan(0.1);
      expect(Math.abs(at(0.95) / rtt.p95 - 1), `${name} p95`).toBeLessThan(0.1);
    }
  });
});

describe("a bad preset is refused by its path", () => {
  const device = (path: string, value: unknown) => () =>
    parseDevicePresets(changed(texts.devices, ["presets", "rpi4", ...path.split(".")], value));
  const link = (path: string, value: unknown) => () =>
    parseLinkPresets(changed(texts.links, ["presets", "5g-n78-public", ...path.split(".")], value));

  test.each([
    ["a source left out", device("rate.source", undefined), "presets.rpi4.rate.source"],
    ["an empty source", device("idle.source", " "), "presets.rpi4.idle.source"],
    ["another unit", device("rate.unit", "GFLOP/s"), 'presets.rpi4.rate.unit: expected "FLOP/s", got "GFLOP/s"'],
    ["a word of its own for how sure", device("busy.sure", "certain"), "presets.rpi4.busy.sure"],
    ["a rate of 0", device("rate.value", 0), "presets.rpi4.rate.value"],
    ["a number as text", device("overhead.value", "1"), "presets.rpi4.overhead.value"],
    ["null for a number", device("overhead.value", null), "presets.rpi4.overhead.value"],
    ["an unknown key", device("cores", 4), "presets.rpi4.cores"],
    ["an unusable device with a rate", device("usable", false), "presets.rpi4.rate"],
    ["less power when busy than when idle", device("busy.value", 1), "presets.rpi4.busy.value"],
    ["a network without time", device("networks.times.resnet18", -1), "presets.rpi4.networks.times.resnet18"],
    ["percentiles out of order", link("up.p5", 1e9), "presets.5g-n78-public.up: expected ascending percentiles"],
    ["a 99th percentile below the 95th", link("rtt.p99", 0.001), "presets.5g-n78-public.rtt"],
    ["a loss above 1", link("loss.value", 1.5), "presets.5g-n78-public.loss.value"],
    ["an unknown kind", link("kind", "tube"), "presets.5g-n78-public.kind"],
    ["a jitter of another shape", link("jitter.distribution", "normal"), "presets.5g-n78-public.jitter.distribution"],
  ])("%s", (_, parse, message) => {
    expect(parse).toThrow(RangeError);
    expect(parse).toThrow(message);
  });

  test.each([
    ["a name with a capital", changed(texts.devices, ["presets", "RPi4"], {}), "presets: expected names"],
    ["an inherited name as a preset", changed(texts.devices, ["presets", "constructor"], {}), "presets.constructor"],
    ["the other file", texts.links, "format"],
    ["a later version", changed(texts.devices, ["version"], 2), "version"],
    ["a key beside the presets", changed(texts.devices, ["extra"], 1), "extra"],
    ["a list", "[]", "offramp/devices: expected an object"],
    ["a text that is no JSON", "{", "offramp/devices: expected JSON"],
  ])("%s", (_, text, message) => {
    const parse = (): unknown => parseDevicePresets(text);
    expect(parse).toThrow(RangeError);
    expect(parse).toThrow(message);
  });

  test("a name that every object inherits is no preset", () => {
    expect(devices.get("constructor")).toBeUndefined();
  });
});

const origin = join(root, "../shared/data/presets");
describe.skipIf(!existsSync(origin))("against the compilation the presets were converted from", () => {
  const from = (name: string): unknown => JSON.parse(readFileSync(join(origin, name), "utf8"));
  /** Same number after a change of unit, up to the last digits. */
  const same = (value: number | undefined, given: number | null, factor: number, what: string): void => {
    if (given === null) expect(value, what).toBeUndefined();
    else expect(Math.abs(value! - given * factor), what).toBeLessThanOrEqual(1e-9 * Math.abs(given * factor));
  };

  test("devices agree", () => {
    interface Given {
      readonly id: string;
      readonly gflops: number | null;
      readonly overheadUsPerLayer: number | null;
      readonly fitMeanAbsError: number | null;
      readonly measuredMs: Readonly<Record<string, number>>;
      readonly idleW: number | null;
      readonly activeW: number | null;
    }
    const given = (from("devices.json") as { devices: Given[] }).devices;
    expect([...devices.keys()]).toEqual(given.map(({ id }) => id));
    for (const { id, ...source } of given) {
      const device = devices.get(id)!;
      const fit = device.usable ? device : null;
      same(fit?.rate.value, source.gflops, 1e9, `${id} rate`);
      same(fit?.overhead.value, source.overheadUsPerLayer, 1e-6, `${id} overhead`);
      same(fit?.error?.value, source.fitMeanAbsError, 1, `${id} error`);
      same(device.idle?.value, source.idleW, 1, `${id} idle`);
      same(device.busy?.value, source.activeW, 1, `${id} busy`);
      const times = Object.values(device.networks.times);
      Object.values(source.measuredMs).forEach((ms, i) => {
        same(times[i], ms, 1e-3, `${id} network ${i}`);
      });
      expect(times.length).toBe(Object.keys(source.measuredMs).length);
    }
  });

  test("links agree", () => {
    interface Three {
      readonly p5: number;
      readonly p50: number;
      readonly p95: number;
      readonly p99?: number;
    }
    interface Given {
      readonly id: string;
      readonly uplinkMbps: Three;
      readonly downlinkMbps: Three;
      readonly rttMs: Three;
      readonly lossRate: number;
      readonly deviceEnergyNJPerBit: { readonly up: number | null; readonly down: number | null };
      readonly costUsdPerGB: number;
    }
    const given = (from("links.json") as { links: Given[] }).links;
    expect([...links.keys()]).toEqual(given.map(({ id }) => id));
    for (const { id, ...source } of given) {
      const link = links.get(id)!;
      for (const p of ["p5", "p50", "p95", "p99"] as const) {
        same(link.rtt[p], source.rttMs[p]!, 1e-3, `${id} rtt ${p}`);
        if (p === "p99") continue;
        same(link.up[p], source.uplinkMbps[p], 1e6, `${id} up ${p}`);
        same(link.down[p], source.downlinkMbps[p], 1e6, `${id} down ${p}`);
      }
      same(link.loss.value, source.lossRate, 1, `${id} loss`);
      same(link.energy.up?.value, source.deviceEnergyNJPerBit.up, 1e-9, `${id} energy up`);
      same(link.energy.down?.value, source.deviceEnergyNJPerBit.down, 1e-9, `${id} energy down`);
      same(link.price.value, source.costUsdPerGB, 1e-9, `${id} price`);
    }
  });
});

const architectures = join(root, "../shared/data/arch-profiles");
describe.skipIf(!existsSync(architectures))("against the networks that were measured", () => {
  const files: Readonly<Record<string, string>> = {
    "mobilenet-v2": "mobilenet_v2",
    resnet18: "resnet18",
    resnet50: "resnet50",
    "mlperf-tiny-resnet8": "mlperf-tiny-resnet8",
    "mlperf-tiny-vww": "mlperf-tiny-vww-mobilenet_v1-0.25-96",
    "mlperf-tiny-kws": "mlperf-tiny-kws-dscnn",
  };

  function predicted({ rate, overhead }: DeviceFigures, network: string): number {
    const path = join(architectures, `${files[network]}.json`);
    const { totalMacs, layers } = JSON.parse(readFileSync(path, "utf8")) as {
      totalMacs: number;
      layers: { type: string }[];
    };
    const counted = layers.filter(({ type }) => /conv|fc/.test(type)).length;
    return (2 * totalMacs) / rate.value + counted * overhead.value;
  }

  test("every fitted device reproduces its measured networks within a factor of 1.8", () => {
    let compared = 0;
    for (const [name, device] of devices) {
      if (!device.usable) continue;
      for (const [network, measured] of Object.entries(device.networks.times)) {
        if (files[network] === undefined) continue;
        const ratio = predicted(device, network) / measured;
        expect(Math.max(ratio, 1 / ratio), `${name} ${network}`).toBeLessThan(1.8);
        compared++;
      }
    }
    // Three networks on each of 19 boards and servers, three on each of two microcontrollers.
    expect(compared).toBe(63);
  });
});
