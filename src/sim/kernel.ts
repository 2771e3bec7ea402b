/**
 * The event loop. What most requests do at most events, plain first-come-first-served servers and plain links, stands in one function
 * without calls, `handle`: V8 then keeps tables and offsets at hand, which makes it twice as fast as a method for each step would be.
 *
 * What is rare hooks in as a call at the place where it differs, found by a table that the loop reads anyway:
 * - a node with more than plain servers: `places` below 0 sends its requests to `stations.join`; what happens there are timers;
 * - a link with more than size, rate and latency: `shortcut` SLOW sends its messages to `transport`;
 * - arrivals that are not Poisson: `gaps` NaN asks `processes[stream].next`;
 * - an exit rule that is more than a probability: `shares` NaN asks `judge.verdict`; a placement on the way: `plan` below 0 asks `ask`;
 * - a stage whose time is neither constant nor exponential: `fixed` and `exponential` NaN ask `stageTime`; codecs: `prepare`, `encode`.
 */
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
import { counting } from "./counting.ts";
import type { Draw } from "./draw.ts";
import { ARRIVAL, DELIVERY, ENTRY, entityBits, entityMask, FLOW, STAGE, WAITING } from "./events.ts";
import { historyRoom } from "./fingerprint.ts";
import { BUSY, HEAD, machineShift, machineWidth, QUEUED, TAIL } from "./machines.ts";
import { threefry } from "./random.ts";
import {
  ARRIVED_AT,
  BYTES,
  CODE,
  DEVICE,
  EXIT,
  EXITED_AT,
  GROUP,
  intShift,
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

  /** Handles events until `budget` of them, at least one, are done or something else is due. */
  protected handle(budget: number): void {
    const { agenda, sources, slicing, horizon, int, real, ints, reals, isJudged, dropsLate, recorder, desk } = this;
    const { nextArrival } = slicing;
    // V8 takes for granted that these are integers only where it is told so, outside the loop; nor does it check `i | COLUMN` for overflow.
    const realWidth = this.realWidth | 0;
    const groups = this.groups | 0;
    const segments = this.segments | 0;
    const exits = this.exits | 0;
    const slices = this.slices | 0;
    const unasked = this.unasked | 0;
    const busySeconds = this.at.busySeconds | 0;
    const clientsOf = this.at.clients | 0;
    const decodes = this.at.decodes | 0;
    const dueAt = this.at.due | 0;
    const encodes = this.at.encodes | 0;
    const exitAfter = this.at.exitAfter | 0;
    const meanTime = this.at.exponential | 0;
    const firstMachine = this.at.firstMachine | 0;
    const firstSource = this.at.firstSource | 0;
    const fixedTime = this.at.fixed | 0;
    const gapK0 = this.at.gapK0 | 0;
    const gapK1 = this.at.gapK1 | 0;
    const gaps = this.at.gaps | 0;
    const groupWords = this.at.groupWords | 0;
    const historyOrders = this.at.historyOrders | 0;
    const historyTimes = this.at.historyTimes | 0;
    const historyWords = this.at.historyWords | 0;
    const hopsOf = this.at.hops | 0;
    const key0 = this.at.k0 | 0;
    const key1 = this.at.k1 | 0;
    const lastArrivalAt = this.at.lastArrivalAt | 0;
    const machineRows = this.at.machines | 0;
    const modulus = this.at.modulus | 0;
    const numberOf = this.at.numbers | 0;
    const pendingPlaces = this.at.pendingPlaces | 0;
    const pendingValues = this.at.pendingValues | 0;
    const placesOf = this.at.places | 0;
    const planOf = this.at.plan | 0;
    const serversOf = this.at.servers | 0;
    const serviceShift = this.at.serviceShift | 0;
    const shareK0 = this.at.shareK0 | 0;
    const shareK1 = this.at.shareK1 | 0;
    const shareOf = this.at.shares | 0;
    const sliceNow = this.at.slice | 0;
    const sourceOf = this.at.sourceOf | 0;
    const streamNumbers = this.at.streamNumbers | 0;
    const streamWords = this.at.streamWords | 0;
    const visitRows = this.at.visits | 0;
    const wayWords = this.at.wayWords | 0;
    const tellsChanges = desk.reports.wantsChanges;
    let left = budget;
    do {
      if (agenda.open === true) agenda.settle();
      const eventAt = agenda.times[0]!;
      const arrivesAt = sources.times[0]!;
      let slot: number;
      let stream: number;
      let group: number;
      let machine = 0;
      let now: number;
      /** Request that a server takes, -1 for none; whether `slot` goes over links, or joins the queue of its group. */
      let starts = -1;
      let enters = false;
      let joins = false;
      if (arrivesAt < eventAt || (arrivesAt === eventAt && this.arrivalIsFirst(eventAt))) {
        const order = this.arrived;
        if (arrivesAt >= horizon[0]! || order >= nextArrival) break;
        now = arrivesAt;
        agenda.now = now;
        const source = sources.ids[0]!;
        stream = 0;
        while (source >= ints[firstSource + stream + 1]!) stream++;
        let device = source - ints[firstSource + stream]!;
        let number = ints[numberOf + source]!;
        ints[numberOf + source] = number + 1;
        const n = this.recorded;
        if (counting) {
          this.recorded = n + 1;
          reals[historyTimes + n] = now;
          ints[historyWords + n] = (ints[streamWords + stream]! + device) ^ (ARRIVAL << entityBits);
          ints[historyOrders + n] = order;
        }
        const gap = reals[gaps + stream]!;
        let following: number;
        if (gap > 0) {
          threefry(ints[gapK0 + stream]!, ints[gapK1 + stream]!, number + 1, device);
          following = now - gap * Math.log(1 - blockUniform());
        } else following = this.processes[stream]!.next(number + 1, device, now);
        sources.open = true;
        if (following < Number.POSITIVE_INFINITY) {
          sources.due[0] = following;
          sources.replace(source);
        } else sources.settle();
        const clients = ints[clientsOf + stream]!;
        if (clients > 0) {
          const client = device % clients;
          device = (device - client) / clients;
          number = number * clients + client;
        }
        this.arrived = order + 1;
        // The end of the window is not for the event loop: it stops at the horizon.
        if (order === this.lastOrder || (sources.size === 0 && !this.asksAgain)) {
          horizon[0] = now;
          reals[lastArrivalAt] = now;
        }
        slot = this.requests.take();
        const streamNumber = ints[streamNumbers + stream]!;
        ints[streamNumbers + stream] = streamNumber + 1;
        group = ints[sourceOf + stream]!;
        const i = slot << intShift;
        int[i | STREAM] = stream;
        int[i | DEVICE] = device;
        int[i | NUMBER] = number;
        int[i | ORDER] = order;
        int[i | STREAM_NUMBER] = streamNumber;
        int[i | ROW] = isJudged ? this.judge.row(stream, device, number, streamNumber, now) : -1;
        int[i | SEGMENT] = 0;
        int[i | GROUP] = group;
        int[i | SLICE] = ints[sliceNow]!;
        real[Math.imul(slot, realWidth) + ARRIVED_AT] = now;
        let target = ints[planOf + Math.imul(stream, segments)]!;
        if (target < 0) target = this.ask(slot, 0, group);
        int[i | TARGET] = target;
        if (target === group) joins = true;
        else if (ints[encodes + Math.imul(Math.imul(stream, groups) + group, segments)] === 1) {
          int[i | SEGMENT] = ~0;
          joins = true;
        } else enters = true;
      } else {
        if (eventAt >= horizon[0]!) break;
        now = eventAt;
        agenda.now = now;
        agenda.open = true;
        slot = agenda.ids[0]!;
        if (slot < 0) {
          this.timer(slot);
          continue;
        }
        const i = slot << intShift;
        const r = Math.imul(slot, realWidth);
        stream = int[i | STREAM]!;
        const code = int[i | CODE]!;
        group = int[i | GROUP]!;
        const n = this.recorded;
        if (counting) {
          this.recorded = n + 1;
          reals[historyTimes + n] = now;
          ints[historyOrders + n] = int[i | ORDER]!;
        }
        const kind = code >> entityBits;
        machine = code & entityMask;
        if (kind === STAGE) {
          if (counting) ints[historyWords + n] = ints[groupWords + group]! + machine;
          let segment = int[i | SEGMENT]!;
          let completes = false;
          enters = true;
          // Below 0: a tensor is encoded.
          if (segment < 0) int[i | SEGMENT] = ~segment;
          else {
            const exit = ints[exitAfter + segment]!;
            let answer = exit;
            if (exit >= 0 && exit !== unasked) {
              const share = reals[shareOf + exit]!;
              if (Number.isNaN(share)) answer = this.judge.verdict(slot, exit);
              else {
                const key = Math.imul(stream, exits) + exit;
                threefry(ints[shareK0 + key]!, ints[shareK1 + key]!, int[i | NUMBER]!, int[i | DEVICE]!);
                if (blockUniform() >= share) answer = -1;
              }
            }
            if (answer >= 0) {
              int[i | EXIT] = answer;
              real[r + EXITED_AT] = now;
              const to = ints[dueAt + stream]!;
              if (to < 0 || to === group) {
                completes = true;
                enters = false;
              } else int[i | TARGET] = to;
            } else {
              segment++;
              let target = ints[planOf + Math.imul(stream, segments) + segment]!;
              if (target < 0) target = this.ask(slot, segment, group);
              int[i | SEGMENT] = segment;
              if (target === group) {
                agenda.due[0] = now;
                this.runStage(slot, group);
                continue;
              }
              int[i | TARGET] = target;
              if (ints[encodes + Math.imul(Math.imul(stream, groups) + group, segments) + segment] === 1) {
                int[i | SEGMENT] = ~segment;
                agenda.due[0] = now + this.encode(slot, ~segment);
                agenda.schedule(slot);
                continue;
              }
            }
          }
          // The server is given back, and takes the next that waits.
          const startedAt = real[r + STARTED_AT]!;
          if (counting) {
            const waited = startedAt - real[r + QUEUED_AT]!;
            const service = now - startedAt;
            reals[busySeconds + machine]! += service;
            const place = Math.imul(group, slices) + int[i | SLICE]!;
            const v = visitRows + Math.imul(place, VISIT_WIDTH);
            reals[v]! += 1;
            if (waited > 0) {
              reals[v + VISIT_WAITING]! += waited;
              reals[v + VISIT_WAITING_SQUARE]! += waited * waited;
              reals[v + VISIT_WAITED]! += 1;
              const pending = this.pending;
              this.pending = pending + 1;
              ints[pendingPlaces + pending] = ~place;
              reals[pendingValues + pending] = waited;
            }
            const d = service - reals[serviceShift + group]!;
            if (Number.isNaN(d)) reals[serviceShift + group] = service;
            else {
              reals[v + VISIT_SERVICE]! += d;
              reals[v + VISIT_SERVICE_SQUARE]! += d * d;
            }
          }
          if (recorder !== null) recorder.visit(slot, group, real[r + QUEUED_AT]!, startedAt, now, now - startedAt);
          const m = machineRows + (machine << machineShift);
          ints[m + BUSY]! -= 1;
          const waiting = ints[m + QUEUED]!;
          if (waiting > 0) {
            if (dropsLate) starts = this.nextInTime(m, group);
            else {
              starts = ints[m + HEAD]!;
              ints[m + HEAD] = int[(starts << intShift) + NEXT]!;
              ints[m + QUEUED] = waiting - 1;
            }
          }
          if (tellsChanges) desk.reports.changed(machine);
          if (completes) this.complete(slot);
        } else if (kind === DELIVERY) {
          if (counting) ints[historyWords + n] = ints[wayWords + machine]! ^ (DELIVERY << entityBits);
          if (desk.isAsked) desk.measured(slot, machine);
          const hop = int[i | ROUTE]! + 1;
          int[i | ROUTE] = hop;
          if (ints[hopsOf + hop]! >= 0) {
            this.enter(slot);
            continue;
          }
          if (int[i | EXIT]! >= 0) {
            this.complete(slot);
            continue;
          }
          int[i | RECEIVED] = 1;
          joins = true;
          group = int[i | TARGET]!;
        } else {
          if (counting)
            ints[historyWords + n] = kind === ENTRY ? code : ints[wayWords + machine]! ^ (kind << entityBits);
          if (kind === ENTRY) this.enter(slot);
          else this.transport.givesUpNow(slot);
          continue;
        }
      }

      if (joins) {
        const i = slot << intShift;
        const by = ints[modulus + Math.imul(stream, groups) + group]!;
        machine = ints[firstMachine + group]!;
        if (by !== 1) {
          if (by === 0) machine += int[i | DEVICE]!;
          else machine += by > 0 ? int[i | DEVICE]! % by : desk.machine(slot, group);
        }
        int[i | GROUP] = group;
        real[Math.imul(slot, realWidth) + QUEUED_AT] = now;
        const m = machineRows + (machine << machineShift);
        if (ints[m + BUSY]! < ints[serversOf + group]!) {
          if (dropsLate && this.givesUp(slot, now)) {
            this.drop(slot, DEADLINE);
            continue;
          }
          starts = slot;
        } else {
          const waiting = ints[m + QUEUED]!;
          if (waiting >= ints[placesOf + group]!) {
            if (ints[placesOf + group]! < 0) this.stations.join(slot, machine, group);
            else this.drop(slot, QUEUE);
            continue;
          }
          if (waiting === 0) ints[m + HEAD] = slot;
          else int[ints[m + TAIL]! * intWidth + NEXT] = slot;
          ints[m + TAIL] = slot;
          ints[m + QUEUED] = waiting + 1;
          int[i | CODE] = (WAITING << entityBits) | machine;
          if (tellsChanges) desk.reports.changed(machine);
          continue;
        }
      }
      if (starts >= 0) {
        const i = starts << intShift;
        const r = Math.imul(starts, realWidth);
        ints[machineRows + (machine << machineShift) + BUSY]! += 1;
        if (tellsChanges) desk.reports.changed(machine);
        int[i | CODE] = (STAGE << entityBits) | machine;
        real[r + STARTED_AT] = now;
        if (counting) real[r + PARTS + groups]! += now - real[r + QUEUED_AT]!;
        const segment = int[i | SEGMENT]!;
        const s = Math.imul(Math.imul(int[i | STREAM]!, groups) + group, segments) + segment;
        if (segment < 0 || (int[i | RECEIVED] === 1 && ints[decodes + s] === 1)) this.prepare(starts, group);
        else {
          let time = reals[fixedTime + s]!;
          if (Number.isNaN(time)) {
            const scale = reals[meanTime + s]!;
            if (scale > 0) {
              threefry(ints[key0 + s]!, ints[key1 + s]!, int[i | NUMBER]!, int[i | DEVICE]!);
              time = -scale * Math.log(1 - blockUniform());
            } else time = this.stageTime(starts, s);
          }
          if (counting) real[r + PARTS + group]! += time;
          agenda.due[0] = now + time;
          agenda.schedule(starts);
        }
      }
      if (enters) this.send(slot, group);
    } while (--left > 0);
  }

  /** Takes from a queue the first that is not late; -1 when there is none. */
  protected nextInTime(m: number, group: number): number {
    const { ints, int, real, realWidth } = this;
    const { now } = this.agenda;
    while (ints[m + QUEUED]! > 0) {
      const first = ints[m + HEAD]!;
      ints[m + HEAD] = int[first * intWidth + NEXT]!;
      ints[m + QUEUED]! -= 1;
      if (!this.givesUp(first, now)) return first;
      this.lostWaiting[group]! += now - real[first * realWidth + QUEUED_AT]!;
      this.drop(first, DEADLINE);
    }
    return -1;
  }

  /** A server that has taken a request decodes its tensor, then runs its stage; or encodes one. */
  protected prepare(slot: number, group: number): void {
    const { int, agenda, ints, at } = this;
    const i = slot * intWidth;
    const segment = int[i + SEGMENT]!;
    agenda.due[0] = agenda.now;
    if (int[i + RECEIVED] === 1) {
      int[i + RECEIVED] = 0;
      if (ints[at.decodes + (int[i + STREAM]! * this.groups + group) * this.segments + segment] === 1) {
        agenda.due[0] = agenda.now + this.decode(slot, segment);
      }
    }
    if (segment >= 0) this.runStage(slot, group);
    else {
      agenda.due[0]! += this.encode(slot, segment);
      agenda.schedule(slot);
    }
  }

  /** Sends the tensor before the next segment, or the answer, on its way to {@link TARGET}. */
  send(slot: number, group: number): void {
    const { ints, at, judge, transport } = this;
    const { int, real, realWidth } = this;
    const i = slot << intShift;
    const isAnswer = int[i | EXIT]! >= 0;
    const cut = isAnswer ? this.segments : int[i | SEGMENT]!;
    let payload = this.reals[at.fixedSizes + int[i | STREAM]! * (this.segments + 1) + cut]!;
    if (Number.isNaN(payload)) payload = transport.payload(slot, cut);
    if (!isAnswer && judge.rows > 0) transport.crosses(slot, cut);
    real[slot * realWidth + BYTES] = payload;
    const first = ints[at.firstHop + group * this.groups + int[i | TARGET]!]!;
    int[i | ROUTE] = first;
    if (ints[at.shortcut + ints[at.hops + first]!] === SLOW) transport.depart(slot);
    else this.enter(slot);
  }

  /** A message enters the link of its next hop. As `enterHop`, for links where nothing but size, rate and latency matters. */
  protected enter(slot: number): void {
    const { ints, reals, at, agenda } = this;
    const { int, real, realWidth } = this;
    const { now } = agenda;
    const i = slot << intShift;
    const r = Math.imul(slot, realWidth);
    const way = ints[at.hops + int[i | ROUTE]!]!;
    const kind = ints[at.shortcut + way]!;
    if (kind === SLOW) {
      this.transport.enterHop(slot);
      return;
    }
    const size = real[r + BYTES]!;
    const transmission = (size * 8) / reals[at.capacity + way]!;
    let startsAt = now;
    if (kind === FIFO) {
      const by = ints[at.wayModulus + int[i | STREAM]! * this.ways + way]!;
      let resource = at.freeAt + ints[at.firstResource + way]!;
      if (by !== 1) resource += by === 0 ? int[i | DEVICE]! : this.transport.numberOf(slot, way);
      if (reals[resource]! > now) startsAt = reals[resource]!;
      reals[resource] = startsAt + transmission;
    }
    const leavesAt = startsAt + transmission;
    real[r + QUEUED_AT] = now;
    real[r + STARTED_AT] = startsAt;
    real[r + LEAVES_AT] = leavesAt;
    if (counting) {
      const m = at.messages + (way * this.slices + int[i | SLICE]!) * MESSAGE_WIDTH;
      reals[m]! += 1;
      reals[m + MESSAGE_WAITING]! += startsAt - now;
      reals[m + MESSAGE_RESIDENCE]! += leavesAt - now;
      reals[m + MESSAGE_BYTES]! += size;
    }
    const arrivesAt = leavesAt + reals[at.latency + way]!;
    if (counting && int[i | EXIT]! < 0) {
      const queue = r + PARTS + this.groups;
      real[queue]! += startsAt - now;
      real[queue + TRANSMIT_PART]! += transmission;
      real[queue + PROPAGATE_PART]! += arrivesAt - leavesAt;
    }
    int[i | CODE] = (DELIVERY << entityBits) | way;
    agenda.due[0] = arrivesAt;
    agenda.schedule(slot);
  }

  /** Trunk of a segment, and the head after it where one runs, from `due` on. */
  protected runStage(slot: number, group: number): void {
    const { ints, reals, at, agenda } = this;
    const { int, real, realWidth } = this;
    const i = slot << intShift;
    const s = (int[i | STREAM]! * this.groups + group) * this.segments + int[i | SEGMENT]!;
    let time = reals[at.fixed + s]!;
    if (Number.isNaN(time)) {
      const scale = reals[at.exponential + s]!;
      if (scale > 0) {
        threefry(ints[at.k0 + s]!, ints[at.k1 + s]!, int[i | NUMBER]!, int[i | DEVICE]!);
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
    const i = slot << intShift;
    const r = Math.imul(slot, realWidth);
    const stream = int[i | STREAM]!;
    const place = ((stream * this.exits + int[i | EXIT]!) * this.groups + int[i | GROUP]!) * slices + int[i | SLICE]!;
    const latency = now - real[r + ARRIVED_AT]!;
    if (this.desk.learns) this.judge.teach(slot, latency);
    if (ints[at.due + stream]! >= 0) real[r + realWidth - 1] = now - real[r + EXITED_AT]!;
    const c = at.cells + place * width;
    if (counting) {
      // Only of the parts that it can have; see `livingParts`.
      let list = at.parts + (stream * this.segments + int[i | SEGMENT]!) * (width - CELL_PARTS + 1);
      for (let part = ints[list]!; part >= 0; part = ints[++list]!) {
        reals[c + CELL_PARTS + part]! += real[r + PARTS + part]!;
        real[r + PARTS + part] = 0;
      }
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
    if (counting) {
      const n = this.pending;
      this.pending = n + 1;
      ints[at.pendingPlaces + n] = place;
      reals[at.pendingValues + n] = latency;
      // One of the two factors is 0: batches are of requests, or of time where the run has a duration.
      const batch = ((int[i | ORDER]! + 0.5) * this.perRequest + real[r + ARRIVED_AT]! * this.perSecond) | 0;
      if (batch < this.batches) {
        reals[at.batchSum + batch]! += latency;
        reals[at.batchCount + batch]! += 1;
      }
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
    return this.desk.place(slot, segment, at);
  }

  /** Requests at a machine of a group: in service and waiting. */
  presentAt(group: number, machine: number): number {
    const { ints, at } = this;
    const index = ints[at.firstMachine + group]! + machine;
    if (ints[at.places + group]! < 0) return this.stations.present(group, index);
    const m = at.machines + index * machineWidth;
    return ints[m + BUSY]! + ints[m + QUEUED]!;
  }

  /** Of those, the ones that wait. */
  waitingAt(group: number, machine: number): number {
    const { ints, at } = this;
    const index = ints[at.firstMachine + group]! + machine;
    if (ints[at.places + group]! < 0) return this.stations.waiting(group, index);
    return ints[at.machines + index * machineWidth + QUEUED]!;
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
    const runs = head !== null && this.desk.runsHead(slot, this.ints[this.at.exitAfter + int[i + SEGMENT]!]!);
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
    const n = this.recorded;
    this.recorded = n + 1;
    this.reals[this.at.historyTimes + n] = this.agenda.now;
    this.ints[this.at.historyWords + n] =
      (this.ints[this.at.groupWords + this.int[slot * intWidth + GROUP]!]! + (code & entityMask)) ^
      ((code >> entityBits) << entityBits);
    this.ints[this.at.historyOrders + n] = this.requests.int[slot * intWidth + ORDER]!;
    if (n >= historyRoom / 2) this.file();
  }

  /** One event of a station may end many requests: what is pending of them is filed in time. */
  makesRoom(): void {
    if (this.pending >= pendingRoom / 2) this.file();
  }

  /** Takes what waits into the histograms and the fingerprint. */
  protected file(): void {
    this.collector.file(this.pending);
    this.pending = 0;
    this.fingerprint.add(this.recorded);
    this.recorded = 0;
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
