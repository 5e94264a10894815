"""scikit-learn's MLPClassifier with its documented defaults: 100 hidden units, Adam at 0.001, batches of 200, at most
200 passes.

Source: scikit-learn.org, sklearn.neural_network.MLPClassifier. `partial_fit` is one pass of `fit`; it ends, as `fit`
does, when the loss has not fallen by 0.0001 for 10 passes.
"""

from __future__ import annotations

import numpy as np
from common import Watch, end, mnist, options, scored
from sklearn.neural_network import MLPClassifier


def main() -> None:
    given = options(epochs=200)
    images, labels, test_images, test_labels = mnist(200 if given.steps == 1 else given.pictures, given.tests)
    x, test = (a.reshape(len(a), -1).astype(np.float32) / 255 for a in (images, test_images))
    classifier, classes = MLPClassifier(random_state=given.seed), np.arange(10)
    best, since, shown, watch = np.inf, 0, 0, Watch()
    for epoch in range(given.epochs):
        classifier.partial_fit(x, labels, classes=classes)
        watch.stepped()
        shown += len(x)
        scored(watch, epoch + 1, 0, lambda: classifier.score(test, test_labels))
        since = 0 if classifier.loss_ < best - classifier.tol else since + 1
        best = min(best, classifier.loss_)
        if given.steps == 1 or watch.spent() >= given.seconds or since > classifier.n_iter_no_change:
            break
    end(watch, shown)


main()
