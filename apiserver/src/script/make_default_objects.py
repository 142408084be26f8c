#!/usr/bin/env python3
"""Writes the objects that a fresh server makes from the tables of API facts.

usage: make_default_objects.py FACTS_DIRECTORY OUTPUT_FILE

FACTS_DIRECTORY is the folder whose live/default-*.json hold what a fresh Kubernetes holds; OUTPUT_FILE is
apiserver/src/main/resources/io/flotilla/apiserver/registry/builtin/default-objects.json: one object from resource
(plural.group) to the list of its objects, in the order in which they are made. What depends on the cluster (the service
kubernetes, the service CIDR) is left out. The rules of aggregated roles, which a controller fills in, are filled in.
"""
import json
import pathlib
import sys

FILES = [
    ("clusterroles", "rbac.authorization.k8s.io"),
    ("clusterrolebindings", "rbac.authorization.k8s.io"),
    ("roles", "rbac.authorization.k8s.io"),
    ("rolebindings", "rbac.authorization.k8s.io"),
    ("priorityclasses", "scheduling.k8s.io"),
    ("prioritylevels", "flowcontrol.apiserver.k8s.io"),
    ("flowschemas", "flowcontrol.apiserver.k8s.io"),
    ("apiservices", "apiregistration.k8s.io"),
]
RENAMED = {"prioritylevels": "prioritylevelconfigurations"}


def matches(selector, labels):
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def aggregate(roles):
    # Aggregated roles are selected by other aggregated ones (admin selects edit selects view): go on until nothing changes.
    changed = True
    while changed:
        changed = False
        for role in roles:
            selectors = role.get("aggregationRule", {}).get("clusterRoleSelectors", [])
            if not selectors:
                continue
            rules = []
            for other in sorted(roles, key=lambda each: each["metadata"]["name"]):
                labels = other["metadata"].get("labels", {})
                if other is not role and any(matches(each, labels) for each in selectors):
                    rules += [rule for rule in other.get("rules") or [] if rule not in rules]
            if rules != (role.get("rules") or []):
                role["rules"] = rules
                changed = True


def main():
    facts, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    objects = {}
    for file, group in FILES:
        items = json.loads((facts / "live" / f"default-{file}.json").read_text())
        if file == "clusterroles":
            aggregate(items)
        objects[f"{RENAMED.get(file, file)}.{group}"] = items
    output.write_text(json.dumps(objects, separators=(",", ":"), sort_keys=True) + "\n")


main()
