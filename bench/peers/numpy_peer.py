"""NumPy, float32 unless the name of the work says float64."""

import numpy as np
from peer import digits, labels, pixels, serve, weights


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def predict(w, x):
    z1 = sigmoid(x @ w["W1"] + w["b1"])
    z2 = sigmoid(z1 @ w["W2"] + w["b2"])
    return softmax(z2 @ w["W3"] + w["b3"])


def inference(batch, dtype):
    def ready():
        w, x = weights(dtype), pixels("test", dtype)
        if batch == 1:
            return lambda: digits([[np.argmax(predict(w, image))] for image in x])
        parts = [x[i : i + batch] for i in range(0, len(x), batch)]
        return lambda: digits([np.argmax(predict(w, part), axis=1) for part in parts])

    return ready


def epoch(hidden, batch, update, dropout=0.0):
    """784-hidden-10 with ReLU and softmax; returns loss and accuracy while training."""

    def ready():
        x, t, rng = pixels("train"), labels(), np.random.default_rng(1)
        glorot = lambda n, m: rng.uniform(-1, 1, (n, m)).astype("f4") * np.float32(np.sqrt(6 / (n + m)))
        w = [glorot(784, hidden), np.zeros(hidden, "f4"), glorot(hidden, 10), np.zeros(10, "f4")]
        move = update(w)

        def step(x, t):
            W1, b1, W2, b2 = w
            a1 = np.maximum(x @ W1 + b1, 0)
            if dropout > 0:
                mask = (rng.random(a1.shape, np.float32) >= dropout) / np.float32(1 - dropout)
                a1 *= mask
            scores = a1 @ W2 + b2
            y, rows = softmax(scores), np.arange(len(t))
            loss = -np.log(y[rows, t]).mean()
            right = np.count_nonzero(scores.argmax(axis=1) == t)
            y[rows, t] -= 1
            y /= len(t)
            d1 = (y @ W2.T) * (a1 > 0)
            if dropout > 0:
                d1 *= mask
            move([x.T @ d1, d1.sum(axis=0), a1.T @ y, y.sum(axis=0)])
            return loss * len(t), right

        def run():
            order, sums = rng.permutation(len(x)), np.zeros(2)
            for i in range(0, len(order), batch):
                rows = order[i : i + batch]
                sums += step(x[rows], t[rows])
            return (sums / len(x)).tolist()

        return run

    return ready


def sgd(w, rate=np.float32(0.1)):
    def move(gradients):
        for p, g in zip(w, gradients):
            p -= rate * g

    return move


def adam(w, rate=1e-3, beta1=0.9, beta2=0.999, epsilon=np.float32(1e-7)):
    m, v, steps = [np.zeros_like(p) for p in w], [np.zeros_like(p) for p in w], 0

    def move(gradients):
        nonlocal steps
        steps += 1
        eta = np.float32(rate * np.sqrt(1 - beta2**steps) / (1 - beta1**steps))
        for p, g, m_, v_ in zip(w, gradients, m, v):
            m_ += np.float32(1 - beta1) * (g - m_)
            v_ += np.float32(1 - beta2) * (g * g - v_)
            p -= eta * m_ / (np.sqrt(v_) + epsilon)

    return move


WORKS = {f"inference {n} {d}": inference(n, d) for n in (1, 100, 1000) for d in ("float32", "float64")}
WORKS["epoch sgd"] = epoch(50, 100, sgd)
WORKS["epoch adam"] = epoch(128, 32, adam, dropout=0.2)
for size in (1, 4, 16, 64, 256, 1000):
    WORKS[f"growth batch {size}"] = inference(size, "float32")
for size in (16, 32, 64, 128, 256, 512):
    WORKS[f"growth hidden {size}"] = epoch(size, 32, adam, dropout=0.2)
serve(f"NumPy {np.__version__}", WORKS)
