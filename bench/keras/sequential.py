"""The lecture's model in Keras itself: a line of JSON for each seed, on stdout.

    python bench/keras/sequential.py FOLDER EPOCHS SEED [SEED ...]

FOLDER has the four MNIST files, gzipped. Any backend of Keras will do: KERAS_BACKEND names it.
"""

import json
import os
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras  # noqa: E402
from files import load  # noqa: E402


def main():
    folder, epochs, *seeds = sys.argv[1:]
    x_train, t_train, x_test, t_test = load(folder)
    for seed in map(int, seeds):
        keras.utils.set_random_seed(seed)
        model = keras.models.Sequential([
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ])
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        start = time.perf_counter()
        model.fit(x_train, t_train, epochs=int(epochs), verbose=0)
        seconds = time.perf_counter() - start
        loss, accuracy = model.evaluate(x_test, t_test, verbose=0)
        version = f"Keras {keras.__version__}, {keras.backend.backend()}"
        print(json.dumps({"seed": seed, "accuracy": accuracy, "loss": loss, "seconds": seconds, "version": version}), flush=True)


main()
