"""Inference with the 784-50-100-10 network as the book has it, in NumPy, timed by whole passes.

Reads a JSON object a line from stdin and answers each with one on stdout:

    {"images": "FILE of bytes", "weights": {"W1": [[..]], ..}}  -> {"numpy": "1.26.4", ..}
    {"dtype": "float32", "batch": 100}  -> {"seconds": 0.02, "answers": [7, 2, ..]}
"""

import json
import platform
import sys
import time

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def predict(w, x):
    z1 = sigmoid(np.dot(x, w["W1"]) + w["b1"])
    z2 = sigmoid(np.dot(z1, w["W2"]) + w["b2"])
    return softmax(np.dot(z2, w["W3"]) + w["b3"])


def read(w, images, batch):
    answers = np.empty(len(images), np.int64)
    if batch == 1:
        for i in range(len(images)):
            answers[i] = np.argmax(predict(w, images[i]))
        return answers
    for i in range(0, len(images), batch):
        answers[i : i + batch] = np.argmax(predict(w, images[i : i + batch]), axis=1)
    return answers


data = {}
for line in sys.stdin:
    question = json.loads(line)
    if "images" in question:
        pixels = np.fromfile(question["images"], np.uint8).reshape(-1, 784)
        for dtype in ("float32", "float64"):
            weights = {k: np.array(v, dtype) for k, v in question["weights"].items()}
            data[dtype] = (weights, pixels.astype(dtype) / np.dtype(dtype).type(255))
        answer = {"numpy": np.__version__, "python": platform.python_version()}
    else:
        weights, images = data[question["dtype"]]
        start = time.perf_counter()
        answers = read(weights, images, question["batch"])
        answer = {"seconds": time.perf_counter() - start, "answers": answers.tolist()}
    print(json.dumps(answer), flush=True)
