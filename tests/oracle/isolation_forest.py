#!/usr/bin/env python3
"""Writes isolation_forest.hpp: a small forest of scikit-learn and its scores, which
tests/models/isolation_forest_test.cpp compares with.

Debian 12: apt-get install python3-sklearn (scikit-learn 1.2.1).
    /usr/bin/python3 isolation_forest.py > isolation_forest.hpp
"""
import numpy as np
from sklearn.ensemble import IsolationForest

TREES, SAMPLES = 10, 64


def rows(n, d, shift):
    """The same in every language; whole numbers of 1/1024, so that a float holds them exactly."""
    x = [[np.sin(0.7 * i * i + 1.3 * j * j + 0.37 * i * j + shift) for j in range(d)] for i in range(n)]
    return np.round(np.array(x) * 1024) / 1024


def listing(kind, name, values):
    lines, line = [], " "
    for value in values:
        text = f" {value},"
        if len(line) + len(text) > 98:
            lines.append(line)
            line = " "
        line += text
    lines.append(line)
    print(f"inline const std::vector<{kind}> {name} = {{\n" + "\n".join(lines) + "\n};")


train = rows(150, 4, 0.0)
test = np.vstack([rows(12, 4, 0.5), 3 * rows(4, 4, 0.25), np.full((1, 4), 1024.0)])
forest = IsolationForest(n_estimators=TREES, max_samples=SAMPLES, random_state=7).fit(train)
roots, left, right, feature, threshold, samples = [], [], [], [], [], []
for estimator in forest.estimators_:
    tree, first = estimator.tree_, len(left)
    is_leaf = tree.children_left < 0
    roots.append(first)
    left += [int(x) + first if x >= 0 else -1 for x in tree.children_left]
    right += [int(x) + first if x >= 0 else -1 for x in tree.children_right]
    feature += [-1 if leaf else int(x) for leaf, x in zip(is_leaf, tree.feature)]
    threshold += [0.0 if leaf else float(x) for leaf, x in zip(is_leaf, tree.threshold)]
    samples += [int(x) for x in tree.n_node_samples]
print("""// Written by isolation_forest.py: scikit-learn 1.2.1's IsolationForest(n_estimators=10,
// max_samples=64, random_state=7) on 150 rows of 4 columns.
#pragma once

#include <cstdint>
#include <vector>

// clang-format off
namespace netml::test::sklearn_forest {
""")
for name, values in (("kRoots", roots), ("kLeft", left), ("kRight", right), ("kFeature", feature)):
    listing("std::int32_t", name, values)
listing("double", "kThreshold", map(repr, threshold))
listing("std::int32_t", "kSamples", samples)
print("/// -score_samples of the test rows.")
listing("double", "kScores", (repr(float(-x)) for x in forest.score_samples(test)))
print("\n}  // namespace netml::test::sklearn_forest\n// clang-format on")
