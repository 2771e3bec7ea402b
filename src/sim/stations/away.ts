/**
 * Machines of a large group that nobody is at: of each is known how far its failures have come, and nothing else. They are brought up to date when
 * somebody comes or wants to know, by the same draws as those of machines that are looked after all the time.
 */
import { takeInts, takeReals } from "../large-arrays.ts";
import type { FailingGroup, Life } from "./failures.ts";

export class Away {
  private readonly group: FailingGroup | null;
  private readonly servers: number;
  /** What fails of each machine as a whole, and servers in it. */
  private readonly units: number;
  private readonly weight: number;
  /** By unit, as {@link Life}; `at` is +Infinity of machines that are not away. */
  private readonly turns: Int32Array;
  private readonly at: Float64Array;
  /** Servers that are not broken, and what to add to as many times now for the seconds that they were up. */
  private up: number;
  private offset = 0;
  /** Reasons for which all are down. */
  private faults = 0;

  /** All are away. @param group null where nothing fails by chance @param owner of large arrays */
  constructor(group: FailingGroup | null, count: number, servers: number, owner: object) {
    this.group = group;
    this.servers = servers;
    this.units = group?.units ?? 0;
    this.weight = servers / Math.max(1, this.units);
    this.up = count * servers;
    this.turns = takeInts(owner, count * this.units);
    this.at = takeReals(owner, count * this.units);
    for (let u = 0; u < this.at.length; u++) this.at[u] = group!.uptime(Math.floor(u / this.units), u % this.units, 0);
  }

  /** Somebody comes to a machine. @returns where its units are */
  leaves(machine: number, now: number): Life[] {
    const lives: Life[] = [];
    for (let u = machine * this.units; u < (machine + 1) * this.units; u++) {
      this.settle(u, now);
      const life = { turns: this.turns[u]!, at: this.at[u]! };
      lives.push(life);
      this.at[u] = Number.POSITIVE_INFINITY;
      if (life.turns % 2 === 0) this.counts(-this.weight, now);
    }
    if (this.units === 0) this.counts(-this.servers, now);
    return lives;
  }

  /** Nobody is at a machine any more. */
  comesBack(machine: number, lives: readonly Life[], now: number): void {
    lives.forEach(({ turns, at }, unit) => {
      const u = machine * this.units + unit;
      this.turns[u] = turns;
      this.at[u] = at;
      if (turns % 2 === 0) this.counts(this.weight, now);
    });
    if (this.units === 0) this.counts(this.servers, now);
  }

  /** All machines fail for a set time, or that is over. */
  faulted(by: 1 | -1, now: number): void {
    this.settleAll(now);
    const wasDown = this.faults > 0;
    this.faults += by;
    const isDown = this.faults > 0;
    if (wasDown !== isDown) this.offset += (isDown ? 1 : -1) * this.up * now;
  }

  /** Server seconds that machines were up while they were away, up to now. */
  upSeconds(now: number): number {
    this.settleAll(now);
    return this.offset + (this.faults > 0 ? 0 : this.up * now);
  }

  /** So many servers more, or fewer, are up from `at` on. */
  private counts(servers: number, at: number): void {
    this.up += servers;
    if (this.faults === 0) this.offset -= servers * at;
  }

  private settleAll(now: number): void {
    for (let u = 0; u < this.at.length; u++) if (this.at[u]! < now) this.settle(u, now);
  }

  /** What happens at this very instant comes after whatever makes somebody look. */
  private settle(u: number, now: number): void {
    const { rules } = this.group!;
    const isTimed = rules.clock === "time";
    while (this.at[u]! < now && (isTimed || this.turns[u]! % 2 === 1)) this.turn(u, isTimed);
  }

  private turn(u: number, isTimed: boolean): void {
    const { group, units } = this;
    const at = this.at[u]!;
    const machine = Math.floor(u / units);
    const unit = u % units;
    const turns = this.turns[u]! + 1;
    this.turns[u] = turns;
    const isDown = turns % 2 === 1;
    this.counts(isDown ? -this.weight : this.weight, at);
    if (isDown) this.at[u] = at + group!.repair(machine, unit, turns >> 1);
    else this.at[u] = (isTimed ? at : 0) + group!.uptime(machine, unit, turns >> 1);
  }
}
