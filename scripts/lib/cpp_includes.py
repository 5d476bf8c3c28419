# SPDX-License-Identifier: MIT
"""Does each C++ file include what it names of the libraries?

A compiler does not tell where a precompiled header, or another file compiled together with it, brings a header along.
A header counts as included if the file, or one of the project's own that it includes, has the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

# Each header with what it is there for; a file that names one of these needs the header.
STANDARD = {
    "algorithm": "all_of any_of count_if copy_if find_if lower_bound max_element min_element none_of sort stable_sort",
    "array": "array to_array",
    "atomic": "atomic",
    "bit": "bit_cast countr_zero popcount",
    "charconv": "from_chars to_chars",
    "chrono": "chrono",
    "deque": "deque",
    "filesystem": "filesystem",
    "fstream": "ifstream ofstream",
    "functional": "function",
    "iostream": "cerr cin cout",
    "limits": "numeric_limits",
    "map": "map multimap",
    "memory": "make_shared make_unique shared_ptr unique_ptr weak_ptr",
    "mutex": "lock_guard mutex unique_lock",
    "optional": "nullopt optional",
    "random": "mt19937 mt19937_64 uniform_int_distribution",
    "regex": "regex",
    "set": "multiset set",
    "span": "span",
    "sstream": "istringstream ostringstream stringstream",
    "string": "getline stoi stol stoul string to_string",
    "string_view": "string_view",
    "system_error": "error_code system_error",
    "thread": "thread",
    "tuple": "tie tuple",
    "unordered_map": "unordered_map",
    "unordered_set": "unordered_set",
    "variant": "get_if holds_alternative monostate variant visit",
    "vector": "vector",
}
_HEADER_OF = {name: header for header, names in STANDARD.items() for name in names.split()}
# What stands for a library, and the headers of which one will do.
LIBRARIES = (
    (re.compile(r"\bfmt::"), ("fmt/",)),
    (re.compile(r"\bnlohmann::"), ("nlohmann/json.hpp", "nlohmann/json_fwd.hpp")),
    (re.compile(r"\bCLI::"), ("CLI/CLI.hpp",)),
    (re.compile(r"\bTEST(_F|_P)?\("), ("gtest/gtest.h",)),
)
# Where files of the project are looked for, below userspace/, after the folder of the file that includes them.
FOLDERS = ("include", "cli", "docs", "tests/unit", "tests/vm", "tests", ".")

_NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
_INCLUDE = re.compile(r'^\s*#\s*include ([<"])([^>"]+)[>"]', re.MULTILINE)


class Includes:
    """The C++ below a folder, and what each file of it includes."""

    def __init__(self, userspace: Path) -> None:
        self._userspace = userspace
        self._texts: dict[Path, str] = {}

    def _text(self, path: Path) -> str:
        if path not in self._texts:
            self._texts[path] = path.read_text(encoding="utf-8")
        return self._texts[path]

    def _own(self, path: Path, name: str) -> Path | None:
        places = (path.parent, *(self._userspace / folder for folder in FOLDERS))
        return next((place / name for place in places if (place / name).is_file()), None)

    def reached(self, path: Path, seen: set[Path] | None = None) -> set[str]:
        """The headers of libraries that a file has by its own include lines and those of the project's headers."""
        seen = set() if seen is None else seen
        found: set[str] = set()
        if path.resolve() in seen:
            return found
        seen.add(path.resolve())
        for bracket, name in _INCLUDE.findall(self._text(path)):
            if bracket == "<":
                found.add(name)
            elif own := self._own(path, name):
                found |= self.reached(own, seen)
        return found

    def missing(self, path: Path) -> Iterator[str]:
        """Headers that a file lacks."""
        have = self.reached(path)
        code = _NOT_CODE.sub(" ", self._text(path))
        named = {_HEADER_OF[name] for name in re.findall(r"\bstd::(\w+)", code) if name in _HEADER_OF}
        yield from sorted(named - have)
        for word, headers in LIBRARIES:
            if word.search(code) and not any(name.startswith(headers) for name in have):
                yield headers[0]
