/** `routes:`, ways that messages take instead of the shortest. */
import * as z from "zod";
import { asList, type Reader, reference } from "./reader.ts";

const node = reference("a node", (to) => to.names.nodes);

const route: Reader<readonly string[]> = {
  read(tree, path, to) {
    const what = "the nodes of a way from first to last, such as [camera, edge, cloud]";
    const list = asList(tree, path, to, what);
    if (list === undefined) return undefined;
    if (list.items.length < 2) return to.wrong(tree, path, what);
    const names = list.items.map((item, i) => node.read(item, `${path}.${i}`, to));
    if (names.includes(undefined)) return undefined;
    const again = names.find((name, i) => names.indexOf(name) < i);
    return again === undefined
      ? (names as string[])
      : to.report(tree.at, path, "a way that meets no node twice", `"${again}" twice`);
  },
  schema: () => z.array(z.string()).min(2),
};

export const routesReader: Reader<readonly (readonly string[])[]> = {
  read(tree, path, to) {
    const list = asList(tree, path, to, "a list of ways");
    if (list === undefined) return undefined;
    const seen = new Map<string, number>();
    const routes = list.items.map((item, i) => {
      const names = route.read(item, `${path}.${i}`, to);
      if (names === undefined) return [];
      const ends = `${names[0]} to ${names.at(-1)}`;
      if (seen.has(ends)) to.report(item.at, `${path}.${i}`, `one way from ${ends}`, "a second");
      seen.set(ends, i);
      return names;
    });
    return routes;
  },
  schema: () => z.array(route.schema()),
};
