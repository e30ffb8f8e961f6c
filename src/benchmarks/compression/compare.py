"""Modelfleet beside its peers in one run; see the script `run`."""

import argparse
import pathlib

import classifiers
import sentences
from trials import Modelfleet


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True, help="what models/train.py wrote")
    parser.add_argument("--classpath", required=True)
    parser.add_argument("--sentences", type=pathlib.Path, required=True)
    parser.add_argument("--java-options", default="-XX:+UseSerialGC -Xmx128m")
    parser.add_argument("--only", choices=("sentences", "classifiers"))
    arguments = parser.parse_args()
    modelfleet = Modelfleet(arguments.classpath, arguments.java_options)
    if arguments.only != "classifiers":
        sentences.compare(modelfleet, arguments.classpath, arguments.sentences, arguments.work / "sentences")
    if arguments.only != "sentences":
        classifiers.quantization(modelfleet, arguments.models, arguments.work)


if __name__ == "__main__":
    main()
