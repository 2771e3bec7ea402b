/** What a request asks of a machine, and what becomes of it when that is done. The same steps as those of the event loop's plain nodes. */
import { CODEC_PART } from "../columns.ts";
import type { Draw } from "../draw.ts";
import {
  DEVICE,
  EXIT,
  EXITED_AT,
  GROUP,
  intWidth,
  NUMBER,
  PARTS,
  RECEIVED,
  SEGMENT,
  STREAM,
  STREAM_NUMBER,
  TARGET,
} from "../requests.ts";
import type { StationHost } from "./host.ts";

/** Seconds at full speed. */
export interface Work {
  readonly total: number;
  /** Of which decoding or encoding. */
  readonly codec: number;
}

export class Course {
  private readonly host: StationHost;
  private readonly group: number;

  constructor(host: StationHost, group: number) {
    this.host = host;
    this.group = group;
  }

  /** A tensor that has to be encoded before it leaves. */
  isEncoding(slot: number): boolean {
    return this.segment(slot) < 0;
  }

  segment(slot: number): number {
    return this.host.requests.int[slot * intWidth + SEGMENT]!;
  }

  /** The next stage: decoding, trunk and head; or encoding. */
  work(slot: number): Work {
    if (this.isEncoding(slot)) {
      const codec = this.encoding(slot);
      return { total: codec + this.host.desk.spend(slot), codec };
    }
    const codec = this.decoding(slot);
    return { total: codec + this.stage(slot), codec };
  }

  /** How long the next stage takes, what decisions cost aside. */
  length(slot: number): number {
    if (this.isEncoding(slot)) return this.encoding(slot);
    return this.decoding(slot) + this.pieces(slot);
  }

  /** Time to decode what a request brought; 0 where there is nothing to decode. */
  decoding(slot: number): number {
    const { int } = this.host.requests;
    if (int[slot * intWidth + RECEIVED] === 0) return 0;
    return this.draw(slot, this.host.tables.decode[this.place(slot, this.segment(slot))]!);
  }

  encoding(slot: number): number {
    return this.draw(slot, this.host.tables.encode[this.place(slot, ~this.segment(slot))]!);
  }

  private stage(slot: number): number {
    return this.pieces(slot) + this.host.desk.spend(slot);
  }

  /** Trunk and head. */
  private pieces(slot: number): number {
    const { tables, desk } = this.host;
    const segment = this.segment(slot);
    const { trunk, head } = tables.stages[this.place(slot, segment)]!;
    const time = this.draw(slot, trunk);
    return head !== null && desk.runsHead(slot, tables.exitAfter[segment]!) ? time + this.draw(slot, head) : time;
  }

  place(slot: number, segment: number): number {
    const { tables, requests } = this.host;
    return (requests.int[slot * intWidth + STREAM]! * tables.groups + this.group) * tables.segments + segment;
  }

  draw(slot: number, draw: Draw | null): number {
    if (draw === null) return 0;
    const { int } = this.host.requests;
    const i = slot * intWidth;
    return draw.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
  }

  /** Server time spent on a stage that has ended goes to the parts of the latency, work that was done twice included. */
  credit(slot: number, seconds: number, work: Work): void {
    const { requests, setup } = this.host;
    const r = slot * requests.realWidth + PARTS;
    const codec = work.codec === 0 ? 0 : seconds * (work.codec / work.total);
    requests.real[r + setup.nodes.length + CODEC_PART]! += codec;
    requests.real[r + this.group]! += seconds - codec;
  }

  /** A stage has ended. @returns whether the request asks for more of this machine; else {@link depart} is next */
  advance(slot: number): boolean {
    const { requests, tables, judge, agenda } = this.host;
    const { int, real, realWidth } = requests;
    const i = slot * intWidth;
    const segment = int[i + SEGMENT]!;
    int[i + RECEIVED] = 0;
    if (segment < 0) {
      int[i + SEGMENT] = ~segment;
      return false;
    }
    const exit = tables.exitAfter[segment]!;
    const answer = exit < 0 || exit === judge.unasked ? exit : judge.verdict(slot, exit);
    if (answer >= 0) {
      int[i + EXIT] = answer;
      real[slot * realWidth + EXITED_AT] = agenda.now;
      return false;
    }
    const following = segment + 1;
    const planned = tables.plan[int[i + STREAM]! * tables.segments + following]!;
    const target = planned < 0 ? this.host.ask(slot, following, this.group) : planned;
    int[i + SEGMENT] = following;
    if (target === this.group) return true;
    int[i + TARGET] = target;
    if (tables.encode[this.place(slot, following)] === null) return false;
    int[i + SEGMENT] = ~following;
    return true;
  }

  /** The request leaves the machine: answered, or on its way to the next. */
  depart(slot: number): void {
    const { requests, tables } = this.host;
    const { int } = requests;
    const i = slot * intWidth;
    if (int[i + EXIT]! < 0) {
      this.host.send(slot, this.group);
      return;
    }
    this.host.makesRoom();
    const to = tables.due[int[i + STREAM]!]!;
    if (to < 0 || to === this.group) {
      this.host.complete(slot);
      return;
    }
    int[i + GROUP] = this.group;
    int[i + TARGET] = to;
    this.host.send(slot, this.group);
  }
}
