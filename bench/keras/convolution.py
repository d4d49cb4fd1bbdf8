"""The recipe of chapter 9 in Keras itself: a line of JSON for each seed, on stdout.

    python bench/keras/convolution.py FOLDER SEED [SEED ...]

FOLDER has the four MNIST files, gzipped. Any backend of Keras will do: KERAS_BACKEND names it.
"""

import json
import os
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras  # noqa: E402
from files import load  # noqa: E402

LEARNING_RATE, EPOCHS, BATCH_SIZE, DROPOUT, LEARN = 0.002, 3, 64, 0.4, 55_000


def network():
    conv = lambda filters: keras.layers.Conv2D(filters, 3, activation="relu")
    return keras.models.Sequential([
        keras.layers.Input((28, 28, 1)),
        conv(32),
        keras.layers.MaxPooling2D(),
        conv(64),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dropout(DROPOUT),
        keras.layers.Dense(128, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dropout(DROPOUT),
        keras.layers.Dense(10, activation="softmax"),
    ])


def main():
    folder, *seeds = sys.argv[1:]
    x, t, x_test, t_test = load(folder)
    x, x_test = x[..., None], x_test[..., None]
    falling = keras.callbacks.LearningRateScheduler(lambda epoch: LEARNING_RATE * (1 - epoch / EPOCHS))
    for seed in map(int, seeds):
        keras.utils.set_random_seed(seed)
        model = network()
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        start = time.perf_counter()
        model.fit(x[:LEARN], t[:LEARN], epochs=EPOCHS, batch_size=BATCH_SIZE, callbacks=[falling], verbose=0)
        seconds = time.perf_counter() - start
        loss, accuracy = model.evaluate(x_test, t_test, verbose=0)
        version = f"Keras {keras.__version__}, {keras.backend.backend()}"
        print(json.dumps({"seed": seed, "accuracy": accuracy, "loss": loss, "seconds": seconds, "version": version}), flush=True)


main()
