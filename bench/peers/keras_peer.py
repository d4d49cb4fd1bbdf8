"""Keras on the backend that KERAS_BACKEND names, through `predict` and `fit`."""

import os

BACKEND = os.environ["KERAS_BACKEND"]
if BACKEND == "tensorflow":
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402
from peer import digits, labels, pixels, serve, weights  # noqa: E402

keras.utils.set_random_seed(1)


def inference(batch):
    def ready():
        dense = [L.Dense(50, "sigmoid"), L.Dense(100, "sigmoid"), L.Dense(10, "softmax")]
        model, x = keras.Sequential([L.Input((784,)), *dense]), pixels("test")
        model.set_weights(list(weights().values()))
        if batch > 1:
            return lambda: digits([model.predict(x, batch_size=batch, verbose=0).argmax(1)])
        # One compiled call for each image: `predict` would take a minute.
        if BACKEND == "jax":
            import jax

            trained = [v.value for v in model.trainable_variables]
            call = jax.jit(lambda x: model.stateless_call(trained, [], x)[0].argmax(-1))
        else:
            call = tf.function(lambda x: tf.argmax(model(x), -1), reduce_retracing=True)
        return lambda: digits([np.asarray(call(x[i : i + 1])) for i in range(len(x))])

    return ready


def epoch(layers, optimizer, batch, shape=(784,)):
    def ready():
        x, t = pixels("train").reshape(-1, *shape), labels()
        model = keras.Sequential([L.Input(shape), *layers()])
        model.compile(optimizer(), "sparse_categorical_crossentropy", metrics=["accuracy"])

        def run():
            history = model.fit(x, t, batch_size=batch, verbose=0).history
            return [float(history["loss"][0]), float(history["accuracy"][0])]

        return run

    return ready


WORKS = {f"inference {n} float32": inference(n) for n in (1, 100, 1000)}
small = lambda: [L.Dense(50, "relu"), L.Dense(10, "softmax")]
large = lambda: [L.Dense(128, "relu"), L.Dropout(0.2), L.Dense(10, "softmax")]
WORKS["epoch sgd"] = epoch(small, lambda: keras.optimizers.SGD(0.1), 100)
WORKS["epoch adam"] = epoch(large, lambda: keras.optimizers.Adam(), 32)
convolution = lambda: [
    L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D(), L.Conv2D(64, 3, activation="relu"), L.MaxPooling2D(),
    L.Flatten(), L.Dropout(0.5), L.Dense(10, "softmax"),
]
WORKS["epoch convolution"] = epoch(convolution, lambda: keras.optimizers.Adam(), 128, (28, 28, 1))
serve(f"Keras {keras.__version__} on {BACKEND}", WORKS)
