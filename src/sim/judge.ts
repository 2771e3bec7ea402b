/** What a request is about: its evaluation row, where its exit rule lets it leave, and whether its answer is right. */
import type { Agenda } from "./agenda.ts";
import type { KeyRoot } from "./draw.ts";
import { evidenceUpTo, type Subject, scoresOf } from "./evidence.ts";
import type { ExitEvidence, ExitRule } from "./exit-rules/index.ts";
import { deriveKey, type Key, KeyedRandom, type Random, uniform } from "./random.ts";
import { ARRIVED_AT, CROSSED, DEVICE, EXIT, intWidth, NUMBER, type Requests, ROW, STREAM } from "./requests.ts";
import type { Setup } from "./setup.ts";

/** Verdicts that are remembered: not asked yet, and go on; else the exit that answers. */
const UNKNOWN = -2;
const GO_ON = -1;

/** The draws of a rule for the subject at hand: its stream is opened when a rule draws, which most never do. */
class RuleRandom implements Random {
  /** The rule is asked anew. */
  isFresh = true;
  private readonly streams: readonly KeyedRandom[];
  private readonly subject: Subject;

  constructor(keys: readonly Key[], subject: Subject) {
    this.streams = keys.map((key) => new KeyedRandom(key));
    this.subject = subject;
  }

  uniform(): number {
    const stream = this.streams[this.subject.stream]!;
    if (this.isFresh) stream.set(this.subject.number, this.subject.device);
    this.isFresh = false;
    return stream.uniform();
  }
}

export class Judge {
  /** Rows of the exit table, 0 without. */
  readonly rows: number;
  /** Something is known of which answers are right. */
  readonly knowsCorrect: boolean;
  private readonly setup: Setup;
  private readonly requests: Requests;
  private readonly agenda: Agenda;
  private readonly sampleKeys: readonly Key[];
  private readonly correctKeys: readonly Key[];
  private readonly random: RuleRandom;
  private readonly rule: ExitRule;
  private readonly subject: Subject = { row: -1, number: 0, device: 0, stream: 0, crossed: -1 };
  private readonly reached: readonly (readonly ExitEvidence[])[];
  private readonly observed = { now: 0.5, elapsed: 0.5 };
  /** Of a pure rule, [(crossed cut + 1) * exits + exit][row]. */
  private readonly verdicts: Int8Array | null;

  /** @param exitAfter exit whose head runs after each segment, -1 for none */
  constructor(setup: Setup, root: KeyRoot, exitAfter: Int32Array, requests: Requests, agenda: Agenda) {
    const { streams, model, policy } = setup;
    this.setup = setup;
    this.requests = requests;
    this.agenda = agenda;
    this.rows = model.outputs.kind === "table" ? model.outputs.rows : 0;
    this.knowsCorrect = model.outputs.kind === "table" || model.outputs.accuracy.some((a) => a !== null);
    const key = (purpose: string, stream: string) => deriveKey(root.seed, root.replication, purpose, stream);
    this.sampleKeys = streams.map((s) => key("sample", s.name));
    this.correctKeys = streams.map((s) => key("correct", s.name));
    this.random = new RuleRandom(
      streams.map((s) => key("exit rule", s.name)),
      this.subject,
    );
    this.rule = policy.exit;
    const heads = model.exits.map((_, e) => e).filter((e) => exitAfter.includes(e));
    this.reached = evidenceUpTo(model, streams, heads, this.subject, root);
    this.verdicts =
      policy.exit.pure && this.rows > 0
        ? new Int8Array((model.segments.length + 1) * model.exits.length * this.rows).fill(UNKNOWN)
        : null;
  }

  /** Evaluation row of a request; -1 without a table. */
  row(stream: number, device: number, number: number, streamNumber: number): number {
    if (this.rows === 0) return -1;
    if (this.setup.streams[stream]!.samples === "in-order") return streamNumber % this.rows;
    const key = this.sampleKeys[stream]!;
    return Math.floor(uniform(key.k0, key.k1, number, device) * this.rows);
  }

  /** Exit that answers when head `exit` has ended, or -1 to go on. */
  verdict(slot: number, exit: number): number {
    const { verdicts, rows } = this;
    if (verdicts === null) return this.ask(slot, exit);
    const { int } = this.requests;
    const i = slot * intWidth;
    const place = ((int[i + CROSSED]! + 1) * this.reached.length + exit) * rows + int[i + ROW]!;
    let verdict = verdicts[place]!;
    if (verdict === UNKNOWN) {
      verdict = this.ask(slot, exit);
      verdicts[place] = verdict;
    }
    return verdict;
  }

  private ask(slot: number, exit: number): number {
    const { subject, observed } = this;
    const { int, real, realWidth } = this.requests;
    const i = slot * intWidth;
    subject.row = int[i + ROW]!;
    subject.crossed = int[i + CROSSED]!;
    subject.stream = int[i + STREAM]!;
    subject.number = int[i + NUMBER]!;
    subject.device = int[i + DEVICE]!;
    observed.now = this.agenda.now;
    observed.elapsed = this.agenda.now - real[slot * realWidth + ARRIVED_AT]!;
    const { random } = this;
    random.isFresh = true;
    const verdict = this.rule.decide(this.reached[exit]!, observed, random);
    return verdict.kind === "answer" ? verdict.of : GO_ON;
  }

  /** Class that a request was answered with; -1 where there is none. */
  prediction(slot: number): number {
    const { int } = this.requests;
    const i = slot * intWidth;
    return scoresOf(this.setup.model, int[i + EXIT]!, int[i + CROSSED]!)?.prediction[int[i + ROW]!] ?? -1;
  }

  /** Whether the answer is right; null where that is not known. */
  correct(slot: number, prediction: number): boolean | null {
    const { outputs } = this.setup.model;
    const { int } = this.requests;
    const i = slot * intWidth;
    if (outputs.kind === "table") return prediction === outputs.labels[int[i + ROW]!];
    const accuracy = outputs.accuracy[int[i + EXIT]!]!;
    if (accuracy === null) return null;
    const key = this.correctKeys[int[i + STREAM]!]!;
    return uniform(key.k0, key.k1, int[i + NUMBER]!, int[i + DEVICE]!) < accuracy;
  }
}
