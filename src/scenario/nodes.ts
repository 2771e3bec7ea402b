/** `nodes:`, groups of equal machines. */

import { admitReader, autoscaleReader, checkAutoscale } from "./capacity.ts";
import { cite } from "./cite.ts";
import { failuresReader } from "./failures.ts";
import {
  field,
  orWord,
  plainNumber,
  quantity,
  type Reader,
  ratio,
  record,
  reference,
  required,
  text,
  type Values,
  whole,
  word,
} from "./reader.ts";
import type { Reading } from "./reading.ts";
import { scaleReader } from "./scale.ts";
import type { ScenarioNode, Speed } from "./scenario.ts";
import { child, type Tree } from "./tree.ts";

/** Devices of one group; a device's number takes 20 bits of a random key. */
export const mostMachines = 2 ** 20;
const mostInBatch = 10_000;
export const disciplines = ["fifo", "priority", "priority-preemptive", "edf", "sjf", "ps"] as const;

const batchFields = {
  min: field("never fewer start together, while more may come; 1 unless given", whole({ min: 1, max: mostInBatch })),
  max: required("as many start at once at most", whole({ min: 1, max: mostInBatch })),
  wait: field("what the oldest waits at most for others to come; 0 s unless given", quantity("time")),
};

const queueFields = {
  discipline: field("who is served next", word("a discipline", disciplines)),
  places: field(
    "requests that may wait; unbounded unless given, 0 for no waiting room",
    orWord("unbounded", Number.POSITIVE_INFINITY, whole({ min: 0 })),
  ),
  batch: field(
    "requests that wait for the same segment are served together; none unless given",
    orWord("none", null, record("a batch", batchFields)),
  ),
  admit: field("who is turned away at the door; nobody unless given", admitReader),
};

const powerFields = {
  idle: required("draw when no server is busy", quantity("power")),
  busy: required("draw when all servers are busy", quantity("power")),
};

export const nodeFields = {
  count: field("machines under this name, 1 unless given", whole({ min: 1, max: mostMachines })),
  servers: field("requests that one machine serves at a time, 1 unless given", whole({ min: 1, max: 1_000_000 })),
  device: field(
    "a device preset, from which times are computed (offramp list devices)",
    reference("a device", (to) => [...to.resources.devices().keys()]),
  ),
  speed: field("divides the model's central times", plainNumber({ above: 0 })),
  profile: field("a profile of the same model measured on this kind of machine", text),
  queue: field("who waits, and how many", record("a queue", queueFields)),
  power: field("draw of one machine; none when unknown", orWord("none", null, record("a power draw", powerFields))),
  price: field("price of one machine; none when unknown", orWord("none", null, quantity("price-rate"))),
  scale: field("the measured times x a factor + an offset for each convolution or dense layer", scaleReader),
  background: field("share of its speed that other work takes, 0 unless given", ratio),
  autoscale: field("servers come and go with the load; all are always on unless given", autoscaleReader),
  failures: field("servers that fail by chance; none unless given", failuresReader),
};

const reader = record("a node", nodeFields);

export const nodeReader: Reader<Omit<ScenarioNode, "name">> = {
  schema: reader.schema,
  read(tree, path, to) {
    const given = reader.read(tree, path, to);
    if (given === undefined) return undefined;
    const { queue } = given;
    const at = (key: string): string => `${path}.${key}`;
    return {
      count: given.count ?? to.fill(at("count"), 1),
      servers: given.servers ?? to.fill(at("servers"), 1),
      speed: speedOf(given, tree, path, to),
      queue: {
        discipline: queue?.discipline ?? to.fill(at("queue.discipline"), "fifo"),
        places: queue?.places ?? to.fill(at("queue.places"), Number.POSITIVE_INFINITY),
        batch: batchOf(given, tree, at("queue.batch"), to),
        admit: queue?.admit === undefined ? to.fill(at("queue.admit"), null, "nobody is turned away") : queue.admit,
      },
      power: powerOf(given, tree, path, to),
      failures: given.failures === undefined ? to.fill(at("failures"), null) : failuresOf(given, tree, path, to),
      autoscale: autoscaleOf(given, tree, path, to),
      background: backgroundOf(given, tree, path, to),
      price: given.price === undefined ? to.fill(at("price"), null, "unknown, so no cost is given") : given.price,
    };
  },
};

type Given = Values<typeof nodeFields>;

function autoscaleOf(given: Given, tree: Tree, path: string, to: Reading): ScenarioNode["autoscale"] {
  checkAutoscale(given, tree, path, to);
  return given.autoscale === undefined ? to.fill(`${path}.autoscale`, null) : given.autoscale;
}

function backgroundOf({ background }: Given, tree: Tree, path: string, to: Reading): number {
  if (background === 1) to.wrong(child(tree, "background")!, `${path}.background`, "a share below 1");
  return background ?? to.fill(`${path}.background`, 0);
}

function failuresOf(
  { failures, queue, servers }: Given,
  tree: Tree,
  path: string,
  to: Reading,
): ScenarioNode["failures"] {
  if (failures === null || failures === undefined || queue?.discipline !== "ps") return failures ?? null;
  const { at } = child(tree, "failures")!;
  if (failures.inService !== "resume")
    to.report(at, `${path}.failures.in_service`, "resume, where servers are shared", failures.inService);
  if (failures.clock === "busy" && failures.of === "server" && (servers ?? 1) > 1)
    to.report(at, `${path}.failures.clock`, "time, or of: machine, where several servers are shared", "busy");
  return failures;
}

function batchOf({ queue }: Given, tree: Tree, path: string, to: Reading): ScenarioNode["queue"]["batch"] {
  if (queue?.batch === undefined) return to.fill(path, null, "one at a time");
  if (queue.batch === null) return null;
  const { min, max, wait } = queue.batch;
  const { at } = child(child(tree, "queue")!, "batch")!;
  if (min !== undefined && max !== undefined && min > max) to.report(at, path, "min at most max", `${min} and ${max}`);
  if (queue.discipline === "ps" || queue.discipline === "priority-preemptive")
    to.report(at, path, "batches with fifo, priority, edf or sjf", queue.discipline);
  return {
    min: min ?? to.fill(`${path}.min`, 1),
    max: max ?? 1,
    wait: wait ?? to.fill(`${path}.wait`, 0, "whoever waits starts as soon as a server is free"),
  };
}

function speedOf(given: Given, tree: Tree, path: string, to: Reading): Speed {
  const keys = (["device", "speed", "scale", "profile"] as const).filter((key) => child(tree, key) !== undefined);
  if (keys.length > 1) to.report(tree.at, path, "one of device, speed, scale or profile", keys.join(" and "));
  if (given.speed !== undefined) return { kind: "speed", speed: given.speed };
  if (given.scale !== undefined) return given.scale;
  if (given.profile !== undefined) return { kind: "profile", profile: given.profile };
  if (given.device !== undefined) {
    const preset = to.resources.devices().get(given.device)!;
    if (preset.usable) {
      const { rate, overhead, error } = preset;
      const band = error === null ? "" : `, mean error ${Math.round(error.value * 100)} %`;
      to.origins[`${path}.device`] = {
        kind: "preset",
        text: `times: 2 x macs / ${sayRate(rate.value)} + ${Number((overhead.value * 1e6).toPrecision(4))} us a layer${band}; ${cite(given.device, [rate])}`,
      };
      return { kind: "device", device: given.device, figures: { rate, overhead, error } };
    }
    to.report(
      child(tree, "device")!.at,
      `${path}.device`,
      "a device whose time per operation is known",
      `"${given.device}": ${preset.reason}`,
      "offramp list devices",
    );
  }
  if (keys.length === 0) to.fill(`${path}.speed`, 1, "as fast as the machine the model's times are of");
  return { kind: "model" };
}

function sayRate(flops: number): string {
  return flops >= 1e12
    ? `${Number((flops / 1e12).toPrecision(4))} TFLOP/s`
    : `${Number((flops / 1e9).toPrecision(4))} GFLOP/s`;
}

function powerOf(given: Given, tree: Tree, path: string, to: Reading): ScenarioNode["power"] {
  if (given.power !== undefined) {
    const { power } = given;
    if (power === null) return null;
    const [idle, busy] = [power.idle ?? 0, power.busy ?? 0];
    if (power.idle !== undefined && power.busy !== undefined && busy < idle)
      to.report(child(tree, "power")!.at, `${path}.power`, "busy at least idle", `idle ${idle} W, busy ${busy} W`);
    return { idle, busy };
  }
  const preset = given.device === undefined ? undefined : to.resources.devices().get(given.device);
  if (preset?.idle && preset.busy) {
    to.origins[`${path}.power`] = { kind: "preset", text: cite(given.device!, [preset.idle, preset.busy]) };
    return { idle: preset.idle.value, busy: preset.busy.value };
  }
  return to.fill(`${path}.power`, null, "unknown, so no energy is given");
}
