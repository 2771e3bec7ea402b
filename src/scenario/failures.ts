/** `failures:` of a node, and the list `faults:`, what fails when. */
import { distribution } from "./distribution.ts";
import { field, orWord, quantity, type Reader, record, reference, required, word } from "./reader.ts";
import type { Leaf, ScenarioFailures, ScenarioFault } from "./scenario.ts";
import { child } from "./tree.ts";

/** A plain time is the mean of an exponential. */
const lifetime: Reader<Leaf> = distribution("time", {
  sequence: false,
  plain: (mean) => (mean === 0 ? { kind: "constant", value: 0 } : { kind: "exponential", mean }),
});

const inService = word("a fate of the request in service", ["resume", "restart", "requeue", "drop"] as const);

const failureMap = record("failures", {
  mtbf: required("time from a repair to the next failure: the mean of an exponential, or a distribution", lifetime),
  mttr: required("time that a repair takes: the mean of an exponential, or a distribution", lifetime),
  clock: field(
    "time: mtbf is of the time that passes (unless given); busy: of the time the server works",
    word("a clock", ["time", "busy"] as const),
  ),
  in_service: field(
    "of the request whose server fails: resume after the repair (unless given), restart its stage then, requeue, or drop",
    inService,
  ),
  of: field(
    "server: each fails by itself (unless given); machine: all servers of a machine together",
    word("what fails as a whole", ["server", "machine"] as const),
  ),
});

const failures: Reader<ScenarioFailures> = {
  schema: failureMap.schema,
  read(tree, path, to) {
    const given = failureMap.read(tree, path, to);
    if (given?.mtbf === undefined || given.mttr === undefined) return undefined;
    if (given.mtbf.kind === "constant" && given.mtbf.value === 0)
      return to.wrong(child(tree, "mtbf")!, `${path}.mtbf`, "a time above zero");
    const at = (key: string): string => `${path}.${key}`;
    return {
      mtbf: given.mtbf,
      mttr: given.mttr,
      clock: given.clock ?? to.fill(at("clock"), "time"),
      inService: given.in_service ?? to.fill(at("in_service"), "resume"),
      of: given.of ?? to.fill(at("of"), "server"),
    };
  },
};

export const failuresReader: Reader<ScenarioFailures | null> = orWord("none", null, failures);

const faultMap = record("a fault", {
  at: required("instant at which it begins", quantity("time")),
  for: required("how long it lasts", quantity("time", { isPositive: true })),
  node: required(
    "the node whose machines are down",
    reference("a node", (to) => to.names.nodes),
  ),
  kind: field("down, unless given", word("a kind of fault", ["down"] as const)),
  in_service: field("of requests in service: as for failures; resume unless given", inService),
});

export const faultReader: Reader<ScenarioFault> = {
  schema: faultMap.schema,
  read(tree, path, to) {
    const given = faultMap.read(tree, path, to);
    if (given?.at === undefined || given.for === undefined || given.node === undefined) return undefined;
    return {
      at: given.at,
      for: given.for,
      node: given.node,
      kind: given.kind ?? to.fill(`${path}.kind`, "down"),
      inService: given.in_service ?? to.fill(`${path}.in_service`, "resume"),
    };
  },
};
