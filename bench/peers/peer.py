"""What the Python peers share: the data, and the protocol.

A peer prints who it is as one line of JSON, then reads the name of a piece of work from each line of
stdin and answers with {"seconds": wall, "cpu": processor, "answer": any}.
"""

import json
import os
import sys
import time

import numpy as np

FOLDER = os.environ["BENCH_DATA"]
SHAPES = {"W1": (784, 50), "b1": (50,), "W2": (50, 100), "b2": (100,), "W3": (100, 10), "b3": (10,)}


def weights(dtype="f4"):
    """The weights of 784-50-100-10."""
    read = lambda name: np.fromfile(f"{FOLDER}/{name}.f32", "f4")
    return {name: read(name).reshape(shape).astype(dtype) for name, shape in SHAPES.items()}


def pixels(name, dtype="f4"):
    """Images from 0 to 1, [N, 784]; `name` is train or test."""
    raw = np.fromfile(f"{FOLDER}/{name}_images.u8", np.uint8).reshape(-1, 784)
    return raw.astype(dtype) / np.dtype(dtype).type(255)


def labels():
    """The labels of the training images."""
    return np.fromfile(f"{FOLDER}/train_labels.u8", np.uint8).astype(np.int64)


def serve(name, works):
    """Answers until stdin ends. A work is a function, or one that makes it where data are needed."""
    print(json.dumps({"name": name, "works": list(works)}), flush=True)
    ready = {}
    for line in sys.stdin:
        work = line.strip()
        run = ready[work] = ready.get(work) or works[work]()
        wall, cpu = time.perf_counter(), time.process_time()
        answer = run()
        seconds = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        print(json.dumps({**seconds, "answer": answer}), flush=True)


def digits(predictions):
    """Predicted classes as a text of digits."""
    return "".join(map(str, np.concatenate(predictions).ravel()))
