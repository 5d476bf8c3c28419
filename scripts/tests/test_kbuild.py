# SPDX-License-Identifier: MIT
"""Building the module: the copy of its sources, and what of make's words is a warning."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

import buildlog  # noqa: E402
from mirror import mirror  # noqa: E402

OURS, KERNEL = Path("/t/build/ko/stock"), Path("/c/stock/headers")


class MirrorTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top, self.into = Path(folder.name) / "top", Path(folder.name) / "into"
        self.write("Kbuild", "obj-m += module/\n")
        self.write("module/Kbuild", "obj-m := pidlab.o\n")
        self.write("module/main.c", "int x;\n")
        self.write("module/README.md", "text\n")

    def write(self, path: str, text: str) -> Path:
        target = self.top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def copied(self) -> set[str]:
        return {str(path.relative_to(self.into)) for path in self.into.rglob("*") if path.is_file()}

    def mirror(self) -> int:
        return mirror(self.top, ["module", "kunit"], self.into)

    def test_sources_are_copied_and_nothing_else(self) -> None:
        self.mirror()
        self.assertEqual(self.copied(), {"Kbuild", "module/Kbuild", "module/main.c"})

    def test_times_are_kept_so_that_make_rebuilds_only_what_changed(self) -> None:
        os.utime(self.top / "module/main.c", ns=(10**18, 10**18))
        self.mirror()
        self.assertEqual((self.into / "module/main.c").stat().st_mtime_ns, 10**18)

    def test_a_second_copy_has_nothing_to_do(self) -> None:
        self.mirror()
        self.assertEqual(self.mirror(), 0)

    def test_a_changed_file_is_copied_again_even_if_it_got_older(self) -> None:
        self.mirror()
        os.utime(self.write("module/main.c", "int y;\n"), ns=(10**18, 10**18))
        self.assertEqual(self.mirror(), 1)
        self.assertEqual((self.into / "module/main.c").read_text(), "int y;\n")

    def test_a_source_that_went_goes_and_objects_stay(self) -> None:
        self.write("module/old.c", "")
        self.mirror()
        (self.into / "module/main.o").write_text("")
        (self.into / "module/pidlab.mod.c").write_text("")
        (self.top / "module/old.c").unlink()
        self.mirror()
        self.assertEqual(self.copied(), {"Kbuild", "module/Kbuild", "module/main.c", "module/main.o",
                                         "module/pidlab.mod.c"})


class BuildLogTest(unittest.TestCase):
    def test_a_compilers_and_sparses_warnings_about_our_files_count(self) -> None:
        for line in (f"{OURS}/module/lab.c:9:5: warning: no previous prototype for 'x' [-Wmissing-prototypes]",
                     f"{OURS}/module/lab.c:12:1: warning: context imbalance in 'y' - wrong count at exit",
                     f"{OURS}/module/lab.c:3: warning: Function parameter or struct member 'z' not described in 'f'",
                     f'WARNING: modpost: missing MODULE_DESCRIPTION() in {OURS}/module/pidlab.o'):
            with self.subTest(line=line):
                self.assertTrue(buildlog.is_warning(line, OURS, KERNEL))

    def test_a_warning_in_the_kernels_own_headers_does_not_count(self) -> None:
        line = f"{KERNEL}/include/linux/rcupdate.h:1:1: warning: context imbalance"
        self.assertFalse(buildlog.is_warning(line, OURS, KERNEL))

    def test_an_ordinary_line_is_no_warning(self) -> None:
        self.assertFalse(buildlog.is_warning("  CC [M]  /t/module/warning_demo.o", OURS, KERNEL))

    def test_what_nobody_can_act_on_is_not_shown(self) -> None:
        for line in ("Skipping BTF generation for /t/pidlab.ko due to unavailability of vmlinux",
                     "  CC [M]  /t/module/main.o", "  MODPOST /t/Module.symvers", "  LD [M]  /t/pidlab.ko",
                     "make[1]: Entering directory '/usr/src/linux'", ""):
            with self.subTest(line=line):
                self.assertFalse(buildlog.visible(line))

    def test_an_error_is_shown_with_a_path_that_can_be_opened(self) -> None:
        line = f"{OURS}/module/lab.c:9:5: error: expected ';'"
        self.assertTrue(buildlog.visible(line))
        self.assertEqual(buildlog.readable(line, OURS, Path.cwd()), "module/lab.c:9:5: error: expected ';'")

    def test_what_was_warned_about_is_built_anew_next_time(self) -> None:
        line = f"{OURS}/module/lab.c:9:5: warning: unused variable"
        self.assertEqual(buildlog.objects_of([line, line], OURS), [OURS / "module/lab.o"])
        self.assertEqual(buildlog.objects_of([], OURS), [])

    def test_a_warning_in_a_header_builds_all_anew(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name in ("a.o", "b.o"):
                (Path(folder) / name).write_text("")
            line = f"{folder}/module/lab.h:9:5: warning: unused function"
            self.assertEqual(len(buildlog.objects_of([line], Path(folder))), 2)


if __name__ == "__main__":
    unittest.main()
