/** Studies that ship: published claims re-tested on real data, with the project's own models and simulator. */
export type { Estimate, Verdict } from "./estimate.ts";
export type { Finding, Section } from "./study.ts";
export { limits, quickPlan, type StudyPlan, usualPlan, whyEarlyExits } from "./why-early-exits.ts";
