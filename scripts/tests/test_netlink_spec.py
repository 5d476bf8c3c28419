# SPDX-License-Identifier: MIT
"""The netlink family in YAML says what the header says, in the words of the kernel's own schema."""

from __future__ import annotations

import re
import sys
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

import cache  # noqa: E402

try:
    import jsonschema
    import yaml
except ImportError as missing:
    raise unittest.SkipTest(f"{missing.name} is not installed (group check of scripts/packages)") from None

UAPI = Path(__file__).resolve().parents[2] / "uapi"
SCHEMA = "Documentation/netlink/genetlink.yaml"

Spec = dict[str, Any]


def spec() -> Spec:
    """The family as YAML has it."""
    with (UAPI / "pidlab.yaml").open(encoding="utf-8") as file:
        loaded: Spec = yaml.safe_load(file)
        return loaded


def header(name: str) -> str:
    """A header's text."""
    return (UAPI / name).read_text(encoding="utf-8")


def enumerators(text: str, name: str) -> list[tuple[str, str]]:
    """The enumerators of an enum with their comments, the closing one left out."""
    body = re.search(rf"enum {name} {{(.*?)}};", text, re.DOTALL)
    assert body, f"the header has no enum {name}"
    found = re.findall(r"^\t([A-Z][A-Z0-9_]*)(?: = 1)?,?\s*(?:/\* (.*) \*/)?$", body[1], re.MULTILINE)
    return [(symbol, comment) for symbol, comment in found]


def table(text: str, name: str) -> list[tuple[int, str]]:
    """The rows of a table: their numbers and names."""
    body = re.search(rf"#define {name}\(X\) \\\n((?:.*\\\n)*.*)", text)
    assert body, f"the header has no table {name}"
    return [(int(number), word) for number, word in re.findall(r"X\((\d+), [A-Z_]+, (\w+),", body[1])]


def c_name(prefix: str, name: str) -> str:
    """How the kernel's tools make a symbol."""
    return (prefix + name).upper().replace("-", "_")


class NetlinkSpec(unittest.TestCase):
    """Header, YAML and schema."""

    def setUp(self) -> None:
        self.spec = spec()
        self.header = header("pidlab_netlink.h")

    def sets(self) -> dict[str, Spec]:
        return {each["name"]: each for each in self.spec["attribute-sets"]}

    def test_the_kernels_schema_accepts_it(self) -> None:
        schemas = sorted(cache.root().glob(f"source-*/{SCHEMA}"))
        if not schemas:
            self.skipTest(f"no unpacked kernel source in the cache has {SCHEMA}")
        with schemas[-1].open(encoding="utf-8") as file:
            jsonschema.Draft7Validator(yaml.safe_load(file)).validate(self.spec)

    def test_commands_have_the_headers_names_and_numbers(self) -> None:
        operations = self.spec["operations"]
        self.assertEqual(operations["list"][0]["value"], 1)
        told = [c_name(operations["name-prefix"], each["name"]) for each in operations["list"]]
        self.assertEqual(told, [symbol for symbol, _ in enumerators(self.header, "pidlab_cmd")])

    def test_attributes_have_the_headers_names_numbers_and_types(self) -> None:
        enums = re.findall(r"^enum (pidlab_(?:(\w+)_)?attr) {$", self.header, re.MULTILINE)
        self.assertEqual({name or "pidlab" for _, name in enums}, set(self.sets()))
        for enum, name in enums:
            with self.subTest(enum):
                self.check_set(enum, self.sets()[name or "pidlab"])

    def check_set(self, enum: str, told: Spec) -> None:
        # The first is 1 in both: enumerators follow one another, as attributes of a set do.
        self.assertIn(f"enum {enum} {{\n\t{c_name(told['name-prefix'], 'pad')} = 1,", self.header)
        attributes = [(c_name(told["name-prefix"], each["name"]), each["type"]) for each in told["attributes"]]
        expected = [(symbol, re.split(r"[:,]", comment)[0].strip() or "pad")
                    for symbol, comment in enumerators(self.header, enum)]
        self.assertEqual(attributes, expected)

    def test_nests_lead_to_the_sets_of_their_names(self) -> None:
        for each in self.sets().values():
            for attribute in each["attributes"]:
                if attribute["type"] == "nest":
                    self.assertEqual(attribute["nested-attributes"], attribute["name"])
                    self.assertIn(attribute["name"], self.sets())

    def test_words_have_the_tables_numbers(self) -> None:
        enums = {each["name"]: each for each in self.spec["definitions"] if each["type"] == "enum"}
        for name, rows in (("event-kind", "PIDLAB_EVENTS"), ("reference-kind", "PIDLAB_REFERENCE_KINDS")):
            start = enums[name]["value-start"]
            told = [(start + i, each["name"].replace("-", "_")) for i, each in enumerate(enums[name]["entries"])]
            self.assertEqual(told, table(self.header, rows))
        for name, enum in (("state", "pidlab_state"), ("link-type", "pidlab_type")):
            body = re.search(rf"enum {enum} {{(.*?)}};", header("pidlab.h"), re.DOTALL)
            assert body
            start = enums[name]["value-start"]
            told = [(start + i, word.upper()) for i, word in enumerate(enums[name]["entries"])]
            found = re.findall(r"PIDLAB_[A-Z]+_([A-Z]+) = (\d+)", body[1])
            self.assertEqual(told, [(int(value), word) for word, value in found])

    def test_constants_are_the_headers(self) -> None:
        self.assertIn(f'#define PIDLAB_GENL_NAME\t"{self.spec["name"]}"', self.header)
        groups = [each["name"] for each in self.spec["mcast-groups"]["list"]]
        self.assertEqual(re.findall(r'#define PIDLAB_MCGRP_\w+\t"(\w+)"', self.header), groups)
        for each in self.spec["definitions"]:
            if each["type"] == "const":
                self.assertIn(f"#define {c_name('pidlab-', each['name'])}\t{each['value']}\n", self.header)

    def test_what_only_a_request_has_is_in_no_answer(self) -> None:
        for each in self.spec["operations"]["list"]:
            way = each.get("do") or each.get("dump") or {"reply": each.get("event")}
            if "request" in way:
                self.assertEqual(way["request"]["attributes"], ["lab-fd"])
            self.assertNotIn("lab-fd", (way.get("reply") or {}).get("attributes", []))


if __name__ == "__main__":
    unittest.main()
