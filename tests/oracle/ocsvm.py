#!/usr/bin/env python3
"""Prints the numbers that tests/models/ocsvm_test.cpp compares with.

Debian 12: apt-get install python3-sklearn (scikit-learn 1.2.1, which has libsvm inside).
"""
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.svm import OneClassSVM


def rows(n, d, shift):
    """No random numbers: sin of a quadratic, the same in every language."""
    return np.array([[np.sin(0.7 * i * i + 1.3 * j + shift) for j in range(d)] for i in range(n)])


train, test = rows(40, 3, 0.0), rows(4, 3, 0.5) * 2.0
for nu, gamma in ((0.5, "scale"), (0.1, 0.8)):
    model = OneClassSVM(nu=nu, gamma=gamma, tol=1e-3).fit(train)
    print(f"nu={nu} gamma={gamma}: gamma {model._gamma!r}, support rows {len(model.support_)}, "
          f"offset {float(model.offset_[0])!r}")
    print("  score_samples", [float(x) for x in model.score_samples(test)])

scores = [0.1, 0.4, 0.35, 0.8, 0.4, 0.9, 0.2, 0.4]
labels = [0, 0, 1, 1, 1, 0, 0, 1]
print("auc", roc_auc_score(labels, scores), "ap", average_precision_score(labels, scores))
