"""A fresh process: `numpy_fresh.py import|load|train`, prints seconds and the peak of its memory."""

import time

begin = time.perf_counter()
import json  # noqa: E402
import os  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402

import numpy as np  # noqa: E402

HASHES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def load(name):
    import gzip
    import hashlib

    with gzip.open(f"{os.environ['MNIST_DIR']}/{name}.gz") as file:
        content = file.read()
    assert hashlib.sha256(content).hexdigest() == HASHES[name]
    return np.frombuffer(content, np.uint8, offset=16 if "images" in name else 8)


def scaled(pixels):
    x = pixels.reshape(-1, 784).astype(np.float32)
    x /= 255
    return x


def train(x, t):
    rng = np.random.default_rng(1)
    sizes = [(784, 128), (128,), (128, 10), (10,)]
    w = [rng.uniform(-0.08, 0.08, size).astype("f4") for size in sizes]
    m, v = [np.zeros_like(p) for p in w], [np.zeros_like(p) for p in w]
    steps = 0
    for _ in range(2):
        order = rng.permutation(len(x))
        for i in range(0, len(order), 32):
            rows = order[i : i + 32]
            xb, tb = x[rows], t[rows]
            mask = (rng.random((len(rows), 128), np.float32) >= 0.2) / np.float32(0.8)
            a = np.maximum(xb @ w[0] + w[1], 0) * mask
            z = a @ w[2] + w[3]
            y = np.exp(z - z.max(1, keepdims=True))
            y /= y.sum(1, keepdims=True)
            y[np.arange(len(rows)), tb] -= 1
            y /= len(rows)
            d = (y @ w[2].T) * mask * (a > 0)
            steps += 1
            eta = np.float32(1e-3 * np.sqrt(1 - 0.999**steps) / (1 - 0.9**steps))
            for p, g, mm, vv in zip(w, [xb.T @ d, d.sum(0), a.T @ y, y.sum(0)], m, v):
                mm += np.float32(0.1) * (g - mm)
                vv += np.float32(0.001) * (g * g - vv)
                p -= eta * mm / (np.sqrt(vv) + np.float32(1e-7))


if sys.argv[1] != "import":
    raw = {name: load(name) for name in HASHES}
    x_train, x_test = (scaled(raw[name]) for name in HASHES if "images" in name)
    if sys.argv[1] == "train":
        train(x_train, raw["train-labels-idx1-ubyte"].astype(int))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": time.perf_counter() - begin, "peak": peak}))
