import { seconds } from "../../src/units.ts";
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
stationContract("ps", { queue: { discipline: "ps" } }, all);
