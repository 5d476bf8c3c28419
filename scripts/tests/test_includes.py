# SPDX-License-Identifier: MIT
"""A header that only a precompiled one brings along is missed."""

from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "lib")]

from cpp_includes import Includes  # noqa: E402


class Missing(unittest.TestCase):
    """What a file lacks."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "include/pidlab").mkdir(parents=True)
        self.write("include/pidlab/tree.hpp", "#include <vector>\n#include \"pidlab/leaf.hpp\"\n")
        self.write("include/pidlab/leaf.hpp", "#include <string>\n#include \"pidlab/tree.hpp\"\n")

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.write_text(text, encoding="utf-8")
        return path

    def missing(self, text: str) -> list[str]:
        return list(Includes(self.root).missing(self.write("one.cpp", text)))

    def test_what_is_named_and_nowhere_included(self) -> None:
        self.assertEqual(self.missing("std::map<int, std::string> a;"), ["map", "string"])
        self.assertEqual(self.missing("fmt::print(1);\nTEST(A, b) {}\n"), ["fmt/", "gtest/gtest.h"])

    def test_what_the_file_or_a_header_of_ours_includes_is_there(self) -> None:
        self.assertEqual(self.missing("#include <map>\nstd::map<int, int> a;"), [])
        self.assertEqual(self.missing('#include "pidlab/tree.hpp"\nstd::vector<std::string> a;'), [])
        self.assertEqual(self.missing("#include <fmt/ostream.h>\nfmt::print(1);"), [])

    def test_comments_and_strings_name_nothing(self) -> None:
        self.assertEqual(self.missing('// std::map\n/* std::set */ auto a = "std::vector";'), [])


if __name__ == "__main__":
    unittest.main()
