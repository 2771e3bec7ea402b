/** What hindsight says of the request at hand: times of its own pieces, where it would leave. Made only for placement rules that are oracles. */
import type { Desk } from "./desk.ts";
import type { Judge } from "./judge.ts";
import { deliveredAlone } from "./links/alone.ts";
import type { PlacementHindsight } from "./placement-rules/placement-rule.ts";
import { DEVICE, intWidth, NUMBER, type Requests, STREAM, STREAM_NUMBER } from "./requests.ts";
import type { Tables } from "./tables.ts";
import type { Transport } from "./transport.ts";

export interface HindsightHost {
  readonly requests: Requests;
  readonly tables: Tables;
  readonly transport: Transport;
  readonly judge: Judge;
  readonly desk: Desk;
}

export class RequestHindsight implements PlacementHindsight {
  private readonly host: HindsightHost;
  private slot = 0;
  private stream = 0;
  private number = 0;
  private device = 0;
  private streamNumber = 0;

  constructor(host: HindsightHost) {
    this.host = host;
  }

  of(slot: number): this {
    const { int } = this.host.requests;
    const i = slot * intWidth;
    this.slot = slot;
    this.stream = int[i + STREAM]!;
    this.number = int[i + NUMBER]!;
    this.device = int[i + DEVICE]!;
    this.streamNumber = int[i + STREAM_NUMBER]!;
    return this;
  }

  choose(node: number, machine: number): void {
    this.host.desk.choose(this.slot, node, machine);
  }

  stage(node: number, segment: number): number {
    const { trunk, head } = this.host.tables.stages[this.place(node, segment)]!;
    return this.value(trunk) + (head === null ? 0 : this.value(head));
  }

  arrives(cut: number, from: number, to: number, readyAt: number): number {
    const { tables, transport } = this.host;
    const sentAt = readyAt + this.value(tables.encode[this.place(from, cut)]!);
    const size = transport.payload(this.slot, cut);
    const at = deliveredAlone(transport, tables, this.slot, from, to, size, sentAt);
    return at + this.value(tables.decode[this.place(to, cut)]!);
  }

  answered(from: number, at: number): number {
    const { tables, transport } = this.host;
    const due = tables.due[this.stream]!;
    if (due < 0 || due === from) return at;
    return deliveredAlone(transport, tables, this.slot, from, due, transport.payload(this.slot, tables.segments), at);
  }

  isLossy(cut: number): boolean {
    const { outputs } = this.host.transport.setup.model;
    return outputs.kind === "table" && (outputs.crossed[cut] ?? null) !== null;
  }

  leavesAfter(segment: number, crossed: number): boolean {
    if (segment === this.host.tables.segments - 1) return true;
    const exit = this.host.tables.exitAfter[segment]!;
    return exit >= 0 && this.host.judge.wouldAnswer(this.slot, exit, crossed);
  }

  private place(node: number, segment: number): number {
    const { tables } = this.host;
    return (this.stream * tables.groups + node) * tables.segments + segment;
  }

  private value(draw: { value(number: number, device: number, streamNumber: number): number } | null): number {
    return draw === null ? 0 : draw.value(this.number, this.device, this.streamNumber);
  }
}
