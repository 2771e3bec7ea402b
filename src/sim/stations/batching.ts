/**
 * Machines that serve several requests at once: those that wait for the same segment. A batch starts when a server is free and it is full,
 * or its oldest has waited long enough; then leavers go, and the others come to the front for what they need next.
 */
import { Alarm } from "../alarm.ts";
import { betweenSizes } from "../batch-times.ts";
import { DEADLINE } from "../collector.ts";
import { entityBits, MACHINE, STAGE } from "../events.ts";
import { intWidth, STREAM } from "../requests.ts";
import type { Batch } from "../setup.ts";
import type { BatchDraws } from "../tables.ts";
import { Company } from "./company.ts";
import type { Work } from "./course.ts";
import type { StationHost } from "./host.ts";
import { Job } from "./job.ts";
import { type Server, ServingMachine, ServingStation } from "./serving.ts";

/** More than ever come to one machine: who was in a batch comes before who was not. */
const front = 2 ** 50;

/** Encoding is done one by one, at once. */
const alone: Batch = { min: 1, max: 1, wait: 0 as Batch["wait"] };

export class BatchingMachine extends ServingMachine {
  /** By segment, or by ~cut for those that have a tensor encoded: first come, first in the map. */
  readonly companies = new Map<number, Company>();
  /** When the next batch need not wait any longer to be full. */
  readonly patience: Alarm;
  /** By slot of those here: as which it came. */
  readonly cameAs = new Map<number, number>();

  constructor(index: number, number: number, servers: number, patience: Alarm) {
    super(index, number, servers);
    this.patience = patience;
  }
}

export class BatchingStation extends ServingStation<BatchingMachine> {
  private rule: Batch;

  constructor(host: StationHost, group: number, rule: Batch) {
    super(host, group);
    this.rule = rule;
  }

  /** Whoever is left need not wait for more than there can be. */
  override sourcesStop(at: number): void {
    this.rule = { ...this.rule, min: 1 };
    for (const machine of this.machines.values()) {
      for (const [segment, company] of machine.companies) {
        company.rule = segment < 0 ? alone : this.rule;
      }
      if (this.waiting(machine) > 0) machine.patience.set(at, 0);
    }
  }

  protected override make(index: number, number: number): BatchingMachine {
    const patience = new Alarm(this.host, (MACHINE << entityBits) | index, () => this.form(machine, true));
    const machine = new BatchingMachine(index, number, this.node.servers, patience);
    return machine;
  }

  /** It makes a batch full, or need not wait for others. */
  protected override takesAtOnce(machine: BatchingMachine, slot: number): boolean {
    if (!this.hasIdle(machine)) return false;
    const { line, rule } = this.company(machine, slot);
    return line.size + 1 === rule.max || (rule.wait === 0 && line.size + 1 >= rule.min && line.size < rule.max);
  }

  protected override take(machine: BatchingMachine, slot: number): void {
    this.wait(machine, slot);
  }

  protected override wait(machine: BatchingMachine, slot: number): void {
    this.comesIn(machine);
    const job = this.job(machine, slot);
    machine.cameAs.set(slot, job.number);
    this.company(machine, slot).add(job);
    this.form(machine, false);
  }

  protected override waiting(machine: BatchingMachine): number {
    let waiting = 0;
    for (const { line } of machine.companies.values()) waiting += line.size;
    return waiting;
  }

  private company(machine: BatchingMachine, slot: number): Company {
    const segment = this.course.segment(slot);
    const known = machine.companies.get(segment);
    if (known !== undefined) return known;
    const company = new Company(segment < 0 ? alone : this.rule);
    machine.companies.set(segment, company);
    return company;
  }

  /**
   * Starts batches while servers are free and batches ready; then waits for the next to be.
   * @param isDue patience of this very instant has ended, after all that arrived at it
   */
  private form(machine: BatchingMachine, isDue: boolean): void {
    const { now } = this.host.agenda;
    machine.patience.callOff();
    while (this.hasIdle(machine)) {
      const company = this.ready(machine);
      if (company === null) {
        let next = Number.POSITIVE_INFINITY;
        for (const c of machine.companies.values()) next = Math.min(next, c.dueAt);
        machine.patience.set(next, 0);
        return;
      }
      // Due now and not full: whoever arrives at this instant is taken along, and nobody behind it goes before it.
      if (!isDue && !company.isFull && company.dueAt === now) {
        machine.patience.set(now, 0);
        return;
      }
      const members = this.gather(machine, company);
      if (members.length > 0) this.startBatch(machine, members);
    }
  }

  /** Of those that are full or have waited long enough, the one whose first comes first. */
  private ready(machine: BatchingMachine): Company | null {
    const { now } = this.host.agenda;
    let best: Company | null = null;
    for (const company of machine.companies.values()) {
      if (!company.isFull && company.dueAt > now) continue;
      const [first, other] = [company.line.first!, best?.line.first];
      if (!other || first.key < other.key || (first.key === other.key && first.number < other.number)) best = company;
    }
    return best;
  }

  /** As many as fit, without those that have become late; nobody where they have become too few. */
  private gather(machine: BatchingMachine, company: Company): Job[] {
    const { now } = this.host.agenda;
    const members: Job[] = [];
    while (members.length < company.rule.max && company.line.size > 0) {
      const job = company.take();
      if (this.host.givesUp(job.slot, now)) {
        machine.account(now);
        this.oneLess(machine);
        machine.cameAs.delete(job.slot);
        this.host.drop(job.slot, DEADLINE);
      } else members.push(job);
    }
    if (members.length >= company.rule.min) return members;
    for (const { members: slots, key, number, since } of members) company.add(new Job(slots, key, number, since));
    return [];
  }

  private startBatch(machine: BatchingMachine, jobs: readonly Job[]): void {
    const { now } = this.host.agenda;
    const first = jobs[0]!;
    for (const { slot, since } of jobs) this.visits.waits(slot, now - since);
    const slots = jobs.map((job) => job.slot);
    if (!this.course.isEncoding(first.slot)) {
      this.batches++;
      this.batched += slots.length;
    }
    this.start(this.idleServer(machine)!, new Job(slots, first.key, first.number, now));
  }

  /** Tensors are decoded one by one; trunk and head take the time of a batch of this size, of the slowest stream in it. */
  protected override workOf(job: Job): Work {
    if (this.course.isEncoding(job.slot)) return super.workOf(job);
    const codec = job.members.reduce((sum, slot) => sum + this.course.decoding(slot), 0);
    const streams = new Set<number>();
    let longest = 0;
    for (const slot of job.members) {
      const stream = this.host.requests.int[slot * intWidth + STREAM]!;
      // The first of each stream draws for it.
      if (streams.has(stream)) continue;
      streams.add(stream);
      longest = Math.max(longest, this.batchTime(slot, job.members));
    }
    const decisions = job.members.reduce((sum, slot) => sum + this.host.desk.spend(slot), 0);
    return { total: codec + longest + decisions, codec };
  }

  /** Trunk, and the head if any member asks for it. */
  private batchTime(slot: number, members: readonly number[]): number {
    const { tables, desk } = this.host;
    const segment = this.course.segment(slot);
    const { trunk, head } = tables.batched[this.course.place(slot, segment)]!;
    const time = this.between(slot, trunk, members.length);
    const isAsked = head !== null && members.some((member) => desk.runsHead(member, tables.exitAfter[segment]!));
    return isAsked ? time + this.between(slot, head, members.length) : time;
  }

  private between(slot: number, { sizes, draws }: BatchDraws, size: number): number {
    return betweenSizes(sizes, size, (i) => this.course.draw(slot, draws[i]!));
  }

  protected override ends(server: Server): void {
    const machine = server.machine as BatchingMachine;
    const job = server.job!;
    const { now } = this.host.agenda;
    job.served += now - job.since;
    this.spent += now - job.since;
    machine.account(now);
    const leavers: number[] = [];
    const encoders: number[] = [];
    const stayers: number[] = [];
    // Who encodes after its batch does so one after the other: only the first is done then.
    const isEncoding = this.course.isEncoding(job.slot);
    const done = isEncoding ? job.members.slice(0, 1) : job.members;
    for (const slot of done) {
      this.host.happens((STAGE << entityBits) | machine.index, slot);
      this.course.credit(slot, job.served, job.work);
      if (!this.course.advance(slot)) leavers.push(slot);
      else (this.course.isEncoding(slot) ? encoders : stayers).push(slot);
    }
    if (isEncoding) encoders.push(...job.members.slice(1));
    machine.serving -= leavers.length + stayers.length;
    for (const slot of leavers) {
      machine.cameAs.delete(slot);
      this.leaves(machine, slot);
    }
    this.toTheFront(machine, stayers);
    job.members = encoders;
    if (encoders.length > 0) this.encode(server, job, isEncoding);
    else {
      this.frees(server, now);
      this.rests(server);
    }
    this.form(machine, false);
    for (const slot of leavers) this.course.depart(slot);
  }

  protected override isLost(machine: BatchingMachine, slot: number): void {
    machine.cameAs.delete(slot);
    super.isLost(machine, slot);
  }

  /** The members of a batch come to the front again, and what they brought will be decoded again. */
  protected override backInLine(machine: BatchingMachine, job: Job): void {
    for (const slot of job.members) this.course.credit(slot, job.served, job.work);
    this.toTheFront(machine, job.members);
  }

  protected override dispatch(machine: BatchingMachine): void {
    this.form(machine, false);
  }

  /** The server goes on with the first of those that encode. @param isEncoding one of them has just ended */
  private encode(server: Server, job: Job, isEncoding: boolean): void {
    const codec = this.course.encoding(job.slot);
    const served = isEncoding ? job.served : 0;
    job.faces({ total: codec, codec });
    job.served = served;
    this.run(server, job);
  }

  /** They wait again, before all that were in no batch yet; among themselves in the order in which they came. */
  private toTheFront(machine: BatchingMachine, slots: readonly number[]): void {
    const { now } = this.host.agenda;
    for (const slot of slots) {
      const number = machine.cameAs.get(slot)! - front;
      this.company(machine, slot).add(new Job([slot], this.key(slot), number, now));
    }
  }
}
