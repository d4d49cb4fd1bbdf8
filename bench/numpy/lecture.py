"""The lecture's training by numerical derivative, in NumPy, timed one sample at a time.

Reads a JSON object a line from stdin and answers each with one on stdout, so that a benchmark
can take turns with it:

    {"weights": {"W2": [[..]], "b2": [..], "W3": [[..]], "b3": [..]}, "learningRate": 0.01}  -> {}
    {"input": [..], "target": [..]}          -> {"seconds": 0.95}, after one step of training
    {"give": "weights"}                      -> the weights as they are
    {"give": "versions"}                     -> {"numpy": "1.26.4", "python": "3.11.7"}
"""

import json
import platform
import sys
import time

import numpy as np

DELTA = 1e-7  # keeps the logarithm away from 0
NUDGE = 1e-4  # of the central difference
ORDER = ("W2", "b2", "W3", "b3")


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def numerical_derivative(f, x):
    """(f(x + nudge) - f(x - nudge)) / (2 nudge), for each number of x in turn."""
    gradient = np.zeros_like(x)
    numbers = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not numbers.finished:
        index = numbers.multi_index
        value = x[index]
        x[index] = value + NUDGE
        up = f()
        x[index] = value - NUDGE
        down = f()
        x[index] = value
        gradient[index] = (up - down) / (2 * NUDGE)
        numbers.iternext()
    return gradient


class Network:
    """Three layers of nodes, two sets of weights, a sigmoid after each."""

    def __init__(self, weights, learning_rate):
        self.weights = {name: np.array(weights[name], dtype=np.float64) for name in ORDER}
        self.learning_rate = learning_rate

    def loss(self):
        w = self.weights
        hidden = sigmoid(np.dot(self.input, w["W2"]) + w["b2"])
        y = sigmoid(np.dot(hidden, w["W3"]) + w["b3"])
        t = self.target
        return -np.sum(t * np.log(y + DELTA) + (1 - t) * np.log(1 - y + DELTA))

    def train(self, sample, target):
        self.input = np.array(sample, dtype=np.float64)
        self.target = np.array(target, dtype=np.float64)
        start = time.perf_counter()
        for name in ORDER:
            w = self.weights[name]
            w -= self.learning_rate * numerical_derivative(self.loss, w)
        return time.perf_counter() - start


def main():
    network = None
    for line in sys.stdin:
        question = json.loads(line)
        if "weights" in question:
            network = Network(question["weights"], question["learningRate"])
            answer = {}
        elif "input" in question:
            answer = {"seconds": network.train(question["input"], question["target"])}
        elif question["give"] == "weights":
            answer = {name: w.tolist() for name, w in network.weights.items()}
        else:
            answer = {"numpy": np.__version__, "python": platform.python_version()}
        print(json.dumps(answer), flush=True)


main()
