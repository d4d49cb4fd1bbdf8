/** The data sets: their files, hashes and mirrors. */

/**
 * The names of {@link DataSource}.
 * @internal
 */
export const SOURCES = ["auto", "mnist", "digits", "fashion-mnist", "cifar-10"] as const;

/** Where data come from; `"auto"` is MNIST if it is available, else the embedded digits. */
export type DataSource = typeof SOURCES[number];

/** A data set that is made of files. */
export type FileSource = Exclude<DataSource, "auto" | "digits">;

/** One file of a data set. */
export interface DataFile {
  /** Its name. IDX files are published with `.gz` at the end, and may also be stored without. */
  readonly name: string;
  /** The size of the published file. */
  readonly bytes: number;
  /** The size of its content, decompressed. */
  readonly contentBytes: number;
  /**
   * The SHA-256 that identifies it. That of the content is better, because a mirror may have
   * compressed the same content in another way.
   */
  readonly hash: { readonly of: "content" | "file"; readonly sha256: string };
}

/** A data set that is made of files. */
export interface DataSet {
  readonly source: FileSource;
  /** Its name in sentences. */
  readonly title: string;
  /** The folder of its files, relative to the project's folder. */
  readonly folder: string;
  /**
   * The start of its environment variables: `MNIST` for `MNIST_DIR`, a folder that has its files,
   * and `MNIST_MIRRORS`, addresses to use instead of `mirrors`.
   */
  readonly variable: string;
  /** Addresses of folders that have its files, best first. */
  readonly mirrors: readonly string[];
  /** Training images, training labels, test images, test labels; or one archive. */
  readonly files: readonly DataFile[];
  /** Channels, rows and columns of an image. */
  readonly imageShape: readonly [number, number, number];
  /** The names of the labels 0 to 9. */
  readonly classNames: readonly string[];
}

/** The ten digits, by label. */
export const DIGIT_NAMES: readonly string[] = Array.from({ length: 10 }, (_, digit) => `${digit}`);

/** The files of MNIST and of sets in its form: names and sizes of the content. */
const IDX_FILES = [
  { name: "train-images-idx3-ubyte.gz", contentBytes: 16 + 60_000 * 784 },
  { name: "train-labels-idx1-ubyte.gz", contentBytes: 8 + 60_000 },
  { name: "t10k-images-idx3-ubyte.gz", contentBytes: 16 + 10_000 * 784 },
  { name: "t10k-labels-idx1-ubyte.gz", contentBytes: 8 + 10_000 },
];

/** The four files of a set, with their published sizes and hashes. */
function idxFiles(
  of: DataFile["hash"]["of"],
  published: readonly (readonly [bytes: number, sha256: string])[],
): DataFile[] {
  return published.map(([bytes, sha256], i) => ({ ...IDX_FILES[i], bytes, hash: { of, sha256 } }));
}

/** The data sets by name. */
export const DATA_SETS: Readonly<Record<FileSource, DataSet>> = {
  // Y. LeCun, C. Cortes and C. J. C. Burges. The mirrors are torchvision's and TensorFlow's; LeCun's
  // own page no longer serves the files.
  "mnist": {
    source: "mnist",
    title: "MNIST",
    folder: "data/mnist",
    variable: "MNIST",
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    files: idxFiles("content", [
      [9_912_422, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"],
      [28_881, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"],
      [1_648_877, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"],
      [4_542, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"],
    ]),
    imageShape: [1, 28, 28],
    classNames: DIGIT_NAMES,
  },

  // H. Xiao, K. Rasul and R. Vollgraf, 2017. The published hashes are those of the gzipped files.
  "fashion-mnist": {
    source: "fashion-mnist",
    title: "Fashion-MNIST",
    folder: "data/fashion-mnist",
    variable: "FASHION_MNIST",
    mirrors: [
      "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ],
    files: idxFiles("file", [
      [26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"],
      [29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"],
      [4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"],
      [5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"],
    ]),
    imageShape: [1, 28, 28],
    classNames: "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot"
      .split(","),
  },

  // A. Krizhevsky, 2009: six files of 10,000 images each in one archive.
  "cifar-10": {
    source: "cifar-10",
    title: "CIFAR-10",
    folder: "data/cifar-10",
    variable: "CIFAR_10",
    mirrors: ["https://www.cs.toronto.edu/~kriz/"],
    files: [{
      name: "cifar-10-binary.tar.gz",
      bytes: 170_052_171,
      contentBytes: 200_000_000, // six files of 30,730,000 bytes, and the blocks of the archive
      hash: {
        of: "file",
        sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
      },
    }],
    imageShape: [3, 32, 32],
    classNames: "airplane automobile bird cat deer dog frog horse ship truck".split(" "),
  },
};
