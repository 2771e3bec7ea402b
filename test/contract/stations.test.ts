import type { Autoscale, InService } from "../../src/sim/setup.ts";
import { seconds } from "../../src/units.ts";
import { exponential, type NodeOptions } from "../sim/build.ts";
import { stationContract } from "./station.ts";

/** A server may rest while a batch is not full, and does the work of several at once. */
const batched = { conservesWork: false, isFair: true };
const all = { conservesWork: true, isFair: true };

stationContract("priority", { queue: { discipline: "priority" } }, all);
stationContract("priority-preemptive", { queue: { discipline: "priority-preemptive" } }, all);
stationContract("edf", { queue: { discipline: "edf" } }, all);
stationContract("sjf", { queue: { discipline: "sjf" } }, all);
stationContract("batches of one stage each", { queue: { batch: { min: 1, max: 3, wait: seconds(0.5) } } }, batched);
stationContract(
  "batches by deadline",
  { queue: { discipline: "edf", batch: { min: 1, max: 4, wait: seconds(0) } } },
  batched,
);
const failing = (inService: InService): NodeOptions => ({
  failures: { uptime: exponential(2), repair: exponential(0.5), clock: "time", inService, of: "server" },
});
/** Repairs keep a server from work. */
const broken = { conservesWork: false, isFair: true };
stationContract("failures with resume", failing("resume"), broken);
stationContract("failures with restart", failing("restart"), { ...broken, isFair: true });
stationContract("failures with requeue", { ...failing("requeue"), queue: { discipline: "priority" } }, broken);
stationContract("failures with drop", failing("drop"), broken);
stationContract(
  "failures of whole machines by busy time",
  { failures: { ...failing("resume").failures!, of: "machine", clock: "busy" } },
  broken,
);
stationContract("ps with failures", { ...failing("resume"), queue: { discipline: "ps" } }, broken);
stationContract(
  "batches with failures and requeue",
  { ...failing("requeue"), queue: { batch: { min: 1, max: 3, wait: seconds(0.5) } } },
  { ...batched, isFair: false },
);
const autoscale: Autoscale = {
  min: 1,
  max: 3,
  up: { of: "utilization", limit: 0.7 },
  down: { of: "queue", limit: 0.1 },
  every: seconds(0.75),
  startUp: seconds(0.25),
};
/** More servers than one may be on: order and work are not those of one. */
const scaled = { conservesWork: false, isFair: false };
stationContract("autoscaling", { servers: 1, autoscale }, scaled);
stationContract("autoscaling of shared servers", { servers: 1, queue: { discipline: "ps" }, autoscale }, scaled);
for (const inService of ["resume", "restart", "requeue", "drop"] as const)
  stationContract(`autoscaling beside failures with ${inService}`, { ...failing(inService), autoscale }, scaled);
stationContract(
  "autoscaling beside failures of busy servers where priorities preempt",
  {
    failures: { ...failing("requeue").failures!, clock: "busy" },
    queue: { discipline: "priority-preemptive" },
    autoscale,
  },
  scaled,
);
stationContract(
  "autoscaling beside failures of whole machines, and a fault",
  {
    failures: { ...failing("restart").failures!, of: "machine" },
    faults: [{ at: seconds(2), until: seconds(4), inService: "drop" }],
    autoscale,
  },
  scaled,
);
stationContract(
  "autoscaling of shared servers that fail",
  { ...failing("resume"), queue: { discipline: "ps" }, autoscale },
  scaled,
);
stationContract(
  "autoscaling of batches beside failures",
  { ...failing("requeue"), queue: { batch: { min: 1, max: 3, wait: seconds(0.5) } }, autoscale },
  scaled,
);
stationContract(
  "admission by expected wait and by tokens",
  { queue: { admit: { rate: 1, burst: 2, wait: seconds(1), deadline: true } } },
  broken,
);
stationContract("ps", { queue: { discipline: "ps" } }, all);
