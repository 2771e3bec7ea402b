/** `mobility:` of a link of kind `nr-cell`: base stations, and how devices move between them. */
import * as z from "zod";
import { distribution } from "./distribution.ts";
import { asList, field, listOf, quantity, type Reader, record, required, type Values, word } from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { Leaf } from "./scenario.ts";
import type { Tree } from "./tree.ts";

/** [m] */
export type ScenarioPoint = readonly [x: number, y: number];

export interface ScenarioMobility {
  readonly stations: readonly ScenarioPoint[];
  readonly way:
    | {
        readonly kind: "path";
        readonly points: readonly ScenarioPoint[];
        readonly speed: number;
        readonly then: "loop" | "return";
      }
    | { readonly kind: "waypoint"; readonly area: ScenarioPoint; readonly speed: Leaf; readonly pause: Leaf };
  readonly hysteresis: number;
  readonly timeToTrigger: number;
  readonly measures: number;
  readonly interruption: number;
  readonly forward: number;
  readonly inFlight: "keep" | "lose";
}

const length = quantity("length");
const point: Reader<ScenarioPoint> = {
  read(tree, path, to) {
    const expected = "two lengths, such as [200 m, 0 m]";
    const list = asList(tree, path, to, expected);
    if (list === undefined) return undefined;
    if (list.items.length !== 2) return to.wrong(tree, path, expected);
    const [x, y] = list.items.map((item, i) => length.read(item, `${path}.${i}`, to));
    return x === undefined || y === undefined ? undefined : [x, y];
  },
  schema: () => z.tuple([length.schema(), length.schema()]),
};

const time = quantity("time");
const speeds = distribution("speed", { sequence: false });

const pathFields = {
  points: required("of the line, in order", listOf("point", point, { min: 2, max: 1000 })),
  speed: required("along it", quantity("speed", { isPositive: true })),
  // biome-ignore lint/suspicious/noThenProperty: a key of the format
  then: field(
    "loop: from the last point to the first; return: back the way it came",
    word("a way to go on", ["loop", "return"] as const),
  ),
};
const waypointFields = {
  area: required("width and height of the rectangle from 0 m, 0 m on", point),
  speed: required("a speed or a distribution, drawn for each way", speeds),
  pause: field("at each point: a time or a distribution", distribution("time", { sequence: false })),
};
const mobilityFields = {
  stations: required("where the base stations are", listOf("station", point, { min: 1, max: 1000 })),
  path: field("devices move along a line", record("a path", pathFields)),
  waypoint: field("instead: from one point of a rectangle to another", record("random waypoints", waypointFields)),
  hysteresis: field("by how much another station must be received better", quantity("ratio-level")),
  time_to_trigger: field("for how long", time),
  measures: field("time between measurements", quantity("time", { isPositive: true })),
  interruption: field("time without service at a handover", time),
  forward: field("after it, until what was to go down has come over from the old station", time),
  in_flight: field("what is being sent at a handover: keep, or lose", word("a fate", ["keep", "lose"] as const)),
};

const map = record("mobility", mobilityFields);

export const mobilityReader: Reader<ScenarioMobility> = {
  schema: map.schema,
  read(tree, path, to) {
    const before = to.problems.length;
    const given = map.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    const way = wayOf(given, tree, path, to);
    if (way === undefined) return undefined;
    const fill = <T>(key: string, value: T, why: string): T => to.fill(`${path}.${key}`, value, why);
    return {
      stations: given.stations!,
      way,
      hysteresis: given.hysteresis ?? fill("hysteresis", 3, "2 to 3 dB for event A3; recalled"),
      timeToTrigger: given.time_to_trigger ?? fill("time_to_trigger", 0.16, "40 to 640 ms; recalled"),
      measures: given.measures ?? fill("measures", 0.04, "assumed"),
      interruption: given.interruption ?? fill("interruption", 0.05, "Simu5G's default; 30 to 150 ms are reported"),
      forward: given.forward ?? fill("forward", 0.005, "between base stations; assumed"),
      inFlight: given.in_flight ?? fill("in_flight", "keep" as const, "the old station forwards it"),
    };
  },
};

const mostLegs = 5000;

function wayOf(
  { path: line, waypoint }: Values<typeof mobilityFields>,
  tree: Tree,
  path: string,
  to: Reading,
): ScenarioMobility["way"] | undefined {
  if ((line === undefined) === (waypoint === undefined)) return to.wrong(tree, path, "a path, or waypoint");
  if (line !== undefined) {
    const points = line.points!;
    const isLine = points.some(([x, y]) => x !== points[0]![0] || y !== points[0]![1]);
    if (!isLine) return to.wrong(tree, `${path}.path.points`, "points that differ");
    const then = line.then ?? to.fill(`${path}.path.then`, "return" as const, "back the way it came");
    return { kind: "path", points, speed: line.speed!, then };
  }
  const { area, speed, pause } = waypoint!;
  if (area![0] === 0 && area![1] === 0) return to.wrong(tree, `${path}.waypoint.area`, "an area with an extent");
  if (speed!.kind === "constant" && !(speed!.value > 0 && speed!.value < mostLegs))
    return to.wrong(tree, `${path}.waypoint.speed`, "a speed above zero");
  const still: Leaf = { kind: "constant", value: 0 };
  return { kind: "waypoint", area: area!, speed: speed!, pause: pause ?? to.fill(`${path}.waypoint.pause`, still) };
}
