/** Places labels beside their points so that none covers a point or another label; greedy, in the order given. */
import { type Box, overlap } from "./pen.ts";

/** Something to name. */
export interface Anchor {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a label went; `far` when it needs a line to its point. */
export interface Placed {
  readonly box: Box;
  readonly far: boolean;
}

const distances = [11, 20, 32, 46, 64, 86, 112, 142, 176, 214];
/** Right, left, above, below, then the diagonals and the angles between. */
const angles = [0, 180, 270, 90, 325, 35, 215, 145, 300, 60, 240, 120, 345, 15, 195, 165];

/** The box of a label whose near edge is `distance` from the anchor in the direction of `angle`. */
function boxAt(anchor: Anchor, angle: number, distance: number): Box {
  const [dx, dy] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const middleX = anchor.x + dx * distance + (Math.abs(dx) < 0.2 ? 0 : Math.sign(dx) * (anchor.width / 2));
  const middleY = anchor.y + dy * distance + (Math.abs(dy) < 0.2 ? 0 : Math.sign(dy) * (anchor.height / 2));
  return {
    left: middleX - anchor.width / 2,
    right: middleX + anchor.width / 2,
    top: middleY - anchor.height / 2,
    bottom: middleY + anchor.height / 2,
  };
}

/** How far a point is from a box, 0 inside it. */
const away = (box: Box, p: { readonly x: number; readonly y: number }): number =>
  Math.hypot(Math.max(box.left - p.x, 0, p.x - box.right), Math.max(box.top - p.y, 0, p.y - box.bottom));

const inside = (box: Box, area: Box): boolean =>
  box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;

/**
 * One place an anchor, null where there is none within reach.
 * @param hard boxes that no label may touch, the points themselves
 * @param soft boxes that a label avoids while it can, whiskers and lines
 */
export function placeLabels(
  anchors: readonly Anchor[],
  area: Box,
  hard: readonly Box[],
  soft: readonly Box[],
): (Placed | null)[] {
  const taken = [...hard];
  return anchors.map((anchor) => {
    let best: { placed: Placed; cost: number } | null = null;
    for (const distance of distances) {
      for (const angle of angles) {
        const box = boxAt(anchor, angle, distance);
        if (!inside(box, area) || taken.some((other) => overlap(box, other))) continue;
        const crossed = soft.filter((other) => overlap(box, other)).length;
        // A label nearer to another point than to its own would be read as that one's.
        const own = away(box, anchor);
        const doubtful = anchors.some((other) => other !== anchor && away(box, other) < own + 6);
        const cost = distance + 40 * crossed + (doubtful ? 25 : 0);
        if (best === null || cost < best.cost) best = { placed: { box, far: distance > 25 || doubtful }, cost };
      }
      // Nothing further out can be cheaper.
      if (best !== null && best.cost <= distance) break;
    }
    if (best === null) return null;
    const { box } = best.placed;
    taken.push({ left: box.left - 3, right: box.right + 3, top: box.top - 1, bottom: box.bottom + 1 });
    return best.placed;
  });
}
