/** Comparisons of runs: a table for the terminal, csv, a page, pictures. */
export { comparisonCsv } from "./csv.ts";
export { namedPolicies } from "./policies.ts";
export { type CompareTableOptions, renderComparison } from "./table.ts";
