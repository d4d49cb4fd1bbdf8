"""MNIST from its gzipped files, pixels from 0 to 1."""

import gzip
import pathlib

import numpy as np


def load(folder):
    """x_train [60000, 28, 28], t_train, x_test, t_test."""
    read = lambda name, skip: np.frombuffer(gzip.open(pathlib.Path(folder) / name).read()[skip:], np.uint8)
    images = lambda name: read(f"{name}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28) / np.float32(255)
    labels = lambda name: read(f"{name}-labels-idx1-ubyte.gz", 8)
    return images("train"), labels("train"), images("t10k"), labels("t10k")
