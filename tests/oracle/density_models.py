#!/usr/bin/env python3
"""Writes tests/oracle/density_models.hpp: the numbers that kde_test, knn_test, kres_test, gmm_test
and pca_test compare with.

    python3 tests/oracle/density_models.py > tests/oracle/density_models.hpp

Debian 12: apt-get install python3-sklearn (scikit-learn 1.2.1, SciPy 1.10.1, NumPy 1.24.2).
"""
import math

import numpy as np
from scipy.spatial.distance import cdist, pdist
from scipy.special import logsumexp
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler


def waves(n, d, shift=0.0):
    """No random numbers: the same in every language (wave_rows in tests/models/support.hpp)."""
    return np.array([[math.sin(0.7 * i * i + 1.3 * j * j + 0.37 * i * j + shift) for j in range(d)]
                     for i in range(n)])


def put(name, values):
    values = [float(v) for v in np.ravel(values)]
    print(f"inline const std::vector<double> {name} = {{{', '.join(map(repr, values))}}};")


def kde(train, rows, h):
    n, d = train.shape
    exponents = -cdist(rows, train, "sqeuclidean") / (2 * h * h)
    return -(logsumexp(exponents, axis=1) - math.log(n) - d / 2 * math.log(2 * math.pi) - d * math.log(h))


def loo_width(train):
    n, d = train.shape
    distances = pdist(train)
    low, high = max(np.quantile(distances, 0.005), 1e-3), np.quantile(distances, 0.5)
    squares = cdist(train, train, "sqeuclidean")
    np.fill_diagonal(squares, np.inf)
    widths = np.exp(np.linspace(math.log(low), math.log(high), 20))
    means = [np.mean(logsumexp(-squares / (2 * h * h), axis=1)) - d * math.log(h) for h in widths]
    return widths[int(np.argmax(means))]


def kernel_residual(train, rows, sigma):
    values, vectors = np.linalg.eigh(np.exp(-cdist(train, train, "sqeuclidean") / sigma**2))
    kept = values > 1e-8 * values[-1]
    projection = vectors[:, kept] / np.sqrt(values[kept])
    z = np.exp(-cdist(rows, train, "sqeuclidean") / sigma**2) @ projection
    return 1 - (z**2).sum(axis=1)


def mixture(train, covariance, reg):
    k, d = 3, train.shape[1]
    precisions = np.ones((k, d)) if covariance == "diag" else np.array([np.eye(d)] * k)
    return GaussianMixture(k, covariance_type=covariance, reg_covar=reg, weights_init=[0.2, 0.3, 0.5],
                           means_init=train[[0, 67, 133]], precisions_init=precisions).fit(train)


def mahalanobis(train, rows):
    model = PCA(svd_solver="full").fit(train)
    centred = rows - model.mean_
    along = centred @ model.components_.T
    rest = ((centred - along @ model.components_) ** 2).sum(axis=1)
    inside = (along**2 / (model.explained_variance_ + 1e-3)).sum(axis=1)
    return inside + (rest / 1e-3 if len(model.components_) < train.shape[1] else 0)


def tips(train, rows):
    """PyOD's PCA, as netml calls it."""
    scaler = StandardScaler().fit(train)
    model = PCA(svd_solver="full").fit(scaler.transform(train))
    return (cdist(scaler.transform(rows), model.components_) / model.explained_variance_ratio_).sum(axis=1)


print("// Written by tests/oracle/density_models.py.\n#pragma once\n\n#include <vector>\n")
print("// clang-format off\nnamespace netml::oracle {\n")
train = waves(200, 6)
probes = np.vstack([2 * waves(6, 6, 0.5), 50 * waves(3, 6, 1.1)])
put("kKde", kde(train, probes, 0.3))
put("kKdeAutoWidth", max(np.quantile(pdist(train), 0.01), 1e-3))
put("kKdeLooWidth", loo_width(waves(60, 2)))
for k in (1, 5):
    put(f"kKnn{k}", np.sort(cdist(probes, train), axis=1)[:, :k].mean(axis=1))
put("kKernelResidual", kernel_residual(train, probes, 0.9))
clusters = train + 3.0 * (np.arange(200) % 3)[:, None]
for covariance, reg in (("diag", 0.1), ("full", 0.001)):
    model = mixture(clusters, covariance, reg)
    name = covariance.capitalize()
    put(f"kMixture{name}", -model.score_samples(np.vstack([probes, clusters[:5]])))
    put(f"kMixture{name}Fit", [model.n_iter_, model.lower_bound_])
for n in (200, 20):
    rows = waves(n, 6) * np.array([5, 3, 2, 1, 0.3, 0.1])
    model = PCA(svd_solver="full").fit(rows)
    kept = int(np.searchsorted(np.cumsum(model.explained_variance_ratio_), 0.95)) + 1
    model = PCA(kept, svd_solver="full").fit(rows)
    error = probes - model.inverse_transform(model.transform(probes))
    put(f"kReconstruction{n}", (error**2).sum(axis=1))
    put(f"kKept{n}", kept)
for n in (200, 4):
    put(f"kMahalanobis{n}", mahalanobis(waves(n, 6), probes))
put("kTips", tips(train, probes))
print("\n}  // namespace netml::oracle\n// clang-format on")
