"""Modelfleet beside its peers in one run; see the script `run`."""

import argparse
import pathlib

import classifiers
import sentences
from trials import Modelfleet

PARTS = ("sentences", "classifiers", "calibration", "mixed", "pruning", "factorization", "zeros", "codebooks", "alignment")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True, help="what models/train.py wrote")
    parser.add_argument("--classpath", required=True)
    parser.add_argument("--sentences", type=pathlib.Path, required=True)
    parser.add_argument("--java-options", default="-XX:+UseSerialGC -Xmx128m")
    parser.add_argument("--only", choices=PARTS)
    arguments = parser.parse_args()
    modelfleet = Modelfleet(arguments.classpath, arguments.java_options)
    parts = {
        "sentences": lambda: sentences.compare(
            modelfleet, arguments.classpath, arguments.sentences, arguments.work / "sentences"
        ),
        "classifiers": lambda: classifiers.quantization(modelfleet, arguments.models, arguments.work),
        "calibration": lambda: classifiers.calibration(modelfleet, arguments.models, arguments.work),
        "mixed": lambda: classifiers.mixed(modelfleet, arguments.models, arguments.work),
        "pruning": lambda: classifiers.pruning(modelfleet, arguments.models, arguments.work),
        "factorization": lambda: classifiers.factorization(modelfleet, arguments.models, arguments.work),
        "zeros": lambda: classifiers.zeros(modelfleet, arguments.models, arguments.work),
        "codebooks": lambda: (
            sentences.codebooks(modelfleet, arguments.classpath, arguments.sentences, arguments.work / "sentences"),
            classifiers.codebooks(modelfleet, arguments.models, arguments.work),
        ),
        "alignment": lambda: classifiers.alignment(modelfleet, arguments.models, arguments.work),
    }
    for part in [arguments.only] if arguments.only else parts:
        parts[part]()


if __name__ == "__main__":
    main()
