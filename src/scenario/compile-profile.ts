/** A measured model: times of the profile, scaled to each node; sizes and scores of the evaluation rows. */
import type { Codec, Profile, Timing, Work } from "../profile.ts";
import type { Distribution } from "../sim/distribution.ts";
import type { BatchTimes, Model } from "../sim/setup.ts";
import { resolve } from "./compile-synthetic.ts";
import type { Resources } from "./resources.ts";
import type { ProfileModel, Scenario, ScenarioNode } from "./scenario.ts";

const constant = (value: number): Distribution => ({ kind: "constant", value });

/** The measured distribution at batch 1. */
function measured(timing: Timing): Distribution {
  return { kind: "empirical", quantiles: timing.quantiles_s };
}

/** The middle quantile: the central time [s]. */
export function central(timing: Timing): number {
  return timing.quantiles_s[(timing.quantiles_s.length - 1) / 2]!;
}

const atOne = (work: Work): Timing => work.time.find((timing) => timing.batch === 1)!;

/** Central time of the whole network with all its heads [s]. */
function wholeTime(profile: Profile): number {
  return profile.segments.reduce(
    (sum, { trunk, head }) => sum + central(atOne(trunk)) + (head === null ? 0 : central(atOne(head))),
    0,
  );
}

function byBatch(work: Work, of: (timing: Timing) => Distribution): BatchTimes {
  return { sizes: work.time.map((timing) => timing.batch), times: work.time.map(of) };
}

/** How one node runs the pieces of a profile. */
interface Pace {
  work(of: (profile: Profile) => Work): Distribution;
  /** By batch size: what was measured, or scaled alike. */
  batches(of: (profile: Profile) => Work): BatchTimes;
  codec(of: (profile: Profile) => Timing): Distribution;
}

/**
 * On the profile's own host, and on a node with a profile of its own, what was measured; elsewhere constants. Codec times of a device are
 * those of the profile's host times the ratio of the whole network's times: nothing better is known of it (assumed). A batch there has its
 * arithmetic times its size, and the overhead of its layers once (assumed).
 */
function paceOf(node: ScenarioNode, model: Profile, open: Resources["profile"]): Pace {
  const { speed } = node;
  switch (speed.kind) {
    case "model":
      return {
        work: (of) => measured(atOne(of(model))),
        batches: (of) => byBatch(of(model), measured),
        codec: (of) => measured(of(model)),
      };
    case "profile": {
      const own = open(speed.profile).profile;
      return {
        work: (of) => measured(atOne(of(own))),
        batches: (of) => byBatch(of(own), measured),
        codec: (of) => measured(of(own)),
      };
    }
    case "speed":
      return {
        work: (of) => constant(central(atOne(of(model))) / speed.speed),
        batches: (of) => byBatch(of(model), (timing) => constant(central(timing) / speed.speed)),
        codec: (of) => constant(central(of(model)) / speed.speed),
      };
    case "scale": {
      const { factor, perLayer } = speed;
      const moved = (timing: Timing, layers = 0): Distribution => ({
        kind: "empirical",
        quantiles: timing.quantiles_s.map((t) => factor * t + perLayer * layers),
      });
      const of = (work: Work, timing: Timing): Distribution => moved(timing, work.layers);
      return {
        work: (piece) => of(piece(model), atOne(piece(model))),
        batches: (piece) => byBatch(piece(model), (timing) => of(piece(model), timing)),
        codec: (piece) => moved(piece(model)),
      };
    }
    case "device": {
      const { rate, overhead } = speed.figures;
      const time = ({ macs, layers }: Work, batch = 1): number =>
        (2 * macs * batch) / rate.value + overhead.value * layers;
      const largest = node.queue.batch?.max ?? 1;
      const sizes = largest === 1 ? [1] : [1, largest];
      const whole = model.segments.reduce(
        (sum, { trunk, head }) => sum + time(trunk) + (head === null ? 0 : time(head)),
        0,
      );
      const ratio = whole / wholeTime(model);
      return {
        work: (of) => constant(time(of(model))),
        batches: (of) => ({ sizes, times: sizes.map((size) => constant(time(of(model), size))) }),
        codec: (of) => constant(central(of(model)) * ratio),
      };
    }
  }
}

export function profileModel(scenario: Scenario, model: ProfileModel, codec: Codec, open: Resources["profile"]): Model {
  const { profile, table } = open(model.profile);
  const rows = table();
  const { nodes, streams } = scenario;
  const paces = nodes.map((node) => paceOf(node, profile, open));
  const names = profile.segments.map((segment) => segment.name);
  const exits = profile.exits.map((exit) => ({ name: exit.name, after: names.indexOf(exit.after) }));
  const perPlace = <T>(of: (pace: Pace) => T): T[][] => {
    const row = paces.map(of);
    return streams.map(() => row);
  };
  // Cut 0 is the raw input, sent as it is; cut k the tensor behind segment k - 1.
  const cuts = names.map((_, k) => k);
  const cost = (k: number, which: "encode" | "decode") => (p: Profile) =>
    p.segments[k - 1]!.output!.codecs[codec]![which];
  return {
    segments: names,
    exits,
    trunk: perPlace((pace) => names.map((_, k) => pace.work((p) => p.segments[k]!.trunk))),
    head: perPlace((pace) => exits.map(({ after }) => pace.work((p) => p.segments[after]!.head!))),
    batched: nodes.every((node) => node.queue.batch === null)
      ? null
      : {
          trunk: perPlace((pace) => names.map((_, k) => pace.batches((p) => p.segments[k]!.trunk))),
          head: perPlace((pace) => exits.map(({ after }) => pace.batches((p) => p.segments[after]!.head!))),
        },
    encode: perPlace((pace) => cuts.map((k) => (k === 0 ? null : pace.codec(cost(k, "encode"))))),
    decode: perPlace((pace) => cuts.map((k) => (k === 0 ? null : pace.codec(cost(k, "decode"))))),
    size: streams.map(() =>
      cuts.map((k) => {
        if (k === 0) return constant(profile.model.input.bytes);
        const bytes = rows.wire(k - 1, codec);
        return bytes === null
          ? constant(profile.segments[k - 1]!.output!.codecs[codec]!.bytes)
          : { kind: "rows" as const, bytes, typical: profile.segments[k - 1]!.output!.codecs[codec]!.bytes };
      }),
    ),
    result: streams.map((stream) => resolve(model.result, stream.from, stream.name) ?? constant(0)),
    outputs: {
      kind: "table",
      rows: rows.rows,
      classes: rows.classes,
      labels: rows.labels,
      scores: rows.scores,
      calibration: rows.calibration,
      crossed: cuts.map((k) => (k === 0 ? null : rows.crossed(names[k - 1]!, codec))),
    },
  };
}
