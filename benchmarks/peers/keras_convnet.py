"""Keras' "Simple MNIST convnet" with TensorFlow: two convolutions, dropout, Adam, batches of 128, 15 epochs.

Source: keras.io/examples/vision/mnist_convnet (settings). It keeps a tenth of the training pictures back to watch; here
it trains on all of them, as everyone does, and watches nothing.
"""

from __future__ import annotations

import os

os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}

import keras
import tensorflow as tf
from common import Watch, end, mnist, options, scored
from keras import layers


def network() -> keras.Model:
    """Return conv 32 and conv 64, each with a max pool, dropout of a half, and 10 units."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def main() -> None:
    given = options(epochs=15)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(given.seed)
    images, labels, test_images, test_labels = mnist(128 if given.steps == 1 else given.pictures, given.tests)
    x, test = images[..., None].astype("float32") / 255, test_images[..., None].astype("float32") / 255
    model = network()
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])

    def accuracy() -> float:
        return float((model.predict(test, batch_size=1000, verbose=0).argmax(1) == test_labels).mean())

    class Budgets(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            watch.stepped()  # called only where an epoch is one step
            scored(watch, epoch + 1, 0, accuracy)
            self.done = epoch + 1
            if given.steps == 1 or watch.spent() >= given.seconds:
                model.stop_training = True

    y, budgets, watch = keras.utils.to_categorical(labels, 10), Budgets(), Watch()
    model.fit(x, y, batch_size=128, epochs=given.epochs, verbose=0, callbacks=[budgets])
    end(watch, budgets.done * len(x))


main()
