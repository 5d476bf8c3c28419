# SPDX-License-Identifier: MIT
"""Debian's packages and modules: what a record depends on, what a module needs, what a guest is given."""

import io
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

import debs  # noqa: E402
import initramfs  # noqa: E402
import kernel_stock  # noqa: E402
import kernels  # noqa: E402
from failure import Failure  # noqa: E402
from progress import Progress, duration  # noqa: E402


class PackagesTest(unittest.TestCase):
    def test_dependencies_are_found_by_name_without_version_or_alternative(self) -> None:
        record = {"Depends": "linux-base (>= 4.12~), linux-headers-6.12.1-common (= 6.12.1-1), "
                             "linux-image-6.12.1-amd64 (= 6.12.1-1) | linux-image-6.12.1-amd64-unsigned, "
                             "linux-kbuild-6.12.1, gcc-12"}
        self.assertEqual(debs.depends(record, r"linux-(headers|kbuild)-.*"),
                         ["linux-headers-6.12.1-common", "linux-kbuild-6.12.1"])
        self.assertEqual(debs.depends(record, r"linux-image-\d.*"), ["linux-image-6.12.1-amd64"])

    def test_stale_lists_are_fetched_once_by_root_and_only_by_root(self) -> None:
        for user, calls in ((0, 2), (1000, 1)):
            make = mock.Mock(side_effect=debs.StaleLists("unknown package"))
            update = mock.Mock(return_value=mock.Mock(returncode=0))
            with self.subTest(user=user), mock.patch("os.geteuid", return_value=user), \
                    mock.patch("subprocess.run", update), mock.patch("sys.stderr", io.StringIO()), \
                    self.assertRaises(debs.StaleLists):
                debs.refreshed(make)
            self.assertEqual((make.call_count, update.call_count), (calls, calls - 1))

    def test_a_module_names_what_it_needs(self) -> None:
        module = b"\x7fELF..\0license=GPL\0depends=virtio-ring,virtio\0retpoline=Y\0"
        self.assertEqual(kernel_stock.dependencies(module), ["virtio_ring", "virtio"])
        self.assertEqual(kernel_stock.dependencies(b"\0depends=\0name=virtio\0"), [])

    def test_a_module_is_known_by_the_kernels_spelling(self) -> None:
        self.assertEqual(kernel_stock.module_name(Path("a/virtio-pci.ko.xz")), "virtio_pci")

    def test_an_unknown_kernel_is_refused_with_the_known_ones(self) -> None:
        with self.assertRaisesRegex(Failure, "no kernel is called debgu; there are stock, 6.1, debug"):
            kernels.canonical("debgu")
        self.assertEqual(kernels.canonical("6.12"), "stock")


class ContentsTest(unittest.TestCase):
    def test_file_arguments_are_read(self) -> None:
        self.assertEqual(initramfs.split_file("a/b.ko:/b.ko"), (Path("a/b.ko"), "/b.ko", 0o644))
        self.assertEqual(initramfs.split_file("run:/bin/run:755"), (Path("run"), "/bin/run", 0o755))

    def test_wrong_file_arguments_are_named(self) -> None:
        for text in ("a", ":b", "a:b:9", "a:b:755:x"):
            with self.subTest(text=text), self.assertRaisesRegex(Failure, "--file"):
                initramfs.split_file(text)

    def test_a_dynamic_program_brings_its_loader(self) -> None:
        libraries = initramfs.libraries(Path(sys.executable).resolve())
        self.assertTrue(any("ld-linux" in library for library in libraries), libraries)


class ProgressTest(unittest.TestCase):
    def test_durations_read_as_people_say_them(self) -> None:
        self.assertEqual([duration(0.2), duration(59), duration(200)], ["0 s", "59 s", "3 min 20 s"])

    def test_the_line_tells_what_is_left(self) -> None:
        progress = Progress("building", 200, out=io.StringIO())
        progress.done = 100
        self.assertEqual(progress.line(progress.start + 60),
                         "building: 100 of about 200 files, 1 min 00 s, about 1 min 00 s left")

    def test_what_is_left_is_told_from_the_latest_pace(self) -> None:
        progress = Progress("building", 1000, out=io.StringIO(), every=0.0)
        with mock.patch("time.monotonic", side_effect=[progress.start + 100 * i for i in range(1, 6)]):
            for count in (10, 10, 10, 10, 100):  # the last of them ten times as fast
                progress.step(count)
        self.assertIn("about 14 min", progress.line(progress.start + 500))

    def test_an_estimate_that_was_too_small_grows(self) -> None:
        progress = Progress("building", 10, out=io.StringIO())
        progress.done = 30
        self.assertEqual(progress.line(progress.start + 1), "building: 30 of about 30 files, 1 s")


if __name__ == "__main__":
    unittest.main()
