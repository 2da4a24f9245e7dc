"""Reads what `netml extract` writes with the tools that people use, and compares the cells.

    output_formats.py NETML CAPTURE FOLDER

The lines that open a file are those of docs/output-formats.md. Exit status 77: pandas is not here,
the rest was compared.
"""

import csv
import json
import math
import sqlite3
import subprocess
import sys

netml, capture, folder = sys.argv[1:]
FEATURES = "flow,statistics,biflow"


def extract(name, features=FEATURES, *more):
    path = f"{folder}/{name}"
    subprocess.run([netml, "extract", capture, "--features", features, "-o", path, *more], check=True)
    return path


def same(cell, value):
    """A CSV cell and a value that another reader made of the same cell."""
    if cell == "" or value is None:
        return cell == "" and (value is None or value != value)
    if isinstance(value, str):
        return cell == value
    if isinstance(value, int):
        return int(cell) == value
    return float(cell) == value  # to the last bit


def check(name, rows):
    count = 0
    for expected, row in zip(table, rows, strict=True):
        for column, value in row.items():
            if not same(expected[column], value):
                sys.exit(f"broken: {name}, column {column}: {expected[column]!r} and {value!r}")
            count += 1
    print(f"{name}: {len(table)} rows, {count} cells the same")


with open(extract("flows.csv"), newline="") as file:
    table = list(csv.DictReader(file))
if len(table) < 100:
    sys.exit("broken: too few rows")

with open(extract("flows.jsonl")) as file:
    check("json.loads", [json.loads(line) for line in file])

database = sqlite3.connect(extract("flows.db"))
database.row_factory = sqlite3.Row
rows = database.execute("SELECT * FROM flows ORDER BY rowid").fetchall()
check("sqlite3", [{name: row[name] for name in row.keys() if name != "run"} for row in rows])
lists = sqlite3.connect(extract("lists.db", "splt:3"))
for text, in lists.execute("SELECT splt_ps FROM flows"):
    if len(json.loads(text)) != 3:
        sys.exit(f"broken: sqlite3: a list {text}")

try:
    import numpy as np
    import pandas as pd
except ImportError as absent:
    print(f"skip: {absent}")
    sys.exit(77)

frame = pd.read_csv(f"{folder}/flows.csv", float_precision="round_trip")
check("pandas.read_csv", frame.astype(object).where(frame.notna(), None).to_dict("records"))
frame = pd.read_json(f"{folder}/flows.jsonl", lines=True, precise_float=True)
names = [name for name in frame if not name.endswith("_ms") or frame[name].dtype.kind != "M"]
check("pandas.read_json", frame[names].astype(object).to_dict("records"))
frame = pd.read_sql("SELECT * FROM flows", sqlite3.connect(f"{folder}/flows.db"))
check("pandas.read_sql", frame.drop(columns="run").astype(object).to_dict("records"))

array = np.load(extract("flows.npy"))
with open(f"{folder}/flows-metadata.json") as file:
    columns = [column["name"] for column in json.load(file)["tableSchema"]["columns"]]
if array.dtype != np.float64 or array.shape != (len(table), len(columns)):
    sys.exit(f"broken: numpy.load: {array.dtype} {array.shape}")
check("numpy.load npy", pd.DataFrame(array, columns=columns).to_dict("records"))

archive = np.load(extract("flows.npz"), allow_pickle=False)
check("numpy.load npz", pd.DataFrame(archive["X"], columns=archive["columns"]).to_dict("records"))
keys = archive["keys"]
check("numpy.load npz keys", [{n: keys[n][i].item() for n in keys.dtype.names} for i in range(len(keys))])
if math.isnan(array.sum()) and not np.isnan(archive["X"]).any():
    sys.exit("broken: npy and npz differ")
