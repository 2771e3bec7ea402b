/** Variables of the event loop: set from outside, by name, before the first event. */

// Sizes of the tables.
export let exits: i32 = 0;
export let groups: i32 = 0;
export let segments: i32 = 0;
export let slices: i32 = 0;
export let ways: i32 = 0;
/** Columns of a cell of completed requests. */
export let width: i32 = 0;
export let batches: i32 = 0;
/** Exit whose rule is not asked. */
export let unasked: i32 = 0;
/** Batches of the warm-up series, per request and per second. */
export let perRequest: f64 = 0;
export let perSecond: f64 = 0;

// What somebody wants to be asked or told.
export let dropsLate: bool = false;
/** Values go to histograms at once, not to the list of those that have still to be filed. */
export let bins: bool = false;
export let isAsked: bool = false;
export let isJudged: bool = false;
export let isRecorded: bool = false;
export let isTabled: bool = false;
export let learns: bool = false;
export let tellsChanges: bool = false;

// Where tables of integers begin: as in `state.ts`.
export let clients: usize = 0;
export let cutPlaces: usize = 0;
export let decodes: usize = 0;
export let due: usize = 0;
export let encodes: usize = 0;
export let exitAfter: usize = 0;
export let firstHop: usize = 0;
export let firstMachine: usize = 0;
export let firstResource: usize = 0;
export let firstSource: usize = 0;
export let gapK0: usize = 0;
export let gapK1: usize = 0;
export let groupWords: usize = 0;
export let hops: usize = 0;
export let k0: usize = 0;
export let k1: usize = 0;
export let machines: usize = 0;
export let modulus: usize = 0;
export let numbers: usize = 0;
export let octaveRows: usize = 0;
export let parts: usize = 0;
export let pendingPlaces: usize = 0;
export let places: usize = 0;
export let plan: usize = 0;
export let servers: usize = 0;
export let shareK0: usize = 0;
export let shareK1: usize = 0;
export let shortcut: usize = 0;
export let slice: usize = 0;
export let snapsArrivals: usize = 0;
export let snapsStages: usize = 0;
export let sourceOf: usize = 0;
export let streamNumbers: usize = 0;
export let streamWords: usize = 0;
export let waitPlaces: usize = 0;
export let wayModulus: usize = 0;
export let wayWords: usize = 0;

// Where tables of reals begin.
export let batchCount: usize = 0;
export let batchSum: usize = 0;
export let busySeconds: usize = 0;
export let capacity: usize = 0;
export let cells: usize = 0;
export let deadlines: usize = 0;
export let exponential: usize = 0;
export let fixed: usize = 0;
export let fixedSizes: usize = 0;
export let freeAt: usize = 0;
export let gaps: usize = 0;
export let highs: usize = 0;
export let lastArrivalAt: usize = 0;
export let latency: usize = 0;
export let lows: usize = 0;
export let messages: usize = 0;
export let pendingValues: usize = 0;
export let serviceShift: usize = 0;
export let shares: usize = 0;
export let shift: usize = 0;
export let visits: usize = 0;
