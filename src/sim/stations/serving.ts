/** Machines whose servers each hold one request, in the order of a discipline. */
import { Alarm } from "../alarm.ts";
import { DEADLINE } from "../collector.ts";
import { entityBits, STAGE } from "../events.ts";
import { intWidth, ORDER } from "../requests.ts";
import type { InService } from "../setup.ts";
import type { Work } from "./course.ts";
import { type Discipline, disciplines } from "./discipline.ts";
import type { Which } from "./failures.ts";
import type { StationHost } from "./host.ts";
import { Job } from "./job.ts";
import { Line } from "./line.ts";
import { Machine } from "./machine.ts";
import { Station } from "./station.ts";

export class Server {
  readonly machine: ServingMachine;
  readonly number: number;
  job: Job | null = null;
  /** Of a broken server: the job that waits for its repair. */
  stranded: Job | null = null;
  /** Reasons to be down. */
  faults = 0;
  /** It is switched off as soon as it has nothing to do; and has been. */
  isLeaving = false;
  isOff = false;
  /** When its job is done. */
  readonly done: Alarm;

  /** @param whenDone told of the end of each stage */
  constructor(machine: ServingMachine, number: number, host: StationHost, whenDone: (server: Server) => void) {
    this.machine = machine;
    this.number = number;
    this.done = new Alarm(host, (STAGE << entityBits) | machine.index, () => whenDone(this));
  }
}

export class ServingMachine extends Machine {
  readonly line = new Line<Job>();
  /** In the order in which they were first needed. */
  readonly servers: Server[] = [];
  readonly idle: Server[] = [];
  /** Switched off. */
  readonly off: Server[] = [];
  /** Of those in line, the ones a server had before: they take no place. */
  interrupted = 0;
  /** Requests that came so far. */
  came = 0;
}

export class ServingStation<M extends ServingMachine = ServingMachine> extends Station<M> {
  private readonly discipline: Discipline;

  constructor(host: StationHost, group: number) {
    super(host, group);
    const { discipline } = this.node.queue;
    if (discipline === "ps") throw new RangeError(`${this.node.name} shares its servers: it has no queue`);
    this.discipline = disciplines[discipline];
  }

  protected make(index: number, number: number): M {
    return new ServingMachine(index, number, this.node.servers) as M;
  }

  protected takesAtOnce(machine: M, slot: number): boolean {
    return this.hasIdle(machine) || this.victim(machine, this.key(slot)) !== null;
  }

  protected hasIdle(machine: M): boolean {
    return machine.idle.length > 0 || machine.servers.length < this.node.servers;
  }

  protected override switchesOn(machine: M): void {
    const { servers, off } = machine;
    machine.account(this.host.agenda.now);
    machine.started++;
    // Those of the beginning come first: others are numbered behind them.
    const server = off.pop() ?? this.server(machine, Math.max(servers.length, this.node.servers));
    server.isOff = false;
    server.faults = machine.faults;
    this.comes(machine, server.number);
    if (server.faults > 0) return;
    machine.up++;
    machine.idle.push(server);
    this.dispatch(machine);
  }

  /**
   * A broken server that no request waits for goes first, as replicas that are not ready do in Kubernetes (ReplicaSet, scaling down); then an
   * idle one, both at once; else the one that was started last, when it has done what it has, after its repair if need be.
   */
  protected override switchesOff(machine: M): void {
    const isStaying = (server: Server): boolean => !server.isOff && !server.isLeaving;
    const broken = machine.servers.findLast((s) => s.faults > 0 && s.stranded === null && isStaying(s));
    if (broken !== undefined) this.goesOff(broken);
    else if (this.hasIdle(machine)) this.goesOff(this.idleServer(machine)!);
    else machine.servers.findLast((s) => (s.job ?? s.stranded) !== null && isStaying(s))!.isLeaving = true;
  }

  private goesOff(server: Server): void {
    const machine = server.machine as M;
    machine.account(this.host.agenda.now);
    if (server.faults === 0) machine.up--;
    machine.started--;
    machine.on--;
    server.isLeaving = false;
    server.isOff = true;
    machine.off.push(server);
    this.goes(machine, server.number);
  }

  /** A server that is not broken has nothing to do. */
  protected rests(server: Server): void {
    if (server.isLeaving) this.goesOff(server);
    else server.machine.idle.push(server);
  }

  protected take(machine: M, slot: number): void {
    const job = this.job(machine, slot);
    this.comesIn(machine);
    this.start(this.idleServer(machine) ?? this.interrupt(this.victim(machine, job.key)!), job);
  }

  protected wait(machine: M, slot: number): void {
    this.comesIn(machine);
    machine.line.push(this.job(machine, slot));
  }

  protected waiting(machine: M): number {
    return machine.line.size - machine.interrupted;
  }

  protected key(slot: number): number {
    return this.discipline.key(slot, this.host, () => this.course.length(slot));
  }

  protected job(machine: M, slot: number): Job {
    return new Job([slot], this.key(slot), machine.came++, this.host.agenda.now);
  }

  protected idleServer(machine: M): Server | null {
    const server = machine.idle.pop();
    if (server !== undefined) return server;
    if (machine.servers.length >= this.node.servers) return null;
    return this.server(machine, machine.servers.length);
  }

  /** A server, which may not have been needed before. */
  private server(machine: M, number: number): Server {
    for (let n = machine.servers.length; n <= number; n++) {
      const fresh = new Server(machine, n, this.host, (server) => this.ends(server));
      machine.servers.push(fresh);
      if (n < number) machine.idle.push(fresh);
    }
    return machine.servers[number]!;
  }

  /** The server whose job comes last of those served, where it would come after `key`. */
  private victim(machine: M, key: number): Server | null {
    if (!this.discipline.preempts) return null;
    let last: Server | null = null;
    for (const server of machine.servers) {
      const { job } = server;
      if (job === null || job.key <= key) continue;
      const other = last?.job;
      if (!other || job.key > other.key || (job.key === other.key && job.number > other.number)) last = server;
    }
    return last;
  }

  /** Its job goes back into the line, before those of its key that came later. */
  private interrupt(server: Server): Server {
    this.backInLine(server.machine as M, this.stop(server));
    return server;
  }

  protected start(server: Server, job: Job): void {
    const { machine } = server;
    const { now } = this.host.agenda;
    machine.account(now);
    machine.serving += job.members.length;
    machine.busy++;
    for (const slot of job.members) {
      this.visits.waits(slot, now - job.since);
      this.visits.starts(slot);
    }
    if (!job.hasStarted) job.faces(this.workOf(job));
    job.hasStarted = true;
    server.job = job;
    this.works(server);
    this.run(server, job);
  }

  /** What fails by the clock of busy time ages while it works. */
  private works({ machine, number, job }: Server): void {
    const { units } = machine;
    if (units.length === 0) return;
    const isWhole = this.node.failures!.of === "machine";
    units[isWhole ? 0 : number]!.works(isWhole ? machine.busy > 0 : job !== null);
  }

  /** The first stage of a job. */
  protected workOf(job: Job): Work {
    return this.course.work(job.slot);
  }

  protected run(server: Server, job: Job): void {
    const { now } = this.host.agenda;
    job.since = now;
    server.done.set(this.due(now + job.left), this.host.requests.int[job.slot * intWidth + ORDER]!);
  }

  /** Takes the job from a server before it is done. */
  private stop(server: Server): Job {
    const job = server.job!;
    const { now } = this.host.agenda;
    server.done.callOff();
    this.frees(server, now);
    job.served += now - job.since;
    job.left = Math.max(0, job.left - (now - job.since));
    job.since = now;
    return job;
  }

  protected frees(server: Server, now: number): void {
    const { machine } = server;
    machine.account(now);
    machine.serving -= server.job!.members.length;
    machine.busy--;
    server.job = null;
    this.works(server);
  }

  protected override breaks(machine: M, which: Which, inService: InService): void {
    const { now } = this.host.agenda;
    if (which === "all") machine.faults++;
    for (const number of this.those(machine, which)) {
      const isNew = number >= machine.servers.length;
      const server = this.server(machine, number);
      if (server.faults++ > 0) continue;
      machine.account(now);
      machine.up--;
      if (server.job !== null) {
        this.strands(server, this.stop(server), inService);
        if (server.isLeaving && server.stranded === null) this.goesOff(server);
      } else if (!isNew) machine.idle.splice(machine.idle.indexOf(server), 1);
    }
    this.dispatch(machine);
    this.preempt(machine);
  }

  /** Of the servers meant, the ones that are there. */
  private those({ servers }: M, which: Which): readonly number[] {
    if (which !== "all") return which;
    const numbers = Array.from({ length: Math.max(servers.length, this.node.servers) }, (_, i) => i);
    return this.node.autoscale === null ? numbers : numbers.filter((number) => servers[number]?.isOff !== true);
  }

  /** Who has gone back into the line takes the server of one that it comes before, as it would on coming. */
  private preempt(machine: M): void {
    for (;;) {
      const { first } = machine.line;
      const server = first === undefined ? null : this.victim(machine, first.key);
      if (server === null) return;
      this.next(this.interrupt(server));
    }
  }

  protected override isRepaired(machine: M, which: Which): void {
    if (which === "all") machine.faults--;
    for (const number of this.those(machine, which)) {
      const server = machine.servers[number]!;
      if (--server.faults > 0) continue;
      machine.account(this.host.agenda.now);
      machine.up++;
      const job = server.stranded;
      server.stranded = null;
      if (job === null) machine.idle.push(server);
      else if (this.discipline.preempts && machine.line.size > 0 && machine.line.first!.key < job.key) {
        this.backInLine(machine, job);
        this.rests(server);
      } else this.start(server, job);
    }
    this.dispatch(machine);
  }

  /** What becomes of a job whose server fails. */
  private strands(server: Server, job: Job, inService: InService): void {
    const machine = server.machine as M;
    if (inService === "drop") for (const slot of job.members) this.isLost(machine, slot);
    else if (inService === "requeue") this.backInLine(machine, job.again());
    else server.stranded = inService === "resume" ? job : job.again();
  }

  /** A job that a server had before waits again, before those of its key that came later. */
  protected backInLine(machine: M, job: Job): void {
    machine.line.push(job);
    machine.interrupted++;
  }

  /** Idle servers take who waits. */
  protected dispatch(machine: M): void {
    while (machine.line.size > 0 && this.hasIdle(machine)) this.next(this.idleServer(machine)!);
  }

  protected ends(server: Server): void {
    const job = server.job!;
    const { slot } = job;
    const { now } = this.host.agenda;
    this.host.happens((STAGE << entityBits) | server.machine.index, slot);
    job.served += now - job.since;
    this.spent += job.served;
    this.course.credit(slot, job.served, job.work);
    if (this.course.advance(slot)) {
      job.faces(this.course.work(slot));
      this.run(server, job);
      return;
    }
    this.frees(server, now);
    this.leaves(server.machine as M, slot);
    this.next(server);
    this.course.depart(slot);
  }

  /** An idle server takes the first in line, or stays idle. */
  protected next(server: Server): void {
    const { machine } = server;
    while (!server.isLeaving && machine.line.size > 0) {
      const job = machine.line.shift();
      if (job.hasStarted) machine.interrupted--;
      else if (this.host.givesUp(job.slot, this.host.agenda.now)) {
        this.oneLess(machine as M);
        this.host.drop(job.slot, DEADLINE);
        continue;
      }
      this.start(server, job);
      return;
    }
    this.rests(server);
  }
}
