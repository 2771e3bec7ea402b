import { describe, expect, test } from "vitest";
import { compile } from "../../src/scenario/compile.ts";
import { offeredLoad } from "../../src/scenario/offered-load.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import { noResources } from "../../src/scenario/resources.ts";
import type { Scenario, ScenarioLink } from "../../src/scenario/scenario.ts";
import { changed, problemsOf, read } from "./example.ts";

const shared = "kind: shared, per: camera,";
const cell = "kind: nr-cell,";
const capacities = "up: 12 Mbit/s, down: 50 Mbit/s,";
const sweep = "sweep: { links.cell.up: [6 Mbit/s, 12 Mbit/s] }\n";
const linkWith = (...keys: string[]): ScenarioLink => read(changed([shared, [cell, ...keys, ""].join(" ")])).links[0]!;
const without = ({ origins: _, ...scenario }: Scenario) => scenario;

describe("a 5G cell in a scenario", () => {
  test("needs no more than capacities; everything else has a default with its origin", () => {
    const { links, origins } = read(changed([shared, cell]));
    const { nr } = links[0]!;
    expect(nr!.access).toMatchObject({ numerology: 1, tdd: "DDDSU", grant: "dynamic", occasions: 0, error: 0.1 });
    expect(nr!.idle).toMatchObject({ after: 10 });
    for (const key of [
      "numerology",
      "tdd",
      "grant",
      "device",
      "station",
      "n1",
      "k2",
      "decode",
      "error",
      "retransmissions",
    ])
      expect(origins[`links.cell.access.${key}`]?.text, key).toMatch(/default: ./);
  });

  test.each([
    "access: { numerology: 2, tdd: DDDDDDDSUU, special: 50 %, grant: configured, occasions: 10 ms }",
    "access: { tdd: fdd, device: 2, station: 3, n1: 1, k2: 3, decode: 1, error: 5 %, error_falls: 0.5, retransmissions: 1 }",
    "share: rate-fair, idle: never, interruptions: { every: 1 min, for: 50 ms }",
    "idle: { after: 2 s, promotion: { lognormal: { mean: 600 ms, cv: 0.5 } } }",
  ])("what is resolved reads back as the same: %s", (keys) => {
    const scenario = read(changed([shared, `${cell} ${keys},`]));
    expect(without(parseScenario(resolvedYaml(scenario)))).toEqual(without(scenario));
  });

  test.each([
    "{ radius: 150 m }",
    "{ distance: { uniform: { low: 20 m, high: 1.5 km } }, carrier: 28 GHz, bandwidth: 50 MHz, sight: always, shadowing: false, fading: none }",
    "{ distance: 80 m, fading: { branches: 4, speed: 30 km/h }, rate: table, layers: { up: 1, down: 4 }, power: { up: 23 dBm, down: -3.5 dBm } }",
    "{ radius: 90 m, gain: 11 dB, noise_figure: { up: 4 dB, down: 8 dB }, interference: 3 dB }",
  ])("a radio instead of capacities reads back as the same: %s", (radio) => {
    const text = changed([shared, `${cell} radio: ${radio},`], [capacities, ""], [sweep, ""]);
    const scenario = read(text);
    expect(without(parseScenario(resolvedYaml(scenario)))).toEqual(without(scenario));
    const setup = compile(scenario, "there", noResources);
    expect(setup.links[0]!.up.capacity).toBeGreaterThan(1e6);
    expect(offeredLoad(setup)!.links.cell!.up).toBeGreaterThan(0);
  });

  test.each([
    "{ stations: [[0 m, 0 m], [400 m, 0 m]], path: { points: [[0 m, 0 m], [400 m, 0 m]], speed: 50 km/h } }",
    "{ stations: [[0 m, 0 m]], path: { points: [[0 m, 9 m], [40 m, 0 m]], speed: 1 m/s, then: loop }, hysteresis: 2 dB, time_to_trigger: 320 ms, measures: 20 ms, interruption: 90 ms, forward: 0 s, in_flight: lose }",
    "{ stations: [[0 m, 0 m], [1 km, 0 m]], waypoint: { area: [1 km, 300 m], speed: { uniform: { low: 1 m/s, high: 3 m/s } }, pause: 20 s } }",
  ])("devices that move read back as the same: %s", (mobility) => {
    for (const text of [
      changed([shared, `${cell} mobility: ${mobility},`]),
      changed([shared, `${cell} radio: { fading: none }, mobility: ${mobility},`], [capacities, ""], [sweep, ""]),
    ]) {
      const scenario = read(text);
      expect(without(parseScenario(resolvedYaml(scenario)))).toEqual(without(scenario));
      expect(compile(scenario, "there", noResources).links[0]!.up.capacity).toBeGreaterThan(1e6);
    }
  });

  test("a period of 10 ms is 20 slots of 0.5 ms; fdd is a pattern of both directions at once", () => {
    const link = (keys: string) => compile(read(changed([shared, `${cell} ${keys},`])), "there", noResources).links[0]!;
    expect(link("access: { occasions: 10 ms }").radio!.times.occasions).toBe(20);
    expect(link("access: { tdd: fdd }").radio!.pattern).toBe("B");
  });

  test("the load of a cell is that of its mean capacity", () => {
    // 4 cameras, 2 requests/s of 150 kB each to the edge: 9.6 of 12 Mbit/s.
    const setup = compile(read(changed([shared, cell])), "there", noResources);
    expect(offeredLoad(setup)!.links.cell!.up).toBeCloseTo(0.8, 10);
  });
});

describe("mistakes", () => {
  test.each([
    ["access: { numerology: 5 }", "links.cell.access.numerology"],
    ["access: { tdd: DDDD }", "links.cell.access.tdd"],
    ["access: { tdd: DUX }", "links.cell.access.tdd"],
    ["access: { occasions: 1.3 ms }", "links.cell.access.occasions"],
    ["access: { grants: dynamic }", "links.cell.access.grants"],
    ["access: { error: 2 }", "links.cell.access.error"],
    ["share: fair", "links.cell.share"],
    ["interruptions: { every: 1 min }", "links.cell.interruptions.for"],
    ["radio: { radius: 100 m }", "links.cell.up"],
    ["mobility: { stations: [[0 m, 0 m]] }", "links.cell.mobility"],
    [
      "mobility: { stations: [], path: { points: [[0 m, 0 m], [9 m, 0 m]], speed: 1 m/s } }",
      "links.cell.mobility.stations",
    ],
    [
      "mobility: { stations: [[0 m]], path: { points: [[0 m, 0 m], [9 m, 0 m]], speed: 1 m/s } }",
      "links.cell.mobility.stations.0",
    ],
    [
      "mobility: { stations: [[0 m, 0 m]], path: { points: [[1 m, 1 m], [1 m, 1 m]], speed: 1 m/s } }",
      "links.cell.mobility.path.points",
    ],
  ])("%s is one", (keys, path) => {
    expect(problemsOf(changed([shared, `${cell} ${keys},`])).map((p) => p.path)).toContain(path);
  });

  test.each([
    ["{ radius: 6 km }", "links.cell.radio.radius"],
    ["{ distance: 5 m }", "links.cell.radio.distance"],
    ["{ radius: 50 m, distance: 50 m }", "links.cell.radio.distance"],
    ["{ carrier: 200 GHz }", "links.cell.radio.carrier"],
    ["{ bandwidth: 17 MHz }", "links.cell.radio.bandwidth"],
    ["{ power: 23 }", "links.cell.radio.power"],
  ])("a radio %s is one", (radio, path) => {
    const text = changed([shared, `${cell} radio: ${radio},`], [capacities, ""], [sweep, ""]);
    expect(problemsOf(text).map((p) => p.path)).toContain(path);
  });

  test("keys of a cell on another kind of link are refused", () => {
    const found = problemsOf(changed(["kind: shared,", "kind: shared, access: { tdd: DDDSU }, share: rate-fair,"]));
    expect(found.map((p) => p.path)).toEqual(["links.cell.access", "links.cell.share"]);
  });

  test("what a cell shares is said by one of two words", () => {
    expect(linkWith("share: rate-fair,").nr!.share).toBe("rate-fair");
  });
});
