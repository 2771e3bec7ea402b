/** Rows for a model made elsewhere: the shape it takes, labels in its order of classes. */
import type { Dataset, Rows } from "../data/dataset.ts";
import { UserError } from "../errors.ts";
import type { NetworkSpec } from "../network-spec.ts";

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
const wide = (shape: readonly number[]): string => shape.filter((side) => side > 1).join(" x ");

/**
 * A data set as an imported model sees it. Labels go by the names of classes where the model knows them all; a model whose classes are
 * numbers takes the names of a set with as many, in their order.
 * @throws UserError where samples or classes do not fit
 */
export function fitDataset(dataset: Dataset, spec: NetworkSpec): Dataset {
  const { input, classes } = spec;
  const isFlat = input[0] === 1 && input[1] === 1;
  if (sizeOf(dataset.shape) !== sizeOf(input) || !(isFlat || wide(dataset.shape) === wide(input))) {
    throw new UserError(`data set ${dataset.name}`, {
      expected: `samples of ${wide(input)}, as ${spec.name} takes`,
      got: wide(dataset.shape),
    });
  }
  if (dataset.classes.every((name) => classes.includes(name))) {
    const places = Uint8Array.from(dataset.classes, (name) => classes.indexOf(name));
    const relabelled = (rows: Rows): Rows => ({ ...rows, labels: rows.labels.map((label) => places[label]!) });
    return { ...dataset, shape: input, classes, train: relabelled(dataset.train), test: relabelled(dataset.test) };
  }
  const isNumbered = classes.every((name, c) => name === String(c));
  if (isNumbered && dataset.classes.length === classes.length) return { ...dataset, shape: input };
  throw new UserError(`data set ${dataset.name}`, {
    expected: `${classes.length} classes, as ${spec.name} has${isNumbered ? "" : `: ${shorten(classes)}`}`,
    got: `${dataset.classes.length}: ${shorten(dataset.classes)}`,
    ...(isNumbered ? { hint: "labels that are numbers from 0 say which output of the model they are" } : {}),
  });
}

const shorten = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 6).join(", ")}, …` : names.join(", ");
