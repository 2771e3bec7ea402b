/** Arrivals that wait for answers, and what MLPerf LoadGen calls them. */
import * as z from "zod";
import { distribution } from "../distribution.ts";
import { field, orWord, quantity, type Reader, record, required, whole } from "../reader.ts";
import type { ScenarioArrivals } from "../scenario.ts";
import type { Tree } from "../tree.ts";

/** Clients of a device, or of a group with `total`. */
const mostClients = 2 ** 20;
/** Samples of a multi-stream query, unless given: those of MLPerf Inference's rules (recalled). */
const samplesPerQuery = 8;
const mostSamples = 1_000_000;

const closedMap = record("closed arrivals", {
  clients: required("who ask, one query at a time each", whole({ min: 1, max: mostClients })),
  think: field("from an answer to the next query, 0 s unless given", distribution("time", { sequence: false })),
});

/** A client asks, waits for the answer, thinks, and asks again; it begins by thinking. */
export const closed: Reader<ScenarioArrivals> = {
  schema: closedMap.schema,
  read(tree, path, to) {
    const before = to.problems.length;
    const given = closedMap.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    const think = given.think ?? to.fill(`${path}.think`, { kind: "constant" as const, value: 0 });
    return { kind: "closed", clients: given.clients!, think };
  },
};

/** Nothing to be said: `{}`, true, or nothing at all. */
const saysNothing = (tree: Tree): boolean =>
  tree.kind === "map"
    ? tree.entries.length === 0
    : tree.kind === "scalar" && (tree.value === null || tree.value === true);

/** The next query when the last has ended. */
export const singleStream: Reader<ScenarioArrivals> = {
  schema: () => z.union([z.strictObject({}), z.literal(true), z.null()]),
  read: (tree, path, to) =>
    saysNothing(tree) ? { kind: "single-stream" } : to.wrong(tree, path, "nothing, or {}: it has no parameters"),
};

const samples = whole({ min: 1, max: mostSamples });
const multiStreamMap = record("multi-stream arrivals", {
  samples: field("samples of one query", samples),
  every: field("a query every so often, instead of when the last has ended", quantity("time", { isPositive: true })),
});

/** The next query of several samples when all of the last have ended; or one every so often, as in LoadGen's first versions. */
export const multiStream: Reader<ScenarioArrivals> = {
  schema: () => z.union([samples.schema(), multiStreamMap.schema(), z.literal(true), z.null()]),
  read(tree, path, to) {
    const before = to.problems.length;
    if (tree.kind === "list") return to.wrong(tree, path, "samples of one query, such as 8");
    const map = tree.kind === "map" ? multiStreamMap.read(tree, path, to) : undefined;
    const bare = tree.kind === "scalar" && !saysNothing(tree) ? samples.read(tree, path, to) : undefined;
    if (to.problems.length > before) return undefined;
    const given = map?.samples ?? bare;
    const every = map?.every ?? null;
    const at = every === null ? path : `${path}.samples`;
    return { kind: "multi-stream", samples: given ?? to.fill(at, samplesPerQuery, "as MLPerf's rules"), every };
  },
};

const rate = quantity("frequency", { isPositive: true });
const serverMap = record("server arrivals", { rate: required("mean rate of poisson arrivals", rate) });

/** LoadGen's name for poisson arrivals. */
export const server: Reader<ScenarioArrivals> = {
  schema: () => z.union([rate.schema(), serverMap.schema()]),
  read(tree, path, to) {
    const value = tree.kind === "map" ? serverMap.read(tree, path, to)?.rate : rate.read(tree, path, to);
    return value === undefined ? undefined : { kind: "server", rate: value };
  },
};

const howMany = orWord("all", null, whole({ min: 1, max: 1_000_000_000 }));
const offlineMap = record("offline arrivals", { samples: field("requests, or all of the run's", howMany) });

/** All samples at time 0. */
export const offline: Reader<ScenarioArrivals> = {
  schema: () => z.union([howMany.schema(), offlineMap.schema(), z.literal(true), z.null()]),
  read(tree, path, to) {
    const before = to.problems.length;
    const isBare = tree.kind !== "map" && !saysNothing(tree);
    const given = isBare
      ? howMany.read(tree, path, to)
      : tree.kind === "map"
        ? offlineMap.read(tree, path, to)?.samples
        : undefined;
    if (to.problems.length > before) return undefined;
    return { kind: "offline", samples: given === undefined ? to.fill(path, null, "all requests of the run") : given };
  },
};
