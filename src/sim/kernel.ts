/**
 * What the event loop (`loop/assembly/event-loop.ts`) asks of the rest of the simulator: what is rare, and what users decide.
 */
import { DEADLINE, pendingRoom } from "./collector.ts";
import { CODEC_PART } from "./columns.ts";
import type { Draw } from "./draw.ts";
import { entityBits, entityMask, FLOW } from "./events.ts";
import type { LoopHost } from "./loop/event-loop.ts";
import { BUSY, HEAD, machineWidth, QUEUED } from "./machines.ts";
import {
  DEVICE,
  EXIT,
  GROUP,
  intWidth,
  NEXT,
  NUMBER,
  ORDER,
  PARTS,
  QUEUED_AT,
  RECEIVED,
  ROW,
  SEGMENT,
  SLICE,
  STREAM,
  STREAM_NUMBER,
} from "./requests.ts";
import { State } from "./state.ts";
import { Stations } from "./stations/index.ts";

export class Kernel extends State {
  readonly stations = new Stations(this);

  /** @remarks Called before anything else is there. */
  protected host(): LoopHost {
    return {
      timer: (id) => this.timer(id),
      timerCode: (id) => this.timers.code(id),
      timerOrder: (id) => this.timers.payload(id),
      nextArrival: (stream, number, device, now) => this.processes[stream]!.next(number, device, now),
      sampleRow: (stream, device, number, streamNumber, now) =>
        this.judge.row(stream, device, number, streamNumber, now),
      place: (slot, segment, group) => this.ask(slot, segment, group),
      machineOf: (slot, group) => this.desk.machine(slot, group),
      resourceOf: (slot, way) => this.transport.numberOf(slot, way),
      verdict: (slot, exit) => this.judge.verdict(slot, exit),
      stageTime: (slot, stage) => this.stageTime(slot, stage),
      prepare: (slot, group) => this.prepare(slot, group),
      encode: (slot, segment) => this.encode(slot, segment),
      joinStation: (slot, machine, group) => this.stations.join(slot, machine, group),
      payload: (slot, cut) => this.transport.payload(slot, cut),
      crosses: (slot, cut) => this.transport.crosses(slot, cut),
      depart: (slot) => this.transport.depart(slot),
      enterLink: (slot) => this.transport.enterHop(slot),
      givesUpNow: (slot) => this.transport.givesUpNow(slot),
      measured: (slot, way) => this.desk.measured(slot, way),
      givesUp: (slot, at) => this.givesUp(slot, at),
      nextInTime: (machine, group) => this.nextInTime(machine, group),
      drop: (slot, reason) => this.drop(slot, reason),
      changed: (machine) => this.desk.reports.changed(machine),
      addRow: (entry) => this.bins!.addRow(entry),
      addRare: (place, value) => this.bins!.addRare(place, value),
      visited: (slot, group, queuedAt, startedAt, endedAt) =>
        this.recorder!.visit(slot, group, queuedAt, startedAt, endedAt, endedAt - startedAt),
      teach: (slot, latency) => this.judge.teach(slot, latency),
      isRight: (slot) => this.judgeAnswer(slot),
      endsQuery: (slot) => this.endsQuery(slot),
    };
  }

  /** Takes from a queue the first that is not late; -1 when there is none. */
  protected nextInTime(machine: number, group: number): number {
    const { machines } = this.ints;
    const { int, real, realWidth } = this.requests;
    const { now } = this.agenda;
    const m = machine * machineWidth;
    while (machines[m + QUEUED]! > 0) {
      const first = machines[m + HEAD]!;
      machines[m + HEAD] = int[first * intWidth + NEXT]!;
      machines[m + QUEUED]! -= 1;
      if (!this.givesUp(first, now)) return first;
      this.lostWaiting[group]! += now - real[first * realWidth + QUEUED_AT]!;
      this.drop(first, DEADLINE);
    }
    return -1;
  }

  /** A server that has taken a request decodes its tensor, then runs its stage; or encodes one. */
  protected prepare(slot: number, group: number): void {
    const { agenda } = this;
    const { int } = this.requests;
    const i = slot * intWidth;
    const segment = int[i + SEGMENT]!;
    let due = agenda.now;
    if (int[i + RECEIVED] === 1) {
      int[i + RECEIVED] = 0;
      if (this.ints.decodes[(int[i + STREAM]! * this.tables.groups + group) * this.tables.segments + segment] === 1) {
        due += this.decode(slot, segment);
      }
    }
    if (segment < 0) due += this.encode(slot, segment);
    agenda.due[0] = due;
    if (segment >= 0) this.loop.call.runStage(slot, group);
    else agenda.schedule(slot);
  }

  /** Asks the placement rule which group runs a segment. */
  ask(slot: number, segment: number, at: number): number {
    return this.desk.place(slot, segment, at);
  }

  /** Requests at a machine of a group: in service and waiting. */
  presentAt(group: number, machine: number): number {
    const { firstMachine, places, machines } = this.ints;
    const index = firstMachine[group]! + machine;
    if (places[group]! < 0) return this.stations.present(group, index);
    return machines[index * machineWidth + BUSY]! + machines[index * machineWidth + QUEUED]!;
  }

  /** Of those, the ones that wait. */
  waitingAt(group: number, machine: number): number {
    const { firstMachine, places, machines } = this.ints;
    const index = firstMachine[group]! + machine;
    if (places[group]! < 0) return this.stations.waiting(group, index);
    return machines[index * machineWidth + QUEUED]!;
  }

  /** Time to decode the tensor before a segment. */
  protected decode(slot: number, segment: number): number {
    const { tables, requests } = this;
    const { int } = requests;
    const i = slot * intWidth;
    return this.codec(
      slot,
      tables.decode[(int[i + STREAM]! * tables.groups + int[i + GROUP]!) * tables.segments + segment]!,
    );
  }

  /** Time to encode the tensor over the cut that `segment` is the complement of. */
  protected encode(slot: number, segment: number): number {
    const { tables, requests } = this;
    const { int, real, realWidth } = requests;
    const i = slot * intWidth;
    const deciding = this.desk.spend(slot);
    real[slot * realWidth + PARTS + int[i + GROUP]!]! += deciding;
    const draw = tables.encode[(int[i + STREAM]! * tables.groups + int[i + GROUP]!) * tables.segments + ~segment]!;
    return deciding + this.codec(slot, draw);
  }

  protected codec(slot: number, draw: Draw): number {
    const { requests, tables } = this;
    const { int, real, realWidth } = requests;
    const i = slot * intWidth;
    const time = draw.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
    real[slot * realWidth + PARTS + tables.groups + CODEC_PART]! += time;
    return time;
  }

  protected stageTime(slot: number, s: number): number {
    const { int } = this.requests;
    const i = slot * intWidth;
    const { trunk, head } = this.tables.stages[s]!;
    const time = trunk.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!) + this.desk.spend(slot);
    const runs = head !== null && this.desk.runsHead(slot, this.tables.exitAfter[int[i + SEGMENT]!]!);
    return !runs ? time : time + head.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
  }

  protected timer(id: number): void {
    const { timers } = this;
    const code = timers.code(id);
    const payload = timers.payload(id);
    const listener = timers.listener(id);
    timers.release(id);
    if (listener !== null) listener.goesOff(id);
    else if (code >> entityBits === FLOW) this.transport.flowEvent(code & entityMask, payload);
  }

  /** An event of a request at a station. */
  happens(code: number, slot: number): void {
    const { int } = this.requests;
    const i = slot * intWidth;
    const word = (this.ints.groupWords[int[i + GROUP]!]! + (code & entityMask)) ^ ((code >> entityBits) << entityBits);
    this.loop.call.record(word, int[i + ORDER]!, this.agenda.now);
  }

  /** A request has waited at a station. */
  waited(group: number, slice: number, seconds: number): void {
    const { collector } = this;
    if (this.bins === null) collector.waiting[group]!.add(slice, seconds);
    else this.loop.call.keep(~(group * collector.shape.slices + slice), seconds);
  }

  /** One event of a station may end many requests: what is pending of them is filed in time. */
  makesRoom(): void {
    if (this.pending >= pendingRoom / 2) this.file();
  }

  /** Takes what waits into the histograms. */
  protected file(): void {
    this.collector.file(this.pending);
    this.pending = 0;
  }

  /** Sends the tensor before the next segment, or the answer, to its target. */
  send(slot: number, group: number): void {
    this.loop.call.send(slot, group);
  }

  /** Latency ends. */
  complete(slot: number): void {
    this.loop.call.complete(slot);
  }

  /** Whether the answer of a request that ends is right, for the tallies and the recorder. */
  protected judgeAnswer(slot: number): boolean {
    const { requests, collector, judge } = this;
    const { int } = requests;
    const i = slot * intWidth;
    const prediction = judge.prediction(slot);
    const correct = judge.knowsCorrect ? judge.correct(slot, prediction) : null;
    const kind = int[i + STREAM]! * collector.shape.exits + int[i + EXIT]!;
    if (judge.rows > 0) collector.tally(kind, int[i + SLICE]!, int[i + ROW]!, correct === true);
    this.recorder?.ended(slot, requests, "completed", this.agenda.now, prediction, correct);
    return correct === true;
  }
}
