/** Maximum flow and minimum cut of a small graph. */

/**
 * Vertices on the source's side of the minimum cut that has the fewest of them.
 * Augments along shortest paths. @see Edmonds, Karp, "Theoretical improvements in algorithmic efficiency for network flow problems", JACM 19(2), 1972
 * @param capacity [from][to], not negative; may be Infinity, but not on a whole path
 */
export function minimumCut(capacity: readonly (readonly number[])[], source: number, sink: number): boolean[] {
  const left = capacity.map((row) => [...row]);
  // What rounding leaves of an edge that is full.
  const finite = capacity.flat().filter(Number.isFinite);
  const nothing = Math.max(0, ...finite) * 1e-12;
  for (;;) {
    const cameFrom = search(left, source, nothing);
    if (cameFrom[sink] === -1) return cameFrom.map((from) => from !== -1);
    let room = Number.POSITIVE_INFINITY;
    for (let v = sink; v !== source; v = cameFrom[v]!) room = Math.min(room, left[cameFrom[v]!]![v]!);
    for (let v = sink; v !== source; v = cameFrom[v]!) {
      left[cameFrom[v]!]![v]! -= room;
      left[v]![cameFrom[v]!]! += room;
    }
  }
}

/** Vertex from which each was reached first, -1 where it was not. */
function search(left: readonly (readonly number[])[], source: number, nothing: number): number[] {
  const cameFrom = left.map(() => -1);
  cameFrom[source] = source;
  const queue = [source];
  for (const v of queue) {
    left[v]!.forEach((room, w) => {
      if (room <= nothing || cameFrom[w] !== -1) return;
      cameFrom[w] = v;
      queue.push(w);
    });
  }
  return cameFrom;
}
