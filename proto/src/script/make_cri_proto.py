#!/usr/bin/env python3
"""Writes src/main/proto/cri/runtime.proto from the tables of the CRI v1 facts.

usage: make_cri_proto.py FACTS_DIRECTORY > ../main/proto/cri/runtime.proto

Field numbers, names and types are those of package runtime.v1, so that any CRI runtime understands us.
"""
import csv
import sys
from collections import OrderedDict


# The one enum that runtime.v1 nests in its message, which the tables leave out.
NESTED = {"SecurityProfile": ["  enum ProfileType {", "    RuntimeDefault = 0;", "    Unconfined = 1;",
                              "    Localhost = 2;", "  }"]}


def rows(path):
    with open(path, newline="") as source:
        return list(csv.DictReader(source, delimiter="\t"))


def main(facts):
    messages = OrderedDict()
    for row in rows(f"{facts}/cri-v1-messages.tsv"):
        fields = messages.setdefault(row["message"], [])
        if row["name"]:
            fields.append(row)
    enums = OrderedDict()
    for row in rows(f"{facts}/cri-v1-enums.tsv"):
        enums.setdefault(row["enum"], []).append(row)
    services = OrderedDict()
    for row in rows(f"{facts}/cri-v1-services.tsv"):
        services.setdefault(row["service"], []).append(row)
        for name in (row["request"], row["response"]):
            messages.setdefault(name, [])
    out = ['syntax = "proto3";', "", "package runtime.v1;", "",
           'option java_package = "io.flotilla.proto.cri";', "option java_multiple_files = true;"]
    for service, calls in services.items():
        out += ["", f"service {service} {{"]
        for call in calls:
            stream = "stream " if call["serverStreaming"] == "1" else ""
            out.append(f"  rpc {call['rpc']}({call['request']}) returns ({stream}{call['response']});")
        out.append("}")
    for enum, values in enums.items():
        out += ["", f"enum {enum} {{"]
        numbers = [value["number"] for value in values]
        if len(set(numbers)) < len(numbers):
            out.append("  option allow_alias = true;")
        out += [f"  {value['name']} = {value['number']};" for value in sorted(values, key=lambda v: int(v["number"]))]
        out.append("}")
    for message, fields in messages.items():
        out += ["", f"message {message} {{"] + NESTED.get(message, [])
        for field in sorted(fields, key=lambda f: int(f["number"])):
            kind = field["type"].replace(",", ", ")
            label = "repeated " if field["label"] == "repeated" else ""
            out.append(f"  {label}{kind} {field['name']} = {field['number']};")
        out.append("}")
    print("\n".join(out))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
