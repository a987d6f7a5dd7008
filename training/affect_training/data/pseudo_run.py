"""Pseudo-labels that a labelling run of this project wrote (columns: docs/formats/labels.md), with the crops of the faces beside them.

`table`: a label file as Parquet (read with pyarrow where it is installed; Debian has no package of it) or exported as CSV, for example with DuckDB:
COPY (FROM 'labels/*.parquet' WHERE status = 'face') TO 'labels.csv'. Crops: CROPS/<video>/<frame>_<face>.png.
Rows without a face and rows whose crop does not exist are left out. An empty field is a missing label. `Other` has no column among this package's
expressions: the other eight are scaled to sum to 1, and a row that is mostly Other loses its expression.
"""
import csv
import pathlib

import numpy as np

from ..labels import ACTION_UNITS, EXPRESSIONS, VALENCE_AROUSAL
from .faceset import Labels, Reading
from .labels_folder import load_rgb


def _rows(table: pathlib.Path) -> list[dict]:
    if table.suffix != ".parquet":
        with table.open(newline="") as stream:
            return list(csv.DictReader(stream))
    try:
        import pyarrow.parquet as parquet
    except ImportError as missing:
        raise ValueError(f"{table}: reading Parquet needs the Python package pyarrow; or export the table as CSV (see data/pseudo_run.py)") from missing
    return parquet.read_table(table).to_pylist()


def _values(row: dict, columns: list[str]) -> np.ndarray:
    return np.array([float(row[c]) if row.get(c) not in (None, "") else np.nan for c in columns], np.float32)


def read(table: str, crops: str, minimum_confidence: float = 0.0, weight: float = 1.0) -> Reading:
    """minimum_confidence: rows whose most likely expression has less lose their expression label. weight: how much these labels count."""
    rows = [row for row in _rows(pathlib.Path(table)) if row["face"] not in (None, "", "-1")]
    name_of = lambda row: f"{row['video']}/{row['frame']}_{row['face']}.png"
    rows = [row for row in rows if (pathlib.Path(crops) / name_of(row)).exists()]
    labels = Labels.empty([name_of(row) for row in rows], [row["video"] for row in rows])
    labels.weight[:] = weight
    for index, row in enumerate(rows):
        labels.va[index] = _values(row, list(VALENCE_AROUSAL))
        labels.au[index] = _values(row, list(ACTION_UNITS))
        probabilities = np.nan_to_num(_values(row, [f"expr_{name}" for name in EXPRESSIONS]))
        if probabilities.sum() > 0.5 and probabilities.max() >= minimum_confidence:
            labels.expression[index] = probabilities / probabilities.sum()
    paths = [pathlib.Path(crops) / name for name in labels.names]
    return labels, lambda row: load_rgb(paths[row])
