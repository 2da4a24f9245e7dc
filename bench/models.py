#!/usr/bin/env python3
"""The measuring half of bench/models.sh: netml's models and scikit-learn's side by side.

    models.py PROGRAM FOLDER ROUNDS [MODEL...]

PROGRAM is the compiled bench/models.cpp. Every round runs both sides of every line once; values are
medians of CPU seconds, one thread. A line whose algorithm the build lacks is left out.
"""
import json
import pickle
import re
import statistics
import subprocess
import sys
import time

import numpy as np
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity, NearestNeighbors
from sklearn.neural_network import MLPRegressor
from sklearn.svm import OneClassSVM


class Reconstruction:
    """PCA as a detector."""

    def fit(self, rows):
        self.model = PCA(0.95, svd_solver="full").fit(rows)
        return self

    def score_samples(self, rows):
        return ((rows - self.model.inverse_transform(self.model.transform(rows))) ** 2).sum(axis=1)


class Nearest:
    def fit(self, rows):
        self.model = NearestNeighbors(n_neighbors=1).fit(rows)
        return self

    def score_samples(self, rows):
        return self.model.kneighbors(rows)[0][:, 0]


class Autoencoder:
    def __init__(self, columns):
        layers = [max(1, -(-3 * columns // 4)), max(1, -(-columns // 4)), max(1, -(-3 * columns // 4))]
        self.model = MLPRegressor(layers, activation="tanh", alpha=0, batch_size=64, max_iter=20, tol=0,
                                  n_iter_no_change=1000, early_stopping=True, random_state=0)

    def fit(self, rows):
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.model.fit(rows, rows)
        self.steps = self.model.n_iter_
        return self

    def score_samples(self, rows):
        return ((rows - self.model.predict(rows)) ** 2).mean(axis=1)


def clouds(n, d, seed):
    """Ten clouds of different widths, standardised."""
    draw = np.random.default_rng(seed)
    centres = np.random.default_rng(1).normal(0, 2, (10, d))
    widths = np.random.default_rng(2).uniform(0.2, 1, (10, d))
    which = draw.integers(0, 10, n)
    rows = centres[which] + widths[which] * draw.normal(size=(n, d))
    return np.ascontiguousarray((rows - rows.mean(axis=0)) / rows.std(axis=0))


def quantile_of_distances(rows, q):
    return float(np.quantile(pdist(rows[:1000]), q))


# Each line: algorithm, netml's parameters, the peer, columns, rows scored, and marks: the peer's
# time over netml's that fit and score must reach (None: no mark).
def lines():
    for d in (10, 50):
        gamma = 1 / quantile_of_distances(clouds(10000, d, 3), 0.05) ** 2
        yield ("ocsvm", f"{{gamma: {gamma!r}, nu: 0.05}}", OneClassSVM(gamma=gamma, nu=0.05), d, 10000, 1, 5)
    for d in (5, 40):
        h = quantile_of_distances(clouds(10000, d, 3), 0.01)
        yield ("kde", f"h: {h!r}", KernelDensity(bandwidth=h, algorithm="kd_tree"), d, 500, None, 8)
    yield ("knn", "", Nearest(), 40, 10000, None, None)
    yield ("kres", "", None, 40, 10000, None, None)
    yield ("gmm", "restarts: 1", GaussianMixture(20, covariance_type="diag", reg_covar=0.1, random_state=0),
           40, 10000, None, None)
    yield ("gmm", "{restarts: 1, k: 5, covariance: full}",
           GaussianMixture(5, covariance_type="full", reg_covar=0.1, random_state=0), 40, 10000, None, None)
    yield ("pca", "", Reconstruction(), 40, 10000, None, None)
    yield ("if", "", IsolationForest(n_estimators=100, random_state=0), 40, 10000, 10, 4)
    yield ("ae", "", Autoencoder(40), 40, 10000, 1, None)


def write(folder, name, rows):
    path = f"{folder}/{name}.f64"
    rows.tofile(path)
    return path


def measure_ours(program, line, rows, probes):
    algorithm, params, _, columns, *_ = line
    command = [program, algorithm, params or "{}", rows, str(columns), probes]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure_peer(peer, rows, probes):
    peer = pickle.loads(pickle.dumps(peer))  # not fitted yet
    start = time.process_time()
    peer.fit(rows)
    fitted = time.process_time()
    peer.score_samples(probes)
    return {"fit_s": fitted - start, "score_s": time.process_time() - fitted,
            "bytes": len(pickle.dumps(getattr(peer, "model", peer))), "steps": getattr(peer, "steps", None)}


def median(measured, key):
    return statistics.median(one[key] for one in measured)


def fit_seconds(ours, theirs):
    """Of the autoencoder: of one epoch, as both sides end when they like."""
    if theirs and theirs[0]["steps"]:
        trained = int(re.search(r"of (\d+) trained", ours[0]["rules"]["epochs"]).group(1))
        return median(ours, "fit_s") / trained, median(theirs, "fit_s") / theirs[0]["steps"]
    return median(ours, "fit_s"), median(theirs, "fit_s") if theirs else None


def cell(ours, theirs, mark):
    if theirs is None:
        return f"{ours:.4g} | – | – |"
    ratio = theirs / ours
    verdict = "" if mark is None else f" {'ok' if ratio >= mark else 'MISSED'} (must {mark})"
    return f"{ours:.4g} | {theirs:.4g} | {ratio:.2f}{verdict} |"


def main():
    program, folder, rounds, only = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    known = subprocess.run([program, "none", "", "-", "1", "-"], capture_output=True, text=True).stderr
    built = known[known.rindex("(") + 1:known.rindex(")")].split(", ")
    wanted = [line for line in lines() if line[0] in built and (not only or line[0] in only)]
    results = [([], []) for _ in wanted]
    for _ in range(rounds):
        for line, (ours, theirs) in zip(wanted, results):
            _, _, peer, d, count, *_ = line
            rows, probes = clouds(10000, d, 3), clouds(count, d, 4)
            ours.append(measure_ours(program, line, write(folder, "rows", rows), write(folder, "probes", probes)))
            if peer is not None:
                theirs.append(measure_peer(peer, rows, probes))
    print("| model, parameters | d | fit, s | peer | ratio | rows scored | score, s | peer | ratio | file, kB | pickle |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for (algorithm, params, peer, d, count, fit_mark, score_mark), (ours, theirs) in zip(wanted, results):
        scores = cell(median(ours, "score_s"), median(theirs, "score_s") if theirs else None, score_mark)
        pickle_kb = f"{median(theirs, 'bytes') / 1000:.1f}" if theirs else "–"
        print(f"| {algorithm} {params} | {d} | {cell(*fit_seconds(ours, theirs), fit_mark)} {count} | {scores} "
              f"{median(ours, 'bytes') / 1000:.1f} | {pickle_kb} |")


main()
