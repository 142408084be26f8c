#!/usr/bin/env python3
"""Writes the API server's table of types and resources from the tables of API facts.

usage: make_schema_table.py FACTS_DIRECTORY OUTPUT_DIRECTORY

FACTS_DIRECTORY is the folder whose README.md describes the tables; OUTPUT_DIRECTORY is
apiserver/src/main/resources/io/flotilla/apiserver/schema. The output depends on the input alone: run it again after a
change of the facts and commit what it writes. pointers.txt beside this script adds the one fact the tables lack: which
optional scalars tell "unset" from their zero value.

types.txt: a block for each type, tab-separated, sorted by name:
  T name attributes            the type; attribute M:atomic for an atomic map, H where OpenAPI does not publish it
  field number type flags ...  a field by its JSON name; number 0 where protobuf has it not or an inline member holds it
  ^ discriminator field value  a union member
  % path json conditions       a default; conditions joined by ';', all must hold
type codes: s string, b bool, i int32, l int64, d double, y bytes, t Time, u MicroTime, g Duration, q Quantity,
  x IntOrString, w raw object, f FieldsV1, j any JSON, A B S the schema-or-X unions of apiextensions,
  *T list that protobuf wraps into a message, [T list, {T map, @name struct, @Name struct of the same package
flags: r required, z OpenAPI default is the zero value, n always printed, N always printed and null when unset,
  p unset differs from zero, i inline member (the name is its protobuf name, its fields are among the others)
attributes: L:type[:keys] list type, M:type map type, S:strategy patch strategy, K:key patch merge key, E:a,b enum,
  D:json OpenAPI default
conditions: -p unset, 0p unset or zero, +p set, *p set and not zero, =p=v equal, ~p=a,b one of

resources.txt: a block for each resource, tab-separated:
  R group version resource kind namespaced verbs enabled shortNames singular categories prefix storageVersion hash type
  S name group version kind verbs type     a subresource
  F field path              a selectable field label and the path it reads, with words for special values
  C name type format priority   a column of its Table
"""
import csv
import json
import os
import re
import sys
from collections import defaultdict

PACKAGES = {
    "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions": "apiextensions",
    "k8s.io.kube_aggregator.pkg.apis.apiregistration": "apiregistration",
    "k8s.io.apiserver.pkg.apis.audit": "audit",
    "k8s.io.metrics.pkg.apis.metrics": "metrics",
    "k8s.io.metrics.pkg.apis.external_metrics": "external_metrics",
}
EXACT_PACKAGES = {
    "k8s.io.apimachinery.pkg.api.resource": "api/resource",
    "k8s.io.apimachinery.pkg.apis.meta.v1": "meta/v1",
    "k8s.io.apimachinery.pkg.apis.meta.v1beta1": "meta/v1beta1",
    "k8s.io.apimachinery.pkg.runtime": "runtime",
    "k8s.io.apimachinery.pkg.util.intstr": "util/intstr",
}
SPECIAL = {
    "meta/v1.Time": "t", "meta/v1.MicroTime": "u", "meta/v1.Duration": "g", "api/resource.Quantity": "q",
    "util/intstr.IntOrString": "x", "runtime.RawExtension": "w", "meta/v1.FieldsV1": "f", "apiextensions/v1.JSON": "j",
    "apiextensions/v1beta1.JSON": "j", "meta/v1.Verbs": "*s",
    # Only audit events hold one, and those are never protobuf.
    "runtime.Unknown": "w",
}
for group in ("apiextensions/v1", "apiextensions/v1beta1"):
    SPECIAL[group + ".JSONSchemaPropsOrArray"] = "A"
    SPECIAL[group + ".JSONSchemaPropsOrBool"] = "B"
    SPECIAL[group + ".JSONSchemaPropsOrStringArray"] = "S"
for group in ("authentication", "authorization", "certificates"):
    for version in ("v1", "v1beta1"):
        SPECIAL[f"{group}/{version}.ExtraValue"] = "*s"
SCALARS = {
    "string": "s", "boolean": "b", "integer int32": "i", "integer int64": "l", "number double": "d", "string byte": "y",
    "string date-time": "t", "string int-or-string": "x", "any": "j",
}
PROTO_SCALARS = {"string": "s", "bool": "b", "int32": "i", "int64": "l", "double": "d", "bytes": "y", "uint32": "l"}
NOT_MESSAGES = set(SPECIAL) | {"runtime.Unknown", "runtime.TypeMeta", "meta/v1.Timestamp", "api/resource.QuantityValue",
                               "meta/v1.TypeMeta", "meta/v1.Patch"}


def rows(facts, name):
    with open(os.path.join(facts, name), newline="") as source:
        return list(csv.DictReader(source, delimiter="\t", quoting=csv.QUOTE_NONE))


def package(name):
    if name in EXACT_PACKAGES:
        return EXACT_PACKAGES[name]
    stem, version = name.rsplit(".", 1)
    return f"{PACKAGES.get(stem, stem.rsplit('.', 1)[-1])}/{version}"


class Table:
    def __init__(self, facts):
        self.facts = facts
        self.types = {}  # name -> {"attributes": [...], "fields": {json: {...}}, "unions": [], "defaults": []}
        self.published = set()
        self.inline = {(f"{r['package']}.{r['goStruct']}", r["protoFieldName"]): r for r in rows(facts, "proto-inline.tsv")}
        self.json_names = {(f"{r['package']}.{r['struct']}", r["protoName"]): r["jsonName"]
                           for r in rows(facts, "proto-json-names.tsv")}
        for (name, proto_name), json_name in list(self.json_names.items()):
            if name.startswith("apiextensions/v1."):
                self.json_names.setdefault((name.replace("/v1.", "/v1beta1."), proto_name), json_name)
        self.printed = {(f"{r['package']}.{r['struct']}", r["jsonName"]): r["goType"]
                        for r in rows(facts, "non-omitempty.tsv")}
        self.struct_values = {(f"{r['package']}.{r['struct']}", r["jsonName"]): r["goType"]
                              for r in rows(facts, "omitempty-struct-values.tsv")}
        self.defaults = rows(facts, "defaults.tsv")
        self.pointers = read_pointers()
        self.read_messages()
        self.read_types()
        self.add_coming_fields()
        self.flatten()
        self.flag()
        self.add_empty_messages()
        self.read_unions()
        self.read_defaults()

    def type(self, name):
        return self.types.setdefault(name, {"attributes": [], "fields": {}, "unions": [], "defaults": [], "inline": {}})

    def read_messages(self):
        self.messages = defaultdict(dict)
        for row in rows(self.facts, "protobuf-fields.tsv"):
            own = package(row["package"])
            name = f"{own}.{row['message']}"
            if name in NOT_MESSAGES:
                continue
            entry = self.type(name)
            number = int(row["number"])
            code = self.proto_type(own, row["label"], row["type"])
            inline = self.inline.get((name, row["name"]))
            if inline:
                entry["inline"][row["name"]] = {"number": number, "type": code}
                continue
            field = self.json_names.get((name, row["name"]), row["name"])
            entry["fields"][field] = {"number": number, "type": code, "attributes": []}

    def proto_type(self, own, label, text):
        if label == "map":
            key, value = re.fullmatch(r"map<(\w+),\s*(.*)>", text).groups()
            assert key == "string", text
            return "{" + self.proto_type(own, "optional", value)
        if label == "repeated":
            return "[" + self.proto_type(own, "optional", text)
        if text in PROTO_SCALARS:
            return PROTO_SCALARS[text]
        if text.startswith("."):
            stem, message = text[1:].rsplit(".", 1)
            name = f"{package(stem)}.{message}"
        else:
            name = f"{own}.{text}"
        return SPECIAL.get(name) or "@" + name

    def read_types(self):
        for row in rows(self.facts, "types.tsv"):
            name = row["definition"]
            if name in SPECIAL or name in NOT_MESSAGES:
                continue
            self.published.add(name)
            entry = self.type(name)
            if not row["jsonField"]:
                if row["mapType"]:
                    entry["attributes"].append("M:" + row["mapType"])
                if row["type"] != "object":
                    raise SystemExit(f"{name}: unexpected type {row['type']}")
                continue
            code = self.json_type(row["type"])
            field = entry["fields"].get(row["jsonField"])
            if field is None:
                field = entry["fields"][row["jsonField"]] = {"number": 0, "type": code, "attributes": []}
            elif comparable(field["type"]) != comparable(code):
                raise SystemExit(f"{name}.{row['jsonField']}: JSON {code}, protobuf {field['type']}")
            if "*" not in field["type"]:
                field["type"] = code
            field["required"] = row["required"] == "1"
            field["default"] = row["default"]
            attributes = field["attributes"]
            if row["listType"]:
                attributes.append("L:" + row["listType"] + (":" + row["listMapKeys"] if row["listMapKeys"] else ""))
            if row["mapType"]:
                attributes.append("M:" + row["mapType"])
            if row["patchStrategy"]:
                attributes.append("S:" + row["patchStrategy"])
            if row["patchMergeKey"]:
                attributes.append("K:" + row["patchMergeKey"])
            if row["enum"]:
                attributes.append("E:" + row["enum"])

    def add_coming_fields(self):
        """Fields that newer servers write already: kept, so that they pass through this one."""
        for version in ("v1", "v1beta1"):
            self.type(f"storage/{version}.CSINodeStatus")
            self.type(f"storage/{version}.CSINode")["fields"]["status"] = {
                "number": 3, "type": f"@storage/{version}.CSINodeStatus", "attributes": []}

    def json_type(self, text):
        if text.startswith("array<"):
            return "[" + self.json_type(text[6:-1])
        if text.startswith("map<"):
            return "{" + self.json_type(text[4:-1])
        if text in SCALARS:
            return SCALARS[text]
        if text == "object":
            return "w"
        return SPECIAL.get(text) or "@" + text

    def flatten(self):
        """Puts the fields of inline members among those of their owner; protobuf reaches them through the member."""
        done = set()

        def visit(name):
            if name in done:
                return
            done.add(name)
            entry = self.types[name]
            for member in entry["inline"].values():
                inner = member["type"][1:]
                visit(inner)
                for json_name, field in self.types[inner]["fields"].items():
                    own = entry["fields"].get(json_name)
                    if own is None:
                        entry["fields"][json_name] = dict(field, number=0, owner=field.get("owner", inner))
                    else:
                        own["owner"] = field.get("owner", inner)

        for name in sorted(self.types):
            visit(name)
        for name, entry in self.types.items():
            if name not in self.published and ("metadata" in entry["fields"] or name.endswith("Options")):
                for json_name in ("apiVersion", "kind"):
                    entry["fields"].setdefault(json_name, {"number": 0, "type": "s", "attributes": []})

    def flag(self):
        unset = {(f"{r['groupVersion']}.{r['type']}", r["fieldPath"]) for r in self.defaults
                 if f"{r['fieldPath'].rsplit('.', 1)[-1]}==nil" in r["condition"]}
        for name, entry in self.types.items():
            for json_name, field in entry["fields"].items():
                owner = field.get("owner", name)
                flags = ""
                if field.get("required"):
                    flags += "r"
                default = field.get("default")
                if default in ('""', "0", "false", "{}"):
                    flags += "z"
                elif default:
                    field["attributes"].append("D:" + (default if default[0] in '"0123456789' else json.dumps(default)))
                printed = self.printed.get((owner, json_name))
                code = field["type"]
                if printed is not None:
                    nullable = printed.startswith(("*", "[]", "map[")) or code[0] in "[{*"
                    nullable = nullable or printed in ("metav1.Time", "Time", "metav1.MicroTime") or "RawExtension" in printed
                    flags += "N" if nullable else "n"
                elif (owner, json_name) in self.struct_values:
                    flags += "N" if code in "tuwj" else "n"
                elif code in "tu" and json_name == "creationTimestamp":
                    pass
                elif len(code) == 1 and code in "sbild":
                    scalar = {"s": "string", "b": "bool"}.get(code, "number")
                    if is_pointer(self.pointers, owner, json_name, scalar) or (owner, json_name) in unset:
                        flags += "p"
                elif code[0] not in "[{y*":
                    flags += "p"
                field["flags"] = flags

    def add_empty_messages(self):
        """Messages without fields have no row of their own."""
        for entry in list(self.types.values()):
            for field in list(entry["fields"].values()) + list(entry["inline"].values()):
                name = field["type"].lstrip("[{*")
                if name.startswith("@"):
                    self.type(name[1:])

    def read_unions(self):
        for row in rows(self.facts, "unions.tsv"):
            self.types[row["definition"]]["unions"].append((row["discriminator"], row["field"], row["discriminatorValue"]))

    # Defaults ---------------------------------------------------------------------------------------------------

    def read_defaults(self):
        for row in self.defaults:
            name = f"{row['groupVersion']}.{row['type']}"
            rule = self.default_rule(name, row)
            if rule is not None:
                late = "(before defaulting)" in row["condition"]
                self.types[name]["defaults"].insert(0 if late else len(self.types[name]["defaults"]), rule)

    def default_rule(self, name, row):
        """Returns a rule of the table, or None for what FunctionDefaults does in code or what changes nothing."""
        path, value = row["fieldPath"], row["default"]
        condition, _, gate = row["condition"].partition("; gate ")
        if gate.endswith(",off)") or value == "unset" and condition == "nil stays nil":
            return None
        if coded(row):
            return None
        json.loads(value)
        terms = []
        for term in condition.replace(" (before defaulting)", "").split(" && "):
            terms.append(self.condition(name, path, term))
        leaf = self.field_at(name, path.split("."))
        if value == '""' and terms[-1].startswith("0") or value == "{}" and leaf["type"].startswith("{"):
            return None
        return path, value, ";".join(terms)

    def condition(self, name, path, term):
        forms = ((r"([\w.]+)==nil", "-"), (r'([\w.]+)==""', "0"), (r"([\w.]+)==0", "0"), (r"len\(([\w.]+)\)==0", "0"),
                 (r"([\w.]+)!=nil", "+"), (r'([\w.]+)!=""', "*"), (r"len\(([\w.]+)\)>0", "*"))
        for pattern, sign in forms:
            match = re.fullmatch(pattern, term)
            if match:
                return sign + self.resolve(name, path, match.group(1))
        match = re.fullmatch(r'([\w.]+)=="?(\w+)"?', term)
        if match:
            return f"={self.resolve(name, path, match.group(1))}={match.group(2)}"
        match = re.fullmatch(r"([\w.]+) in \{([\w,]+)\}", term)
        if match:
            return f"~{self.resolve(name, path, match.group(1))}={match.group(2)}"
        raise SystemExit(f"{name} {path}: cannot read the condition {term}")

    def resolve(self, name, path, word):
        """Finds the field that a condition names relative to one of the target's parents."""
        parents = path.split(".")[:-1]
        for length in range(len(parents), -1, -1):
            candidate = parents[:length] + word.split(".")
            if self.field_at(name, candidate) is not None:
                return ".".join(candidate)
        raise SystemExit(f"{name} {path}: no field {word}")

    def field_at(self, name, path):
        field = None
        for segment in path:
            if name is None or name not in self.types:
                return None
            field = self.types[name]["fields"].get(segment)
            if field is None:
                return None
            name = field["type"][1:] if field["type"].startswith("@") else None
        return field

    # Output -----------------------------------------------------------------------------------------------------

    def write(self, out):
        for name in sorted(self.types):
            entry = self.types[name]
            own = name.rsplit(".", 1)[0]
            attributes = entry["attributes"] + ([] if name in self.published else ["H"])
            out.write("\t".join(["T", name] + attributes) + "\n")
            for proto_name, member in sorted(entry["inline"].items(), key=lambda item: item[1]["number"]):
                out.write(f"{proto_name}\t{member['number']}\t{local(own, member['type'])}\ti\n")
            for json_name in sorted(entry["fields"]):
                field = entry["fields"][json_name]
                columns = [json_name, str(field["number"]), local(own, field["type"]), field["flags"]] + field["attributes"]
                out.write("\t".join(columns).rstrip("\t") + "\n")
            for union in entry["unions"]:
                out.write("\t".join(("^",) + union) + "\n")
            for rule in entry["defaults"]:
                out.write("\t".join(("%",) + rule) + "\n")


def read_pointers():
    """Reads pointers.txt: lines 'scalar mode' open a section, lines 'type field...' name its members."""
    here = os.path.dirname(os.path.abspath(__file__))
    sections, current = {}, None
    with open(os.path.join(here, "pointers.txt")) as source:
        for line in source:
            words = line.split("#", 1)[0].split()
            if not words:
                continue
            if words[0] == "section":
                current = sections.setdefault(words[1], {})
            else:
                current.setdefault(words[0], set()).update(words[1:])
    return sections


def is_pointer(sections, owner, field, scalar):
    names = sections[scalar]
    stem, type_name = owner.rsplit(".", 1)
    group = stem.split("/")[0]
    for key in (owner, f"{group}.{type_name}", type_name, "*"):
        if "!" + field in names.get(key, ()):
            return False
        if field in names.get(key, ()):
            return True
    return False


def comparable(code):
    return code.replace("*", "[").replace("l", "i").replace("f", "w").replace("j", "w")


def local(own, code):
    prefix = "@" + own + "."
    return code.replace(prefix, "@") if prefix in code else code


def coded(row):
    """Whether FunctionDefaults does it in code: computed values, elements of lists and maps, removals."""
    value, path = row["default"], row["fieldPath"]
    return (value.startswith("=") or value in ("nil", "unset") or "[" in path or "{" in path or path.startswith("tag(")
            or "tag(" in row["condition"] or row["condition"] in ("all sources nil", "always", "terminationGracePeriodSeconds<0")
            or "||" in row["condition"] or "no metrics in annotation" in row["condition"] or "type==Container" in row["condition"])


# Resources ------------------------------------------------------------------------------------------------------

COMPUTED_SELECTORS = {("v1", "Event", "source"): "$eventSource"}


def write_resources(facts, table, out):
    short = {(r["apiGroup"], r["version"]): r["short"] for r in rows(facts, "groups.tsv") if r["version"]}
    names = {(r["group"], r["resource"]): r for r in rows(facts, "short-names.tsv")}
    keys = {(r["group"], r["resource"]): r for r in rows(facts, "etcd-keys.tsv")}
    selectors = defaultdict(list)
    for row in rows(facts, "field-selectors.tsv"):
        selectors[(row["groupVersion"], row["kind"])].append(row)
    subresources = defaultdict(list)
    for row in rows(facts, "subresources.tsv"):
        subresources[(row["group"], row["version"], row["resource"])].append(row)
    with open(os.path.join(facts, "live/table-columns.json")) as source:
        columns = json.load(source)
    served = {(f"{r['group']}/{r['version']}" if r["group"] else r["version"]) for r in rows(facts, "resources.tsv")
              if r["enabledByDefault"] == "1"}
    for row in rows(facts, "resources.tsv"):
        group, version, resource = row["group"], row["version"], row["resource"]
        name, key = names[(group, resource)], keys.get((group, resource))
        api_version = f"{group}/{version}" if group else version
        # A storage version that is not served by default gives way to the version at hand.
        storage = key["storageVersion"] if key and key["storageVersion"] in served else api_version
        prefix = re.sub(r"/\{.*", "", key["prefix"]) if key else ""
        out.write("\t".join([
            "R", group, version, resource, row["kind"], row["namespaced"], row["verbs"], row["enabledByDefault"],
            name["shortNames"], name["singular"], name["categories"], prefix,
            storage, key["storageVersionHash"] if key else "",
            type_name(short, table, api_version, row["kind"])]) + "\n")
        for sub in subresources[(group, version, resource)]:
            sub_version, _, kind = sub["kind"].rpartition(".")
            out.write("\t".join(["S", sub["subresource"], sub_version, kind, sub["verbs"],
                                 type_name(short, table, sub_version, kind)]) + "\n")
        for selector in selectors[(api_version, row["kind"])]:
            path = selector["mapsTo"] or selector["fieldPath"]
            value = selector["value"]
            if (api_version, row["kind"], selector["fieldPath"]) in COMPUTED_SELECTORS:
                path = COMPUTED_SELECTORS[(api_version, row["kind"], selector["fieldPath"])]
            elif value == "(always empty)":
                path = "$empty"
            elif value == "bool" or value.startswith("bool default"):
                path = "$bool:" + path
            elif value == "status.podIPs[0].ip":
                path = "status.podIP"
            elif value == "status.succeeded":
                path = value
            elif group == "events.k8s.io" and selector["mapsTo"]:
                path = selector["fieldPath"]
            elif value and value != 'nil=""':
                raise SystemExit(f"cannot read the selectable field {selector}")
            out.write("\t".join(["F", selector["fieldPath"], path]) + "\n")
        for column in columns.get(f"{api_version}/{resource}", ()):
            out.write("\t".join(["C", column["name"], column["type"], column["format"], str(column["priority"])]) + "\n")


def type_name(short, table, api_version, kind):
    group, _, version = api_version.rpartition("/")
    name = f"{short[(group, version)]}.{kind}"
    if name not in table.types:
        raise SystemExit(f"no type {name}")
    return name


def main(facts, directory):
    table = Table(facts)
    with open(os.path.join(directory, "types.txt"), "w") as out:
        table.write(out)
    with open(os.path.join(directory, "resources.txt"), "w") as out:
        write_resources(facts, table, out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2])
