import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FileFault } from "../../src/scenario/resources.ts";
import { readTrace } from "../../src/scenario/traces/index.ts";
import type { Trace, TraceRequest } from "../../src/scenario/traces/trace.ts";

const request: TraceRequest = { what: "down", column: null, bin: 0.02, pauses: "drop" };
const read = (file: string, text: string, rest: Partial<TraceRequest> = {}): Trace =>
  readTrace(file, text, null, { ...request, ...rest });
const faultOf = (run: () => unknown): FileFault => {
  try {
    run();
  } catch (error) {
    if (error instanceof FileFault) return error;
    throw error;
  }
  throw new Error("nothing is wrong with it");
};
const mean = ({ at, values, length }: Trace): number =>
  values.reduce((sum, value, i) => sum + value * ((at[i + 1] ?? length) - at[i]!), 0) / length;

test("a mahimahi file with one opportunity a millisecond is 12 Mbit/s, and its last number is its period", () => {
  expect(read("trace", "1\n")).toEqual({ at: [0], values: [12e6], length: 0.001 });
  // 10 ms and 30 ms: two packets in (0, 10] ms, none in (10, 20], one in (20, 30].
  const trace = read("x.up", "3\n3\n30\n", { what: "up", bin: 0.01 });
  expect(trace.length).toBe(0.03);
  expect(trace.values).toEqual([2.4e6, 0, 1.2e6]);
});

test("the last bin of a mahimahi file is as wide as what is left of the period", () => {
  const trace = read("x.up", "20\n25\n", { what: "up" });
  expect(trace.at).toEqual([0, 0.02]);
  expect(trace.values.map(Math.round)).toEqual([600_000, 2_400_000]);
});

const irish = (...rows: readonly (readonly [second: string, bitrate: string])[]): string =>
  [
    "Timestamp,Longitude,DL_bitrate,UL_bitrate,State",
    ...rows.map(([second, rate]) => `2020.01.16_10.43.${second},-8,${rate},9,D`),
  ].join("\n");

test("of an Irish log rows of one second are averaged, missing ones passed over, and one before a gap holds", () => {
  const trace = read("a.csv", irish(["10", "100"], ["10", "300"], ["11", "-"], ["12", "400"], ["14", "500"]));
  expect(trace).toEqual({ at: [0, 2, 4], values: [200_000, 400_000, 500_000], length: 5 });
});

test("of an Irish log short runs of zero are cut out with their time, long ones are outages", () => {
  const rows = irish(["10", "100"], ["11", "0"], ["12", "0"], ["13", "200"], ["14", "0"], ["18", "300"]);
  expect(read("a.csv", rows)).toEqual({ at: [0, 1, 2, 6], values: [100_000, 200_000, 0, 300_000], length: 7 });
  expect(read("a.csv", rows, { pauses: "keep" }).length).toBe(9);
});

test("the uplink of an Irish log is refused unless a column is named", () => {
  const fault = faultOf(() => read("a.csv", irish(["10", "100"]), { what: "up" }));
  expect(fault.got).toContain("acknowledges a download");
  expect(read("a.csv", irish(["10", "100"]), { what: "up", column: "DL_bitrate" }).values).toEqual([100_000]);
});

test("every line of a NYU-METS file has its own unit", () => {
  expect(read("b.csv", "3.97,Mbits/sec\n512,Kbits/sec\n0.00,bits/sec\n")).toEqual({
    at: [0, 1, 2],
    values: [3_970_000, 512_000, 0],
    length: 3,
  });
});

test("a CICV5G file is half of its round trips, columns by name, lines in any order", () => {
  const text = "pub_time(ms) sub_time(ms) delay(ms) utmX(m)\n1000 1016 16 0\n1110 1140 30 0 \n\n1055 1075 20 0\n";
  const trace = read("c.txt", text, { what: "latency" });
  expect(trace.values).toEqual([0.008, 0.01, 0.015]);
  expect(trace.at.map((t) => Math.round(t * 1000))).toEqual([0, 55, 110]);
  expect(faultOf(() => read("c.txt", text, { what: "up" })).expected).toContain("rates");
});

test("a plain csv takes units, comments and the column that is called as the key", () => {
  const text = "t,up,down\n# by hand\n0 s,1 Mbit/s,5 Mbit/s\n500 ms,2e6,6e6\n";
  expect(read("d.csv", text, { what: "up" })).toEqual({ at: [0, 0.5], values: [1e6, 2e6], length: 1 });
  expect(read("d.csv", text).values).toEqual([5e6, 6e6]);
  expect(read("d.csv", "10;3 ms\n12;4 ms\n", { what: "latency" })).toEqual({
    at: [0, 2],
    values: [0.003, 0.004],
    length: 4,
  });
});

test.each([
  ["two columns of one name are not guessed", "t,a,b\n0,1,2\n"],
  ["instants that stand still", "0,1\n0,2\n"],
  ["a rate that is a word", "0,1\n1,fast\n"],
  ["a negative rate", "0,-1\n"],
  ["a file without values", "# nothing\n"],
])("%s: a fault of the file, not of ours", (_what, text) => {
  expect(faultOf(() => read("e.csv", text)).expected).not.toBe("");
});

const shared = join(import.meta.dirname, "../../../shared/data/traces");
const has = existsSync(shared);
const real = (path: string, rest: Partial<TraceRequest> = {}): Trace =>
  read(path, readFileSync(join(shared, path), "utf8"), rest);

// Means of the recordings in Mbit/s, computed from them by other means; see the table of traces in the notes of the project.
test.skipIf(!has).each([
  ["mahimahi-cellular/ATT-LTE-driving-2016.up", "up", 120, 1.9],
  ["mahimahi-cellular/ATT-LTE-driving-2016.down", "down", 120, 4.6],
  ["mahimahi-cellular/Verizon-LTE-short.up", "up", 140, 6.0],
  ["mahimahi-cellular/TMobile-LTE-short.down", "down", 140, 16.7],
  ["mahimahi-cellular/TMobile-UMTS-driving.up", "up", 930, 0.9],
  ["nyu-mets-lte/7Train1.csv", "down", 4910, 6.8],
  ["nyu-mets-lte/bus57.csv", "down", 2403, 7.2],
  ["nyu-mets-lte/Long_Island_Rail_Road.csv", "down", 1447, 4.3],
] as const)("the recording %s is read with its mean", (path, what, length, mbps) => {
  const trace = real(path, { what });
  expect(Math.abs(trace.length - length)).toBeLessThan(10);
  expect(Math.abs(mean(trace) / 1e6 - mbps)).toBeLessThan(0.06);
});

test.skipIf(!has)(
  "of the Irish recordings the pauses of the tool are gone, and what remains has the mean without them",
  () => {
    const raw = real("irish-5g-raca2020/5g-static-download-1.csv", { pauses: "keep" });
    const clean = real("irish-5g-raca2020/5g-static-download-1.csv");
    expect(Math.abs(raw.length - 3679)).toBeLessThan(5);
    expect(mean(raw) / 1e6).toBeGreaterThan(64);
    expect(mean(raw) / 1e6).toBeLessThan(75);
    expect(mean(clean)).toBeGreaterThan(mean(raw));
    expect(mean(clean) / 1e6).toBeCloseTo(75, -0.3);
    // What is left of zeros are outages, longer than 3 s each.
    let from = -1;
    clean.values.forEach((value, i) => {
      if (value === 0 && from < 0) from = clean.at[i]!;
      if (value === 0 || from < 0) return;
      expect(clean.at[i]! - from).toBeGreaterThan(3);
      from = -1;
    });
    for (const file of [
      "5g-static-download-2",
      "5g-lte-driving-download-1",
      "5g-lte-hspa-driving-download-2",
      "hspa-driving-download-3",
    ])
      expect(mean(real(`irish-5g-raca2020/${file}.csv`)), file).toBeGreaterThan(1e6);
  },
);

test.skipIf(!has).each([
  ["n78-public-static", 1094, 16.6],
  ["n78-public-urban-30kmh", 4296, 16.3],
  ["n78-public-arterial-70kmh", 1008, 19.1],
  ["n8-private-urban-30kmh", 4432, 18.9],
  ["n8-private-weak-to-strong-50kmh", 564, 36.6],
  ["n8-private-rural-poor-coverage", 2042, 599],
] as const)("the round trips of %s are read, all of them", (name, n, ms) => {
  const { at, values } = real(`cicv5g-rtt/${name}.txt`, { what: "latency" });
  expect(Math.abs(values.length - n)).toBeLessThan(n * 0.01 + 2);
  const average = (values.reduce((a, b) => a + b, 0) / values.length) * 2000;
  expect(Math.abs(average / ms - 1)).toBeLessThan(0.01);
  expect(at.every((t, i) => i === 0 || t > at[i - 1]!)).toBe(true);
});
