/** What the event loop asks of the rest of the simulator: what is rare, and what users decide. Slots name requests; see `LoopHost`. */

/** A timer goes off. */
export declare function timer(id: i32): void;
/** Its kind and entity, and its order among simultaneous ones. */
export declare function timerCode(id: i32): i32;
export declare function timerOrder(id: i32): i32;
/** Makes room for more entries of an agenda. */
export declare function grow(agenda: usize): void;
/** Throws: something was scheduled before now. */
export declare function refuse(agenda: usize, id: i32): void;

/** When the next request after number - 1 of a device arrives, where arrivals are not Poisson. */
export declare function nextArrival(stream: i32, number: i32, device: i32, now: f64): f64;
export declare function sampleRow(stream: i32, device: i32, number: i32, streamNumber: i32, now: f64): i32;
/** Group that runs a segment, where the placement rule decides on the way. */
export declare function place(slot: i32, segment: i32, group: i32): i32;
/** Machine of a group that a request goes to, where that is not a matter of its device's number alone. */
export declare function machineOf(slot: i32, group: i32): i32;
/** The same for the resources of a link direction. */
export declare function resourceOf(slot: i32, way: i32): i32;
/** Exit that answers; -1 to go on. */
export declare function verdict(slot: i32, exit: i32): i32;
export declare function stageTime(slot: i32, stage: i32): f64;
/** A server that has taken a request decodes its tensor, then runs its stage; or encodes one. */
export declare function prepare(slot: i32, group: i32): void;
export declare function encode(slot: i32, segment: i32): f64;
/** A request comes to a machine that `stations/` looks after. */
export declare function joinStation(slot: i32, machine: i32, group: i32): void;

export declare function payload(slot: i32, cut: i32): f64;
export declare function crosses(slot: i32, cut: i32): void;
/** A message sets out over links that ask for more than size, rate and latency; enters the next of them; is given up. */
export declare function depart(slot: i32): void;
export declare function enterLink(slot: i32): void;
export declare function givesUpNow(slot: i32): void;
/** A message has come to the end of a hop, and rules may measure. */
export declare function measured(slot: i32, way: i32): void;

/** A request is late and to be dropped when next taken. */
export declare function givesUp(slot: i32, at: f64): i32;
/** Takes from a queue the first that is not late; -1 when there is none. */
export declare function nextInTime(machine: i32, group: i32): i32;
export declare function drop(slot: i32, reason: i32): void;
/** How many requests a machine holds has changed, and somebody wants to know. */
export declare function changed(machine: i32): void;
/** Counters of an octave of a histogram, which are needed from now on: the first of them. */
export declare function addRow(entry: i32): i32;
/** A value so small or large that its octave has no counters. */
export declare function addRare(place: i32, value: f64): void;
/** For row-by-row output. */
export declare function visited(slot: i32, group: i32, queuedAt: f64, startedAt: f64, endedAt: f64): void;
export declare function teach(slot: i32, latency: f64): void;
/** Whether the answer of a request that ends is right. */
export declare function isRight(slot: i32): i32;
/** A request of a closed stream has ended. */
export declare function endsQuery(slot: i32): void;
