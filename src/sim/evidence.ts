/** What the exits say about the request at hand, computed when a rule reads it. */

import type { KeyRoot } from "./draw.ts";
import type { ExitEvidence } from "./exit-rules/exit-rule.ts";
import { deriveKey, type Key, uniform } from "./random.ts";
import { logitsOf } from "./rules/calibration.ts";
import type { ExitScores, Model, Stream } from "./setup.ts";

/** The request that evidence is about. */
export interface Subject {
  slot: number;
  row: number;
  number: number;
  device: number;
  stream: number;
  /** Cut crossed last with a lossy codec, -1 for none. */
  crossed: number;
}

class Evidence implements ExitEvidence {
  readonly exit: number;
  readonly share: number;
  private readonly subject: Subject;
  private readonly model: Model;
  private readonly keys: readonly Key[];

  constructor(exit: number, subject: Subject, model: Model, keys: readonly Key[]) {
    this.exit = exit;
    this.subject = subject;
    this.model = model;
    this.keys = keys;
    this.share = model.outputs.kind === "share" ? model.outputs.share[exit]! : Number.NaN;
  }

  get prediction(): number {
    return this.scores()?.prediction[this.subject.row] ?? -1;
  }
  get confidence(): number {
    return this.scores()?.confidence[this.subject.row] ?? Number.NaN;
  }
  get entropy(): number {
    return this.scores()?.entropy[this.subject.row] ?? Number.NaN;
  }
  get margin(): number {
    return this.scores()?.margin[this.subject.row] ?? Number.NaN;
  }
  get halt(): number {
    return this.scores()?.halt?.[this.subject.row] ?? Number.NaN;
  }
  get logits(): Float64Array | null {
    const { outputs } = this.model;
    const scores = this.scores();
    return scores === null || scores.logits === null || outputs.kind !== "table"
      ? null
      : logitsOf(scores, this.subject.row, outputs.classes);
  }
  get draw(): number {
    const key = this.keys[this.subject.stream]!;
    return uniform(key.k0, key.k1, this.subject.number, this.subject.device);
  }

  private scores(): ExitScores | null {
    return scoresOf(this.model, this.exit, this.subject.crossed);
  }
}

/** Scores of an exit, those measured after a lossy crossing where there was one. */
export function scoresOf(model: Model, exit: number, crossed: number): ExitScores | null {
  if (model.outputs.kind !== "table") return null;
  return (crossed >= 0 ? model.outputs.crossed[crossed] : null)?.[exit] ?? model.outputs.scores[exit]!;
}

/** Key of the draws that decide whether the requests of a stream leave at an exit. */
export function shareKey(root: KeyRoot, stream: string, exit: string): Key {
  return deriveKey(root.seed, root.replication, "share", stream, exit);
}

/** `reached[e]`: evidence of the heads that run, up to and including exit `e`. */
export function evidenceUpTo(
  model: Model,
  streams: readonly Stream[],
  heads: readonly number[],
  subject: Subject,
  root: KeyRoot,
): readonly (readonly ExitEvidence[])[] {
  const all = model.exits.map((exit, e) => {
    const keys = streams.map((stream) => shareKey(root, stream.name, exit.name));
    return new Evidence(e, subject, model, keys);
  });
  return model.exits.map((_, e) => all.filter((evidence) => evidence.exit <= e && heads.includes(evidence.exit)));
}
