"""An epoch of the lecture's model in NumPy, float32: 784-128-10, relu, dropout 0.2, softmax, Adam.

Reads a JSON object a line from stdin and answers each with one on stdout:

    {"images": "FILE of bytes", "labels": [5, 0, ..], "batch": 32}  -> {"numpy": "1.26.4", ..}
    {"epoch": true}  -> {"seconds": 0.83, "loss": 0.29}, after one more epoch
"""

import json
import platform
import sys
import time

import numpy as np

RATE, BETA1, BETA2, EPSILON, DROPOUT = 1e-3, 0.9, 0.999, 1e-7, 0.2


class Network:
    def __init__(self, images, labels, batch):
        self.x = np.fromfile(images, np.uint8).reshape(len(labels), -1).astype(np.float32) / 255
        self.t = np.array(labels)
        self.batch = batch
        self.rng = np.random.default_rng(1)
        sizes = [(self.x.shape[1], 128), (128,), (128, 10), (10,)]
        limits = [np.sqrt(6 / sum(s)) if len(s) == 2 else 0 for s in sizes]
        self.w = [self.rng.uniform(-a, a, s).astype(np.float32) for a, s in zip(limits, sizes)]
        self.m = [np.zeros_like(w) for w in self.w]
        self.v = [np.zeros_like(w) for w in self.w]
        self.steps = 0

    def step(self, x, t):
        W1, b1, W2, b2 = self.w
        z1 = x @ W1 + b1
        mask = (self.rng.random(z1.shape, np.float32) >= DROPOUT) / np.float32(1 - DROPOUT)
        a1 = np.maximum(z1, 0) * mask
        z2 = a1 @ W2 + b2
        e = np.exp(z2 - z2.max(1, keepdims=True))
        y = e / e.sum(1, keepdims=True)
        rows = np.arange(len(t))
        loss = -np.log(y[rows, t]).mean()
        y[rows, t] -= 1
        y /= len(t)
        d1 = (y @ W2.T) * mask * (z1 > 0)
        gradients = [x.T @ d1, d1.sum(0), a1.T @ y, y.sum(0)]
        self.steps += 1
        rate = RATE * np.sqrt(1 - BETA2**self.steps) / (1 - BETA1**self.steps)
        for w, g, m, v in zip(self.w, gradients, self.m, self.v):
            m += np.float32(1 - BETA1) * (g - m)
            v += np.float32(1 - BETA2) * (g * g - v)
            w -= np.float32(rate) * m / (np.sqrt(v) + np.float32(EPSILON))
        return loss

    def epoch(self):
        start, loss = time.perf_counter(), 0.0
        order = self.rng.permutation(len(self.t))
        for i in range(0, len(order), self.batch):
            rows = order[i : i + self.batch]
            loss += float(self.step(self.x[rows], self.t[rows])) * len(rows)
        return {"seconds": time.perf_counter() - start, "loss": loss / len(order)}


def main():
    network = None
    for line in sys.stdin:
        question = json.loads(line)
        if "images" in question:
            network = Network(question["images"], question["labels"], question["batch"])
            answer = {"numpy": np.__version__, "python": platform.python_version()}
        else:
            answer = network.epoch()
        print(json.dumps(answer), flush=True)


main()
