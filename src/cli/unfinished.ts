/** What an interrupted run had finished, kept in its folder until a rerun of the same thing takes it up. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { PolicyOutcome } from "../experiment/outcome.ts";
import type { Experiment, Unit } from "../experiment/run.ts";
import { version } from "../version.ts";
import { writeWhole } from "./files.ts";

const fileName = "unfinished.json";

interface Kept {
  readonly format: "offramp/unfinished";
  readonly key: string;
  readonly units: Readonly<Record<string, PolicyOutcome>>;
}

const nameOf = (unit: Unit): string => JSON.stringify([unit.policy, unit.point]);

export class Unfinished {
  private readonly path: string;
  private readonly key: string;
  private readonly units = new Map<string, PolicyOutcome>();

  /** Takes up what `folder` holds of the same experiment: same inputs, same resolved scenario, same version. */
  constructor(folder: string, experiment: Experiment, resolved: string) {
    this.path = join(folder, fileName);
    this.key = createHash("sha256")
      .update(JSON.stringify([version, experiment.inputs, resolved]))
      .digest("hex");
    for (const [name, outcome] of Object.entries(this.read())) this.units.set(name, outcome);
  }

  get count(): number {
    return this.units.size;
  }

  known(unit: Unit): PolicyOutcome | undefined {
    return this.units.get(nameOf(unit));
  }

  add(unit: Unit, outcome: PolicyOutcome): void {
    this.units.set(nameOf(unit), outcome);
  }

  keep(): void {
    if (this.units.size === 0) return;
    const kept: Kept = { format: "offramp/unfinished", key: this.key, units: Object.fromEntries(this.units) };
    writeWhole(this.path, JSON.stringify(kept));
  }

  discard(): void {
    rmSync(this.path, { force: true });
  }

  private read(): Kept["units"] {
    if (!existsSync(this.path)) return {};
    try {
      const kept = JSON.parse(readFileSync(this.path, "utf8")) as Kept;
      return kept.key === this.key ? kept.units : {};
    } catch {
      // Not ours, or damaged: the run does it all again.
      return {};
    }
  }
}
