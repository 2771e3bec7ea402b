import { DEADLINE, pendingRoom, QUEUE } from "./collector.ts";
import {
  CELL_CORRECT,
  CELL_GOOD,
  CELL_IN_TIME,
  CELL_LATENCY,
  CELL_PARTS,
  CELL_SQUARE,
  CODEC_PART,
  MESSAGE_BYTES,
  MESSAGE_RESIDENCE,
  MESSAGE_WAITING,
  MESSAGE_WIDTH,
  PROPAGATE_PART,
  TRANSMIT_PART,
  VISIT_SERVICE,
  VISIT_SERVICE_SQUARE,
  VISIT_WAITED,
  VISIT_WAITING,
  VISIT_WAITING_SQUARE,
  VISIT_WIDTH,
} from "./columns.ts";
import type { Draw } from "./draw.ts";
import { ARRIVAL, DELIVERY, ENTRY, entityBits, entityMask, FLOW, STAGE, WAITING } from "./events.ts";
import { BUSY, HEAD, machineWidth, QUEUED, TAIL } from "./machines.ts";
import { threefry } from "./random.ts";
import {
  ARRIVED_AT,
  BYTES,
  CODE,
  DEVICE,
  EXIT,
  EXITED_AT,
  GROUP,
  intWidth,
  LEAVES_AT,
  NEXT,
  NUMBER,
  ORDER,
  PARTS,
  QUEUED_AT,
  RECEIVED,
  ROUTE,
  ROW,
  SEGMENT,
  SLICE,
  STARTED_AT,
  STREAM,
  STREAM_NUMBER,
  TARGET,
} from "./requests.ts";
import { State } from "./state.ts";
import { Stations } from "./stations/index.ts";
import { FIFO, SLOW } from "./transport.ts";
import { blockUniform } from "./uniform.ts";

export class Kernel extends State {
  readonly stations = new Stations(this);

  /** Handles events until `budget` of them are done or something else is due. What is rare is left to {@link interlude}. */
  protected handle(budget: number): void {
    const { agenda, sources, slicing, fingerprint, int, horizon } = this;
    let left = budget;
    for (; left > 0; left--) {
      if (agenda.open) agenda.settle();
      const eventAt = agenda.times[0]!;
      const arrivesAt = sources.times[0]!;
      if (arrivesAt < eventAt || (arrivesAt === eventAt && this.arrivalIsFirst(eventAt))) {
        if (arrivesAt >= horizon[0]! || this.arrived >= slicing.nextArrival) break;
        agenda.now = arrivesAt;
        const source = sources.ids[0]!;
        fingerprint.add((ARRIVAL << entityBits) | source, this.arrived, arrivesAt);
        this.arrive(source);
        continue;
      }
      if (eventAt >= horizon[0]!) break;
      agenda.now = eventAt;
      agenda.open = true;
      const slot = agenda.ids[0]!;
      if (slot < 0) {
        this.timer(slot);
        continue;
      }
      const code = int[slot * intWidth + CODE]!;
      fingerprint.add(code, int[slot * intWidth + ORDER]!, eventAt);
      const kind = code >> entityBits;
      if (kind === STAGE) this.stageEnds(slot, code & entityMask);
      else if (kind === DELIVERY) this.delivered(slot);
      else if (kind === ENTRY) this.enter(slot);
      else this.transport.givesUpNow(slot);
    }
    this.events += budget - left;
  }

  /** A device asks: its next request is foreseen, this one gets a slot. */
  protected arrive(source: number): void {
    const { ints, requests, sources, judge, at } = this;
    const { now } = this.agenda;
    let stream = 0;
    while (source >= ints[at.firstSource + stream + 1]!) stream++;
    let device = source - ints[at.firstSource + stream]!;
    let number = ints[at.numbers + source]!;
    ints[at.numbers + source] = number + 1;
    this.foresee(source, stream, device, number + 1);
    const clients = ints[at.clients + stream]!;
    if (clients > 0) {
      const client = device % clients;
      device = (device - client) / clients;
      number = number * clients + client;
    }

    const order = this.arrived;
    this.arrived = order + 1;
    // The end of the window is not for the event loop: it stops at the horizon.
    if (order === this.lastOrder || (sources.size === 0 && !this.asksAgain)) {
      this.horizon[0] = now;
      this.reals[at.lastArrivalAt] = now;
    }
    const slot = requests.take();
    const { int, real, realWidth } = this;
    const streamNumber = ints[at.streamNumbers + stream]!;
    ints[at.streamNumbers + stream] = streamNumber + 1;
    const slice = ints[at.slice]!;
    const group = ints[at.sourceOf + stream]!;
    const i = slot * intWidth;
    int[i + STREAM] = stream;
    int[i + DEVICE] = device;
    int[i + NUMBER] = number;
    int[i + ORDER] = order;
    int[i + STREAM_NUMBER] = streamNumber;
    int[i + ROW] = judge.rows === 0 ? -1 : judge.row(stream, device, number, streamNumber);
    int[i + SEGMENT] = 0;
    int[i + GROUP] = group;
    int[i + SLICE] = slice;
    real[slot * realWidth + ARRIVED_AT] = now;

    let target = ints[at.plan + stream * this.segments]!;
    if (target < 0) target = this.ask(slot, 0, group);
    int[i + TARGET] = target;
    if (target === group) this.join(slot, group);
    else if (ints[at.encodes + (stream * this.groups + group) * this.segments] === 1) {
      int[i + SEGMENT] = ~0;
      this.join(slot, group);
    } else this.send(slot, group);
  }

  /** When a device asks next. */
  protected foresee(source: number, stream: number, device: number, number: number): void {
    const { sources, ints, reals, at } = this;
    const { now } = this.agenda;
    const gap = reals[at.gaps + stream]!;
    let following: number;
    if (gap > 0) {
      threefry(ints[at.gapK0 + stream]!, ints[at.gapK1 + stream]!, number, device);
      following = now - gap * Math.log(1 - blockUniform());
    } else following = this.processes[stream]!.next(number, device, now);
    sources.open = true;
    if (following < Number.POSITIVE_INFINITY) {
      sources.due[0] = following;
      sources.replace(source);
    } else sources.settle();
  }

  /** A machine has ended a stage of a request: its exit rule decides, then its placement. */
  protected stageEnds(slot: number, machine: number): void {
    const { ints, at } = this;
    const { int, real, realWidth } = this;
    const i = slot * intWidth;
    const group = int[i + GROUP]!;
    const stream = int[i + STREAM]!;
    const segment = int[i + SEGMENT]!;
    if (segment < 0) {
      // A tensor is encoded.
      int[i + SEGMENT] = ~segment;
      this.leave(slot, machine, group);
      this.send(slot, group);
      return;
    }
    const exit = ints[at.exitAfter + segment]!;
    let answer = exit;
    if (exit >= 0 && exit !== this.lastExit) {
      const share = this.reals[at.shares + exit]!;
      if (Number.isNaN(share)) answer = this.judge.verdict(slot, exit);
      else {
        const key = stream * this.exits + exit;
        threefry(ints[at.shareK0 + key]!, ints[at.shareK1 + key]!, int[i + NUMBER]!, int[i + DEVICE]!);
        if (blockUniform() >= share) answer = -1;
      }
    }
    if (answer >= 0) {
      int[i + EXIT] = answer;
      real[slot * realWidth + EXITED_AT] = this.agenda.now;
      this.leave(slot, machine, group);
      const to = ints[at.due + stream]!;
      if (to < 0 || to === group) this.complete(slot);
      else {
        int[i + TARGET] = to;
        this.send(slot, group);
      }
      return;
    }
    const following = segment + 1;
    let target = ints[at.plan + stream * this.segments + following]!;
    if (target < 0) target = this.ask(slot, following, group);
    int[i + SEGMENT] = following;
    if (target === group) {
      this.agenda.due[0] = this.agenda.now;
      this.runStage(slot, group);
      return;
    }
    int[i + TARGET] = target;
    if (ints[at.encodes + (stream * this.groups + group) * this.segments + following] === 1) {
      int[i + SEGMENT] = ~following;
      this.agenda.due[0] = this.agenda.now + this.encode(slot, ~following);
      this.agenda.schedule(slot);
      return;
    }
    this.leave(slot, machine, group);
    this.send(slot, group);
  }

  /** Gives the server back, and has it take the next that waits. */
  protected leave(slot: number, machine: number, group: number): void {
    const { ints, reals, at } = this;
    const { int, real, realWidth } = this;
    const { now } = this.agenda;
    const r = slot * realWidth;
    const startedAt = real[r + STARTED_AT]!;
    const waited = startedAt - real[r + QUEUED_AT]!;
    const service = now - startedAt;
    this.reals[at.busySeconds + machine]! += service;
    const place = group * this.slices + int[slot * intWidth + SLICE]!;
    const v = at.visits + place * VISIT_WIDTH;
    reals[v]! += 1;
    if (waited > 0) {
      reals[v + VISIT_WAITING]! += waited;
      reals[v + VISIT_WAITING_SQUARE]! += waited * waited;
      reals[v + VISIT_WAITED]! += 1;
      const n = this.pending;
      this.pending = n + 1;
      this.pendingPlaces[n] = ~place;
      this.pendingValues[n] = waited;
    }
    const d = service - reals[at.serviceShift + group]!;
    if (Number.isNaN(d)) reals[at.serviceShift + group] = service;
    else {
      reals[v + VISIT_SERVICE]! += d;
      reals[v + VISIT_SERVICE_SQUARE]! += d * d;
    }
    if (this.recorder !== null) this.recorder.visit(slot, group, real[r + QUEUED_AT]!, startedAt, now);

    const m = at.machines + machine * machineWidth;
    ints[m + BUSY]! -= 1;
    let waiting = ints[m + QUEUED]!;
    while (waiting > 0) {
      const first = ints[m + HEAD]!;
      ints[m + HEAD] = int[first * intWidth + NEXT]!;
      waiting--;
      ints[m + QUEUED] = waiting;
      if (!this.dropsLate || !this.givesUp(first, now)) {
        this.start(first, machine, group);
        return;
      }
      this.lostWaiting[group]! += now - real[first * realWidth + QUEUED_AT]!;
      this.drop(first, DEADLINE);
    }
  }

  /** Sends the tensor before the next segment, or the answer, on its way to {@link TARGET}. */
  send(slot: number, group: number): void {
    const { ints, at, judge, transport } = this;
    const { int, real, realWidth } = this;
    const i = slot * intWidth;
    const isAnswer = int[i + EXIT]! >= 0;
    const cut = isAnswer ? this.segments : int[i + SEGMENT]!;
    let payload = this.reals[at.fixedSizes + int[i + STREAM]! * (this.segments + 1) + cut]!;
    if (Number.isNaN(payload)) payload = transport.payload(slot, cut);
    if (!isAnswer && judge.rows > 0) transport.crosses(slot, cut);
    real[slot * realWidth + BYTES] = payload;
    const first = ints[at.firstHop + group * this.groups + int[i + TARGET]!]!;
    int[i + ROUTE] = first;
    if (ints[at.shortcut + ints[at.hops + first]!] === SLOW) transport.depart(slot);
    else this.enter(slot);
  }

  /** A message enters the link of its next hop. As `enterHop`, for links where nothing but size, rate and latency matters. */
  protected enter(slot: number): void {
    const { ints, reals, at, agenda } = this;
    const { int, real, realWidth } = this;
    const { now } = agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    const way = ints[at.hops + int[i + ROUTE]!]!;
    const kind = ints[at.shortcut + way]!;
    if (kind === SLOW) {
      this.transport.enterHop(slot);
      return;
    }
    const size = real[r + BYTES]!;
    const transmission = (size * 8) / reals[at.capacity + way]!;
    let startsAt = now;
    if (kind === FIFO) {
      const by = ints[at.wayModulus + int[i + STREAM]! * this.ways + way]!;
      let resource = at.freeAt + ints[at.firstResource + way]!;
      if (by !== 1) resource += by === 0 ? int[i + DEVICE]! : this.transport.numberOf(slot, way);
      if (reals[resource]! > now) startsAt = reals[resource]!;
      reals[resource] = startsAt + transmission;
    }
    const leavesAt = startsAt + transmission;
    real[r + QUEUED_AT] = now;
    real[r + STARTED_AT] = startsAt;
    real[r + LEAVES_AT] = leavesAt;
    const m = at.messages + (way * this.slices + int[i + SLICE]!) * MESSAGE_WIDTH;
    reals[m]! += 1;
    reals[m + MESSAGE_WAITING]! += startsAt - now;
    reals[m + MESSAGE_RESIDENCE]! += leavesAt - now;
    reals[m + MESSAGE_BYTES]! += size;
    const arrivesAt = leavesAt + reals[at.latency + way]!;
    if (int[i + EXIT]! < 0) {
      const queue = r + PARTS + this.groups;
      real[queue]! += startsAt - now;
      real[queue + TRANSMIT_PART]! += transmission;
      real[queue + PROPAGATE_PART]! += arrivesAt - leavesAt;
    }
    int[i + CODE] = (DELIVERY << entityBits) | way;
    agenda.due[0] = arrivesAt;
    agenda.schedule(slot);
  }

  /** A message has come to the end of a hop. */
  protected delivered(slot: number): void {
    const { int } = this;
    const i = slot * intWidth;
    const hop = int[i + ROUTE]! + 1;
    int[i + ROUTE] = hop;
    if (this.ints[this.at.hops + hop]! >= 0) this.enter(slot);
    else if (int[i + EXIT]! >= 0) this.complete(slot);
    else {
      int[i + RECEIVED] = 1;
      this.join(slot, int[i + TARGET]!);
    }
  }

  /** A request comes to its machine of a group: is served, waits, or is dropped. */
  protected join(slot: number, group: number): void {
    const { ints, at, tables } = this;
    const { int, real, realWidth } = this;
    const i = slot * intWidth;
    const stream = int[i + STREAM]!;
    const by = ints[at.modulus + stream * this.groups + group]!;
    let machine = ints[at.firstMachine + group]!;
    if (by !== 1) machine += by === 0 ? int[i + DEVICE]! : tables.attached(stream, int[i + DEVICE]!, group);
    int[i + GROUP] = group;
    real[slot * realWidth + QUEUED_AT] = this.agenda.now;
    const m = at.machines + machine * machineWidth;
    if (ints[m + BUSY]! < ints[at.servers + group]!) {
      if (this.dropsLate && this.givesUp(slot, this.agenda.now)) this.drop(slot, DEADLINE);
      else this.start(slot, machine, group);
      return;
    }
    const waiting = ints[m + QUEUED]!;
    if (waiting >= ints[at.places + group]!) {
      if (ints[at.places + group]! < 0) this.stations.join(slot, machine, group);
      else this.drop(slot, QUEUE);
      return;
    }
    if (waiting === 0) ints[m + HEAD] = slot;
    else int[ints[m + TAIL]! * intWidth + NEXT] = slot;
    ints[m + TAIL] = slot;
    ints[m + QUEUED] = waiting + 1;
    int[i + CODE] = (WAITING << entityBits) | machine;
  }

  /** A server takes a request. */
  protected start(slot: number, machine: number, group: number): void {
    const { ints, at, agenda } = this;
    const { int, real, realWidth } = this;
    const { now } = agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    ints[at.machines + machine * machineWidth + BUSY]! += 1;
    int[i + CODE] = (STAGE << entityBits) | machine;
    real[r + STARTED_AT] = now;
    real[r + PARTS + this.groups]! += now - real[r + QUEUED_AT]!;
    agenda.due[0] = now;
    const segment = int[i + SEGMENT]!;
    if (int[i + RECEIVED] === 1) {
      int[i + RECEIVED] = 0;
      if (ints[at.decodes + (int[i + STREAM]! * this.groups + group) * this.segments + segment] === 1) {
        agenda.due[0] = now + this.decode(slot, segment);
      }
    }
    if (segment >= 0) this.runStage(slot, group);
    else {
      agenda.due[0]! += this.encode(slot, segment);
      agenda.schedule(slot);
    }
  }

  /** Trunk of a segment, and the head after it where one runs, from `due` on. */
  protected runStage(slot: number, group: number): void {
    const { ints, reals, at, agenda } = this;
    const { int, real, realWidth } = this;
    const i = slot * intWidth;
    const s = (int[i + STREAM]! * this.groups + group) * this.segments + int[i + SEGMENT]!;
    let time = reals[at.fixed + s]!;
    if (Number.isNaN(time)) {
      const scale = reals[at.exponential + s]!;
      if (scale > 0) {
        threefry(ints[at.k0 + s]!, ints[at.k1 + s]!, int[i + NUMBER]!, int[i + DEVICE]!);
        time = -scale * Math.log(1 - blockUniform());
      } else time = this.stageTime(slot, s);
    }
    real[slot * realWidth + PARTS + group]! += time;
    agenda.due[0]! += time;
    agenda.schedule(slot);
  }

  /** Latency ends. */
  complete(slot: number): void {
    const { ints, reals, at, requests, slices, width } = this;
    const { int, real, realWidth } = this;
    const { now } = this.agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    const stream = int[i + STREAM]!;
    const place = ((stream * this.exits + int[i + EXIT]!) * this.groups + int[i + GROUP]!) * slices + int[i + SLICE]!;
    const latency = now - real[r + ARRIVED_AT]!;
    if (ints[at.due + stream]! >= 0) real[r + realWidth - 1] = now - real[r + EXITED_AT]!;
    const c = at.cells + place * width;
    // Only of the parts that this stream can have; see `livingParts`.
    let list = at.parts + stream * (width - CELL_PARTS + 1);
    for (let part = ints[list]!; part >= 0; part = ints[++list]!) {
      reals[c + CELL_PARTS + part]! += real[r + PARTS + part]!;
      real[r + PARTS + part] = 0;
    }
    const inTime = latency <= reals[at.deadlines + stream]!;
    reals[c]! += 1;
    if (inTime) reals[c + CELL_IN_TIME]! += 1;
    if (this.isJudged && this.judgeAnswer(slot)) {
      reals[c + CELL_CORRECT]! += 1;
      if (inTime) reals[c + CELL_GOOD]! += 1;
    }
    const d = latency - reals[at.shift]!;
    if (Number.isNaN(d)) reals[at.shift] = latency;
    else {
      reals[c + CELL_LATENCY]! += d;
      reals[c + CELL_SQUARE]! += d * d;
    }
    const n = this.pending;
    this.pending = n + 1;
    this.pendingPlaces[n] = place;
    this.pendingValues[n] = latency;
    // One of the two factors is 0: batches are of requests, or of time where the run has a duration.
    const batch = ((int[i + ORDER]! + 0.5) * this.perRequest + real[r + ARRIVED_AT]! * this.perSecond) | 0;
    if (batch < this.batches) {
      reals[at.batchSum + batch]! += latency;
      reals[at.batchCount + batch]! += 1;
    }
    if (this.asksAgain) this.endsQuery(slot);
    requests.release(slot);
  }

  /** An arrival and an event at the same instant; when that is +Infinity, nothing is left to happen. */
  protected arrivalIsFirst(now: number): boolean {
    return now < Number.POSITIVE_INFINITY && this.codeOf(this.agenda.ids[0]!) > ARRIVAL << entityBits;
  }

  /** Asks the placement rule which group runs a segment. */
  ask(slot: number, segment: number, at: number): number {
    const { observed, agenda, setup } = this;
    const { int, real, realWidth } = this.requests;
    const i = slot * intWidth;
    const stream = int[i + STREAM]!;
    observed.now = agenda.now;
    observed.elapsed = agenda.now - real[slot * realWidth + ARRIVED_AT]!;
    const random = this.placeRandom[stream]!;
    random.set(int[i + NUMBER]!, int[i + DEVICE]!);
    return setup.policy.place.next({ source: setup.streams[stream]!.source, segment, at }, observed, random);
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
    const { int } = requests;
    const i = slot * intWidth;
    return this.codec(
      slot,
      tables.encode[(int[i + STREAM]! * tables.groups + int[i + GROUP]!) * tables.segments + ~segment]!,
    );
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
    const time = trunk.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
    return head === null ? time : time + head.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
  }

  protected timer(id: number): void {
    const { timers } = this;
    const code = timers.code(id);
    const payload = timers.payload(id);
    const listener = timers.listener(id);
    timers.release(id);
    this.events--;
    if (listener !== null) listener.goesOff(id);
    else if (code >> entityBits === FLOW) this.transport.flowEvent(code & entityMask, payload);
  }

  /** An event of a request at a station. */
  happens(code: number, slot: number): void {
    this.events++;
    this.fingerprint.add(code, this.requests.int[slot * intWidth + ORDER]!, this.agenda.now);
    // One event may end many requests.
    if (this.pending < pendingRoom / 2) return;
    this.collector.file(this.pending);
    this.pending = 0;
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
