/** What a request is about: its evaluation row, where its exit rule lets it leave, and whether its answer is right. */
import type { Desk } from "./desk.ts";
import type { KeyRoot } from "./draw.ts";
import { evidenceUpTo, type Subject, scoresOf } from "./evidence.ts";
import type { ExitEvidence, ExitRule, Hindsight, Verdict } from "./exit-rules/exit-rule.ts";
import { deriveKey, type Key, KeyedRandom, type Random, uniform } from "./random.ts";
import {
  ARRIVED_AT,
  CROSSED,
  DEVICE,
  EXIT,
  intWidth,
  NUMBER,
  ORDER,
  PARTS,
  type Requests,
  ROW,
  SEGMENT,
  STREAM,
} from "./requests.ts";
import { Rewards } from "./rewards.ts";
import { MixedRows } from "./sample-mix.ts";
import type { Setup } from "./setup.ts";
import type { Tables } from "./tables.ts";

/** Verdicts that are remembered: not asked yet, and go on; else the exit that answers, plus exits x (class + 1) where the rule names one. */
const UNKNOWN = -2;
const GO_ON = -1;

/** The draws of a rule for the subject at hand: its stream is opened when a rule draws, which most never do. */
class RuleRandom implements Random {
  /** The rule is asked anew. */
  isFresh = true;
  private readonly streams: readonly KeyedRandom[];
  private readonly subject: Subject;
  private exit = 0;
  private readonly exits: number;

  constructor(keys: readonly Key[], subject: Subject, exits: number) {
    this.streams = keys.map((key) => new KeyedRandom(key));
    this.subject = subject;
    this.exits = exits;
  }

  /** Draws of one exit are not those of another. */
  at(exit: number): void {
    this.isFresh = true;
    this.exit = exit;
  }

  uniform(): number {
    const stream = this.streams[this.subject.stream * this.exits + this.exit]!;
    if (this.isFresh) stream.set(this.subject.number, this.subject.device);
    this.isFresh = false;
    return stream.uniform();
  }
}

export class Judge implements Hindsight {
  /** Rows of the exit table, 0 without. */
  readonly rows: number;
  /** Something is known of which answers are right. */
  readonly knowsCorrect: boolean;
  /** Exit whose rule is not asked: the last, -2 where it is. */
  readonly unasked: number;
  /** Of a rule that says what it earns. */
  readonly rewards: Rewards | null;
  private readonly setup: Setup;
  private readonly requests: Requests;
  private readonly desk: Desk;
  /** What is asked is a supposition: no further crossings follow. */
  private isSupposed = false;
  private readonly exits: number;
  private readonly exitAfter: Int32Array;
  private readonly sampleKeys: readonly Key[];
  private readonly mixed: readonly ("random" | "in-order" | MixedRows)[];
  private readonly correctKeys: readonly Key[];
  private readonly random: RuleRandom;
  private readonly subject: Subject = { slot: -1, row: -1, number: 0, device: 0, stream: 0, crossed: -1 };
  private readonly reached: readonly (readonly ExitEvidence[])[];
  /** Of a pure rule, [(crossed cut + 1) * exits + exit][row]. */
  private readonly verdicts: Int32Array | null;
  /** By slot: class that the rule answered with, where it names one. */
  private classes = new Int32Array(0);
  private readonly classifies: boolean;

  constructor(setup: Setup, root: KeyRoot, tables: Tables, requests: Requests, desk: Desk) {
    const { streams, model, policy } = setup;
    this.setup = setup;
    this.rewards = policy.place.reward === undefined ? null : new Rewards(setup.run);
    this.requests = requests;
    this.desk = desk;
    this.exits = model.exits.length;
    this.exitAfter = tables.exitAfter as Int32Array;
    this.rows = model.outputs.kind === "table" ? model.outputs.rows : 0;
    this.knowsCorrect = model.outputs.kind === "table" || model.outputs.accuracy.some((a) => a !== null);
    this.unasked = policy.exit.decidesAtLast === true ? -2 : this.exits - 1;
    this.classifies = policy.exit.classifies === true;
    const key = (purpose: string, stream: string, ...more: string[]) =>
      deriveKey(root.seed, root.replication, purpose, stream, ...more);
    this.sampleKeys = streams.map((s) => key("sample", s.name));
    const labels = model.outputs.kind === "table" ? model.outputs.labels : [];
    this.mixed = streams.map(({ samples }) => (typeof samples === "string" ? samples : new MixedRows(samples, labels)));
    this.correctKeys = streams.map((s) => key("correct", s.name));
    this.random = new RuleRandom(
      streams.flatMap((s) => model.exits.map((exit) => key("exit rule", s.name, exit.name))),
      this.subject,
      this.exits,
    );
    const heads = model.exits.map((_, e) => e).filter((e) => this.exitAfter.includes(e));
    this.reached = evidenceUpTo(model, streams, heads, this.subject, root);
    // What hindsight says after lossy crossings depends on the way, too.
    const isLossy = model.outputs.kind === "table" && model.outputs.crossed.some((scores) => scores !== null);
    this.verdicts =
      policy.exit.pure && this.rows > 0 && !(policy.exit.looks === true && isLossy)
        ? new Int32Array((model.segments.length + 1) * this.exits * this.rows).fill(UNKNOWN)
        : null;
  }

  /** Evaluation row of a request that arrives now; -1 without a table. */
  row(stream: number, device: number, number: number, streamNumber: number, now: number): number {
    if (this.rows === 0) return -1;
    const mixed = this.mixed[stream]!;
    if (mixed === "in-order") return streamNumber % this.rows;
    const key = this.sampleKeys[stream]!;
    const u = uniform(key.k0, key.k1, number, device);
    return mixed === "random" ? Math.floor(u * this.rows) : mixed.row(u, now);
  }

  /** Exit that answers when head `exit` has ended, or -1 to go on, which it never is at the last. */
  verdict(slot: number, exit: number): number {
    const { verdicts, rows } = this;
    let verdict: number;
    if (verdicts === null) verdict = this.ask(slot, exit);
    else {
      const { int } = this.requests;
      const i = slot * intWidth;
      const place = ((int[i + CROSSED]! + 1) * this.exits + exit) * rows + int[i + ROW]!;
      verdict = verdicts[place]!;
      if (verdict === UNKNOWN) {
        verdict = this.ask(slot, exit);
        verdicts[place] = verdict;
      }
    }
    if (this.classifies && verdict >= 0) {
      if (slot >= this.classes.length) this.grow(slot);
      this.classes[slot] = Math.floor(verdict / this.exits) - 1;
      verdict %= this.exits;
    }
    return verdict === GO_ON && exit === this.exits - 1 ? exit : verdict;
  }

  private grow(slot: number): void {
    const before = this.classes;
    this.classes = new Int32Array(Math.max(64, 2 * slot));
    this.classes.set(before);
  }

  /** With hindsight: whether a request leaves at an exit, told what it says after a lossy crossing (-1: none), of a rule that minds neither time nor load. */
  wouldAnswer(slot: number, exit: number, crossed: number): boolean {
    if (exit === this.unasked) return true;
    const { int } = this.requests;
    const i = slot * intWidth + CROSSED;
    const before = int[i]!;
    int[i] = crossed;
    this.isSupposed = true;
    const answers = this.verdict(slot, exit) >= 0;
    this.isSupposed = false;
    int[i] = before;
    return answers;
  }

  private ask(slot: number, exit: number): number {
    this.turnTo(slot);
    const { exit: rule } = this.desk.rulesOf(slot);
    if (rule.runs !== undefined && !this.desk.runsHead(slot, exit)) return GO_ON;
    this.random.at(exit);
    const observed = this.desk.observe(slot, this.requests.int[slot * intWidth + SEGMENT]!);
    const verdict: Verdict = rule.decide(this.heard(slot, exit, rule), observed, this.random, this);
    if (verdict.kind === "go-on") return GO_ON;
    return verdict.of + (verdict.prediction === undefined ? 0 : this.exits * (verdict.prediction + 1));
  }

  /** What the heads that ran for a request said, up to an exit. */
  private heard(slot: number, exit: number, rule: Pick<ExitRule, "runs">): readonly ExitEvidence[] {
    const reached = this.reached[exit]!;
    return rule.runs === undefined ? reached : reached.filter((e) => this.desk.runsHead(slot, e.exit));
  }

  private turnTo(slot: number): void {
    const { subject } = this;
    const { int } = this.requests;
    const i = slot * intWidth;
    subject.slot = slot;
    subject.row = int[i + ROW]!;
    subject.crossed = int[i + CROSSED]!;
    subject.stream = int[i + STREAM]!;
    subject.number = int[i + NUMBER]!;
    subject.device = int[i + DEVICE]!;
  }

  /** Of the request at hand: whether an exit, reached or not, would be right, after the crossings that are planned or decided; where nothing is, it stays. */
  isRight(exit: number): boolean {
    const { subject } = this;
    const { outputs } = this.setup.model;
    if (outputs.kind === "share")
      return this.isRightByDraw(exit, subject.stream, subject.number, subject.device) === true;
    const scores = scoresOf(this.setup.model, exit, this.crossedAt(exit))!;
    return scores.prediction[subject.row] === outputs.labels[subject.row];
  }

  /** Lossy cut crossed last when an exit is reached. */
  private crossedAt(exit: number): number {
    const { model, streams } = this.setup;
    const { outputs } = model;
    const { stream, slot } = this.subject;
    let { crossed } = this.subject;
    if (outputs.kind !== "table" || this.isSupposed) return crossed;
    let at = streams[stream]!.source;
    for (let k = 0; k <= model.exits[exit]!.after; k++) {
      const node = this.desk.expected(slot, k, at);
      if (node !== at && k > crossed && outputs.crossed[k] !== null) crossed = k;
      at = node;
    }
    return crossed;
  }

  private isRightByDraw(exit: number, stream: number, number: number, device: number): boolean | null {
    const { outputs } = this.setup.model;
    const accuracy = outputs.kind === "share" ? outputs.accuracy[exit]! : null;
    if (accuracy === null) return null;
    const key = this.correctKeys[stream]!;
    return uniform(key.k0, key.k1, number, device) < accuracy;
  }

  /** Class that a request was answered with; -1 where there is none. */
  prediction(slot: number): number {
    if (this.classifies && this.classes[slot]! >= 0) return this.classes[slot]!;
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
    return this.isRightByDraw(int[i + EXIT]!, int[i + STREAM]!, int[i + NUMBER]!, int[i + DEVICE]!);
  }

  /** Tells the rules of its source node how a request ended. Parts of its latency must still be there. */
  teach(slot: number, latency: number): void {
    const { requests, setup } = this;
    const { int, real, realWidth } = requests;
    const i = slot * intWidth;
    this.turnTo(slot);
    const rules = this.desk.rulesOf(slot);
    let last = this.exits - 1;
    while (last > 0 && setup.model.exits[last]!.after > int[i + SEGMENT]!) last--;
    const outcome = {
      note: this.desk.note(slot),
      exit: int[i + EXIT]!,
      reached: this.heard(slot, last, rules.exit),
      latency,
      computedAtSource: real[slot * realWidth + PARTS + setup.streams[int[i + STREAM]!]!.source]!,
    };
    rules.exit.learn?.(outcome);
    if (rules.place !== (rules.exit as unknown)) rules.place.learn?.(outcome);
    const reward = rules.place.reward?.(outcome);
    if (reward !== undefined) this.rewards!.add(int[i + ORDER]!, real[slot * realWidth + ARRIVED_AT]!, reward);
  }
}
