import { expect, test } from "vitest";
import { shortenPath } from "../../src/report/text.ts";

test("a path that does not fit is its last name, and that is cut only where it does not fit either", () => {
  expect(shortenPath("nodes.edge.servers", 18)).toBe("nodes.edge.servers");
  expect(shortenPath("nodes.edge.servers", 12)).toBe("servers");
  expect(shortenPath("links.cell.up (Mbit/s)", 14)).toBe("up (Mbit/s)");
  expect(shortenPath("policies.split.exit.threshold", 6)).toBe("thr…ld");
  expect(shortenPath("links.cell.up, links.cell.down", 12)).toBe("links.c…down");
});
