#!/usr/bin/env bash
# Fits and scores every model beside scikit-learn's, 10 000 rows, one thread each, and prints CPU
# seconds and ratios as one table from one run. Needs python3-sklearn and an optimised build.
set -euo pipefail
export LANG=C.UTF-8 LC_ALL=C.UTF-8
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
usage='usage: bench/models.sh [--build FOLDER] [--rounds N] [MODEL...]'
build=$root/build rounds=3
while [[ ${1:-} == -* ]]; do
  case $1 in
    --build) build=$2 && shift 2 ;;
    --rounds) rounds=$2 && shift 2 ;;
    *) echo "$usage" >&2 && exit 2 ;;
  esac
done
libraries=("$build"/src/{models,nn,dataset,table,core}/libnetml_*.a)
archives=()
for archive in "${libraries[@]}"; do
  [[ -e $archive ]] && archives+=("$archive")
done
if [[ ${#archives[@]} -lt 4 ]]; then
  echo "error: $build holds no netml; build it with: cmake --preset release && cmake --build --preset release" >&2
  exit 2
fi
if ! /usr/bin/python3 -c 'import sklearn' 2> /dev/null; then
  echo 'error: scikit-learn is not installed; Debian: apt-get install python3-sklearn' >&2
  exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
g++ -std=c++20 -O2 -I "$root/include" -isystem /usr/include/eigen3 -o "$work/models" "$root/bench/models.cpp" \
  -Wl,--start-group "${archives[@]}" -Wl,--end-group -lsvm -lyaml-cpp -lspdlog -lfmt -lz -lpthread
# OPENBLAS_*: settings of a machine that would slow the peer down.
env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 \
  /usr/bin/python3 "$root/bench/models.py" "$work/models" "$work" "$rounds" "$@"
