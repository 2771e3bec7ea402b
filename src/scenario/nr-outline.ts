/** What a link of kind `nr-cell` says beside what all links say, as an outline of keys and texts. */
import type { ScenarioMobility, ScenarioPoint } from "./mobility.ts";
import type { ScenarioCell, ScenarioRadio } from "./nr-cell.ts";
import { type Entries, jitterText, leaf, leafText, map, type Outline, quantity, sayAmount } from "./outline-parts.ts";
import type { Dimension } from "./quantity.ts";

export function cellOutline({ access, share, idle, interruptions, radio, mobility }: ScenarioCell): Entries {
  return [
    [
      "access",
      map([
        ["numerology", leaf(access.numerology)],
        ["tdd", leaf(access.tdd)],
        ["special", leaf(access.special)],
        ["grant", leaf(access.grant)],
        ["occasions", access.occasions === 0 ? leaf("every-slot") : quantity("time", access.occasions)],
        ["device", leaf(access.device)],
        ["station", leaf(access.station)],
        ["n1", leaf(access.n1)],
        ["k2", leaf(access.k2)],
        ["decode", leaf(access.decode)],
        ["error", leaf(access.error)],
        ["error_falls", leaf(access.errorFalls)],
        ["retransmissions", leaf(access.retransmissions)],
      ]),
    ],
    ["share", leaf(share)],
    [
      "idle",
      idle === null
        ? leaf("never")
        : map([
            ["after", quantity("time", idle.after)],
            ["promotion", leaf(leafText("time", idle.promotion))],
          ]),
    ],
    [
      "interruptions",
      interruptions === null
        ? leaf("none")
        : map([
            ["every", leaf(jitterText(interruptions.every))],
            ["for", leaf(leafText("time", interruptions.lasts))],
          ]),
    ],
    ...(radio === null ? [] : [["radio", radioOutline(radio)] as const]),
    ...(mobility === null ? [] : [["mobility", mobilityOutline(mobility)] as const]),
  ];
}

function mobilityOutline(mobility: ScenarioMobility): Outline {
  const { way } = mobility;
  const point = ([x, y]: ScenarioPoint): string => `[${sayAmount("length", x)}, ${sayAmount("length", y)}]`;
  const points = (list: readonly ScenarioPoint[]): Outline => leaf(`[${list.map(point).join(", ")}]`);
  return map([
    ["stations", points(mobility.stations)],
    way.kind === "path"
      ? [
          "path",
          map([
            ["points", points(way.points)],
            ["speed", quantity("speed", way.speed)],
            ["then", leaf(way.then)],
          ]),
        ]
      : [
          "waypoint",
          map([
            ["area", leaf(point(way.area))],
            ["speed", leaf(leafText("speed", way.speed))],
            ["pause", leaf(leafText("time", way.pause))],
          ]),
        ],
    ["hysteresis", quantity("ratio-level", mobility.hysteresis)],
    ["time_to_trigger", quantity("time", mobility.timeToTrigger)],
    ["measures", quantity("time", mobility.measures)],
    ["interruption", quantity("time", mobility.interruption)],
    ["forward", quantity("time", mobility.forward)],
    ["in_flight", leaf(mobility.inFlight)],
  ]);
}

function radioOutline(radio: ScenarioRadio): Outline {
  const both = ([up, down]: readonly [number, number], say: (value: number) => Outline): Outline =>
    map([
      ["up", say(up)],
      ["down", say(down)],
    ]);
  const level = (dimension: Dimension) => (value: number) => quantity(dimension, value);
  return map([
    ...(radio.radius === null ? [] : [["radius", quantity("length", radio.radius)] as const]),
    ...(radio.distance === null ? [] : [["distance", leaf(leafText("length", radio.distance))] as const]),
    ["carrier", quantity("bandwidth", radio.carrier)],
    ["bandwidth", quantity("bandwidth", radio.bandwidth)],
    ["sight", leaf(radio.sight)],
    ["shadowing", leaf(radio.shadowing)],
    [
      "fading",
      radio.fading === null
        ? leaf("none")
        : map([
            ["branches", leaf(radio.fading.branches)],
            ["speed", quantity("speed", radio.fading.speed)],
          ]),
    ],
    ["rate", leaf(radio.rate)],
    ["layers", both(radio.layers, leaf)],
    ["power", both(radio.power, level("power-level"))],
    ["gain", quantity("ratio-level", radio.gain)],
    ["noise_figure", both(radio.noiseFigure, level("ratio-level"))],
    ["interference", both(radio.interference, level("ratio-level"))],
  ]);
}
