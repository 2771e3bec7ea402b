/** What bounds or moves the capacity of a node: `queue.admit`, `autoscale`. */
import { field, flag, orWord, plainNumber, quantity, type Reader, ratio, record, required, whole } from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { ScenarioAdmission, ScenarioAutoscale } from "./scenario.ts";
import { child, type Tree } from "./tree.ts";

const time = quantity("time");
const positive = quantity("time", { isPositive: true });

const admitMap = record("an admission", {
  rate: field("tokens that come in a second, one for each request", quantity("frequency", { isPositive: true })),
  burst: field("tokens kept at most, 1 unless given", whole({ min: 1, max: 1_000_000 })),
  wait: field("requests whose expected wait is longer are turned away", time),
  deadline: field("requests that are expected to be late are turned away", flag),
});

const admit: Reader<ScenarioAdmission> = {
  schema: admitMap.schema,
  read(tree, path, to) {
    const given = admitMap.read(tree, path, to);
    if (given === undefined) return undefined;
    if (given.rate === undefined && given.burst !== undefined)
      to.report(child(tree, "burst")!.at, `${path}.burst`, "a burst beside a rate", "no rate");
    if (["rate", "wait", "deadline"].every((key) => child(tree, key) === undefined))
      return to.wrong(tree, path, "at least one of rate, wait or deadline");
    const bucket =
      given.rate === undefined ? { rate: null, burst: 1 } : { rate: given.rate, burst: burstOf(given.burst, path, to) };
    return { ...bucket, wait: given.wait ?? null, deadline: given.deadline ?? false };
  },
};

function burstOf(burst: number | undefined, path: string, to: Reading): number {
  return burst ?? to.fill(`${path}.burst`, 1);
}

export const admitReader: Reader<ScenarioAdmission | null> = orWord("none", null, admit);

const thresholdMap = record("a threshold", {
  utilization: field("busy share of the servers that were up: started, and not broken", ratio),
  queue: field("requests waiting per server that was up", plainNumber({ min: 0 })),
});

const threshold: Reader<ScenarioAutoscale["up"]> = {
  schema: thresholdMap.schema,
  read(tree, path, to) {
    const given = thresholdMap.read(tree, path, to);
    if (given === undefined) return undefined;
    const keys = (["utilization", "queue"] as const).filter((key) => child(tree, key) !== undefined);
    if (keys.length !== 1) return to.wrong(tree, path, "either utilization or queue");
    const limit = given[keys[0]!];
    return limit === undefined ? undefined : { of: keys[0]!, limit };
  },
};

const scaleMap = record("an autoscale", {
  min: field("servers that always stay on, 1 unless given", whole({ min: 1, max: 100_000 })),
  max: required(
    "servers that are on at most, without those that only end what they have begun",
    whole({ min: 1, max: 100_000 }),
  ),
  up: required("one more server above { utilization: 80 % } or { queue: 2 }", threshold),
  down: required("one server less below { utilization: 30 % } or { queue: 0.1 }", threshold),
  every: required("time between two looks", positive),
  start_up: required("time from the decision until the server takes its first request", time),
});

const autoscale: Reader<ScenarioAutoscale> = {
  schema: scaleMap.schema,
  read(tree, path, to) {
    const { min, max, up, down, every, start_up } = scaleMap.read(tree, path, to) ?? {};
    if (max === undefined || up === undefined || down === undefined || every === undefined || start_up === undefined)
      return undefined;
    const least = min ?? to.fill(`${path}.min`, 1);
    if (least > max) to.report(tree.at, path, "min at most max", `${least} and ${max}`);
    if (up.of === down.of && down.limit >= up.limit)
      to.report(tree.at, path, "down below up, or servers start and stop without end", `${down.limit} and ${up.limit}`);
    return { min: least, max, up, down, every, startUp: start_up };
  },
};

export const autoscaleReader: Reader<ScenarioAutoscale | null> = orWord("none", null, autoscale);

/** Those on at first are among those that may be on. */
export function checkAutoscale(
  given: {
    readonly autoscale?: ScenarioAutoscale | null | undefined;
    readonly servers?: number | undefined;
  },
  tree: Tree,
  path: string,
  to: Reading,
): void {
  const { autoscale: rules, servers = 1 } = given;
  if (!rules) return;
  const { at } = child(tree, "autoscale")!;
  if (servers < rules.min || servers > rules.max)
    to.report(at, `${path}.autoscale`, "servers, those on at first, from min to max", String(servers));
}
