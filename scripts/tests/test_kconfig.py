# SPDX-License-Identifier: MIT
"""Configuration fragments are held to their word, and every line of ours has a reason."""

import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS / "lib"))

import kconfig  # noqa: E402
import kernels  # noqa: E402


class KconfigTest(unittest.TestCase):
    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)

    def fragment(self, name: str, text: str) -> Path:
        path = Path(self._folder.name) / name
        path.write_text(text)
        return path

    def test_values_strings_and_unset_options_are_read(self) -> None:
        text = '# why\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="x y"\nCONFIG_D=240\n'
        self.assertEqual(kconfig.parse(text), {"A": "y", "B": "n", "C": '"x y"', "D": "240"})

    def test_a_configuration_that_holds_is_not_broken(self) -> None:
        fragment = self.fragment("a.config", "CONFIG_A=y\n# CONFIG_B is not set\n")
        self.assertEqual(kconfig.broken([fragment], "CONFIG_A=y\nCONFIG_OTHER=y\n"), [])

    def test_a_lost_line_is_named_with_its_fragment(self) -> None:
        fragment = self.fragment("a.config", "CONFIG_KASAN=y\n")
        self.assertEqual(kconfig.broken([fragment], "# CONFIG_KASAN is not set\n"),
                         ["a.config: CONFIG_KASAN should be y, is n"])

    def test_an_option_that_should_be_off_and_is_on_is_named(self) -> None:
        fragment = self.fragment("a.config", "# CONFIG_ACPI is not set\n")
        self.assertEqual(kconfig.broken([fragment], "CONFIG_ACPI=y\n"), ["a.config: CONFIG_ACPI should be n, is y"])

    def test_a_later_fragment_overrides_an_earlier_one(self) -> None:
        first, second = self.fragment("a.config", "CONFIG_N=1\n"), self.fragment("b.config", "CONFIG_N=2\n")
        self.assertEqual(kconfig.broken([first, second], "CONFIG_N=2\n"), [])

    def test_each_group_of_lines_in_our_fragments_has_a_reason(self) -> None:
        for path in (SCRIPTS / "kernels").glob("*.config"):
            reason = False
            for line in path.read_text().splitlines():
                if kconfig.parse(line):
                    self.assertTrue(reason, f"{path.name}: {line}")
                else:
                    reason = line.startswith("#")

    def test_every_recipe_names_fragments_that_exist(self) -> None:
        for name, recipe in kernels.RECIPES.items():
            for fragment in recipe.fragments:
                self.assertTrue((SCRIPTS / "kernels" / f"{fragment}.config").is_file(), f"{name}: {fragment}")


if __name__ == "__main__":
    unittest.main()
