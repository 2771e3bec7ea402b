/** `run:`, `seed:`, `title:`: how long, how often, from which seed. */
import * as z from "zod";
import { mostReplications, precisionReader } from "./precision.ts";
import { field, flag, orWord, quantity, type Reader, ratio, record, whole } from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { Scenario, ScenarioWarmup } from "./scenario.ts";
import { child } from "./tree.ts";

/** Arrivals of one replication; more than this is a mistake of a unit, and would run for days. */
export const mostRequests = 1_000_000_000;
/** Replications with a precision and no number of them: fewer make its own estimate too rough. */
const leastForPrecision = 10;

const count = whole({ min: 0, max: mostRequests });
const span = quantity("time");
const warmup: Reader<ScenarioWarmup> = orWord<ScenarioWarmup, ScenarioWarmup>(
  "auto",
  { kind: "auto" },
  {
    read(tree, path, to) {
      if (tree.kind === "scalar" && typeof tree.value === "number") {
        const n = count.read(tree, path, to);
        return n === undefined ? undefined : { kind: "requests", n };
      }
      if (tree.kind !== "scalar" || typeof tree.value !== "string")
        return to.wrong(tree, path, 'auto, a number of requests or a time such as "30 s"');
      const at = span.read(tree, path, to);
      return at === undefined ? undefined : { kind: "time", at };
    },
    schema: () => z.union([z.number().int().min(0), z.string()]),
  },
);

export const runFields = {
  requests: field(
    "arrivals per replication, all streams together, warm-up included",
    whole({ min: 1, max: mostRequests }),
  ),
  duration: field("simulated time instead of a number of requests", quantity("time", { isPositive: true })),
  warmup: field("auto, a number of requests or a time: what arrives before counts in no figure", warmup),
  replications: field("independent repetitions, which intervals come from", whole({ min: 1, max: mostReplications })),
  precision: field(
    "replications go on until intervals are this narrow, relative to the estimate: of mean and p95 latency, or by metric, with max_replications",
    precisionReader,
  ),
  confidence: field("of the intervals", ratio),
  regret: field("false: the fixed choices of rules that learn are not run, too, to tell their regret", flag),
};

const reader = record("a run", runFields);

export const runReader: Reader<Scenario["run"]> = {
  schema: reader.schema,
  read(tree, path, to) {
    const given = reader.read(tree, path, to);
    if (given === undefined) return undefined;
    const [requests, duration] = [child(tree, "requests"), child(tree, "duration")];
    if (requests !== undefined && duration !== undefined)
      to.report(duration.at, `${path}.duration`, "requests or duration, not both", "both");
    const { confidence } = given;
    if (confidence !== undefined && (confidence <= 0 || confidence >= 1))
      to.wrong(child(tree, "confidence")!, `${path}.confidence`, "a confidence between 0 and 1, such as 95 %");
    const length = { requests: given.requests ?? null, duration: given.duration ?? null };
    if (requests === undefined && duration === undefined) length.requests = to.fill(`${path}.requests`, 10_000);
    const start =
      given.warmup ??
      to.fill<ScenarioWarmup>(
        `${path}.warmup`,
        { kind: "auto" },
        "MSER-5, decided per policy, for stationary arrivals",
      );
    const before = child(tree, "warmup");
    if (before !== undefined && start.kind === "requests" && length.requests !== null && start.n >= length.requests)
      to.wrong(before, `${path}.warmup`, `fewer than the ${length.requests} requests of a replication`);
    if (before !== undefined && start.kind === "time" && length.duration !== null && start.at >= length.duration)
      to.wrong(before, `${path}.warmup`, "a time before the end of the run");
    const precision = given.precision ?? null;
    const replications =
      given.replications ?? to.fill(`${path}.replications`, precision === null ? 5 : leastForPrecision);
    const number = child(tree, "replications");
    if (precision !== null && (replications < 3 || replications > precision.most))
      to.report(
        (number ?? child(tree, "precision")!).at,
        `${path}.replications`,
        `from 3 to the ${precision.most} of max_replications, since precision goes on from there`,
        String(replications),
      );
    return {
      ...length,
      warmup: start,
      replications,
      precision,
      confidence: confidence ?? to.fill(`${path}.confidence`, 0.95),
      regret: given.regret ?? true,
    };
  },
};

export const defaultRun = (to: Reading, at: Parameters<typeof runReader.read>[0]["at"]): Scenario["run"] =>
  runReader.read({ kind: "map", at, entries: [] }, "run", to)!;
