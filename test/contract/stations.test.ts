import { stationContract } from "./station.ts";

const all = { conservesWork: true, isFair: true };

stationContract("priority", { queue: { discipline: "priority" } }, all);
stationContract("priority-preemptive", { queue: { discipline: "priority-preemptive" } }, all);
stationContract("edf", { queue: { discipline: "edf" } }, all);
stationContract("sjf", { queue: { discipline: "sjf" } }, all);
stationContract("ps", { queue: { discipline: "ps" } }, all);
