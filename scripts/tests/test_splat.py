# SPDX-License-Identifier: MIT
"""The console scan: each kind of report is found, and what only looks like one is not."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

import splat  # noqa: E402

REPORTS = {
    "[    9.104522] BUG: KASAN: slab-use-after-free in pl_task_put+0x1f/0x40 [pidlab]": "KASAN",
    "[   30.771290] BUG: KCSAN: data-race in pl_pid_alloc [pidlab] / pl_pid_free [pidlab]": "KCSAN",
    "[   80.136272] BUG: KCSAN: data-race in table_next [pidlab] / table_publish [pidlab]": "KCSAN",
    "[   80.136272] BUG: KCSAN: data-race in run_racer+0x3a4/0x890 [pidlab_kunit]": "KCSAN",
    "[    2.000001] BUG: KFENCE: out-of-bounds read in pl_op_run+0x1/0x2 [pidlab]": "KFENCE",
    "[    2.000001] UBSAN: array-index-out-of-bounds in module/op.c:88:12": "UBSAN",
    "[    2.000001] UBSAN: shift-out-of-bounds in module/index.c:12:3": "UBSAN",
    "[   11.290517] BUG: sleeping function called from invalid context at include/linux/sched/mm.h:337":
        "sleeping in atomic context",
    "[   11.290517] BUG: scheduling while atomic: insmod/71/0x00000002": "sleeping in atomic context",
    "[   12.511822] WARNING: possible circular locking dependency detected": "lockdep",
    "[   12.511822] WARNING: possible recursive locking detected": "lockdep",
    "[   12.511822] WARNING: inconsistent lock state": "lockdep",
    "[   12.511822] WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected": "lockdep",
    "[   12.511822] WARNING: bad unlock balance detected!": "lockdep",
    "[   12.511822] WARNING: lock held when returning to user space!": "lockdep",
    "[   12.511822] [ BUG: Invalid wait context ]": "lockdep",
    "[   12.511822] INFO: trying to register non-static key.": "lockdep",
    "[   12.511822] WARNING: suspicious RCU usage": "RCU",
    "[   98.200211] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:": "RCU",
    "[   98.200211] rcu: INFO: rcu_preempt self-detected stall on CPU": "RCU",
    "[  242.668212] INFO: task pidlab:97 blocked for more than 120 seconds.": "hung task",
    "[   64.000132] watchdog: BUG: soft lockup - CPU#1 stuck for 52s! [insmod:66]": "lockup",
    "[    3.485562] WARNING: CPU: 1 PID: 66 at module/lab.c:120 pl_lab_free+0x33/0x50 [pidlab]": "WARNING",
    "[    3.485562][   T66] WARNING: CPU: 1 PID: 66 at module/lab.c:120 pl_lab_free+0x33/0x50": "WARNING",
    "[    3.485562] refcount_t: underflow; use-after-free.": "refcount",
    "[    3.485562] list_del corruption. prev->next should be ffff888001, but was dead000000000122": "list corruption",
    "[    3.485562] ODEBUG: activate active (active state 1) object: 00000000 object type: rcu_head hint: 0x0":
        "debug objects",
    "[    3.485562] BUG pl_task (Tainted: G      O ): Objects remaining in pl_task on __kmem_cache_shutdown()": "slab",
    "[    3.485562] BUG kmalloc-64 (Not tainted): Right Redzone overwritten": "slab",
    "[    3.485562] BUG: kernel NULL pointer dereference, address: 0000000000000008": "oops",
    "[    3.485562] BUG: unable to handle page fault for address: ffffc90000200000": "oops",
    "[    3.485562] Oops: general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP": "oops",
    "[    3.485562] kernel BUG at module/pid.c:77!": "BUG",
    "[    3.485562] BUG: using smp_processor_id() in preemptible [00000000] code: insmod/66": "BUG",
    "[    3.485562] BUG: Bad page state in process insmod  pfn:01f2a": "BUG",
    "[    0.240000] BUG: failure at arch/um/kernel/trap.c:3/segv()!": "BUG",
    "[   20.000001] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)": "kmemleak",
    "[    1.000000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100": "panic",
    "ok 3 half a line of a program[    3.485562] BUG: KASAN: slab-out-of-bounds in x+0x1/0x2": "KASAN",
}

FALSE_FRIENDS = """\
[  102.616045] BUG: KCSAN: data-race in virtqueue_get_buf_ctx_split+0x6a/0x2e0
[  102.616045] BUG: KCSAN: data-race in hrtimer_active / hrtimer_start_range_ns
[    0.000000] Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible via Spectre v2
[    0.000000] rcu: INFO: nothing at all
[    0.000000] rcu: Preemptible hierarchical RCU implementation.
[    0.000000] rcu: \tRCU lockdep checking is enabled.
[    0.000000] Running RCU self tests
[    0.000000] kmemleak: Kernel memory leak detector initialized (mem pool available: 15748)
[    0.000000] kasan: KernelAddressSanitizer initialized
[    0.010000] kcsan: enabled early
[    0.020000] KCSAN: selftest: 3/3 tests passed
[    0.100000] [Firmware Bug]: TSC frequency mismatch between PIT and CPUID
[    0.100000] ACPI BIOS Warning (bug): Optional FADT field Gpe1Block has valid length but zero address
[    0.100000] ... MAX_LOCKDEP_ENTRIES:     32768
[    0.100000] MDS: Vulnerable: Clear CPU buffers attempted, no microcode
[    1.000000] clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable
[    1.200000] pidlab: loading out-of-tree module taints kernel.
[    1.200000] pidlab: BUG: a bug of 2006 was switched on and seen, as asked
[    2.000000] insmod: page allocation failure: order:0, mode:0xcc0(GFP_KERNEL), nodemask=(null)
[    2.000000] FAULT_INJECTION: forcing a failure.
[    2.000000] Memory cgroup out of memory: Killed process 71 (pidlab) total-vm:1024kB
[    2.000000] Call Trace:
[    2.100000] kmemleak: 0 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
WARNING: a program may say this
BUG: and this
Kernel panic - not syncing: so says a text about panics
    ok 4 BUG: KASAN: the name of a test case
"""

KASAN_LOG = """\
[    8.000000] pidlab: loaded
[    9.104500] ==================================================================
[    9.104522] BUG: KASAN: slab-use-after-free in pl_task_put+0x1f/0x40 [pidlab]
[    9.104611] Read of size 4 at addr ffff888003a1c2a0 by task insmod/66
[    9.105000] Call Trace:
[    9.105001]  pl_task_put+0x1f/0x40 [pidlab]
[    9.106000] ==================================================================
[    9.106100] Kernel panic - not syncing: KASAN: panic_on_warn set ...
[    9.106200] ---[ end Kernel panic - not syncing: KASAN: panic_on_warn set ... ]---
"""


class SplatTest(unittest.TestCase):
    def test_each_kind_of_report_is_found(self) -> None:
        for line, kind in REPORTS.items():
            with self.subTest(line=line):
                self.assertEqual([found.kind for found in splat.scan(line)], [kind])

    def test_every_kind_has_an_example(self) -> None:
        self.assertEqual(set(REPORTS.values()), {kind for kind, _ in splat.KINDS})

    def test_false_friends_are_not_reports(self) -> None:
        for line in FALSE_FRIENDS.splitlines():
            with self.subTest(line=line):
                self.assertEqual(splat.scan(line), [])

    def test_a_report_comes_with_its_place_and_its_text(self) -> None:
        first, second = splat.scan(KASAN_LOG)
        self.assertEqual((first.kind, first.line), ("KASAN", 3))
        self.assertIn("Read of size 4", first.text)
        self.assertNotIn("panic", first.text)
        self.assertEqual((second.kind, second.line), ("panic", 8))

    def test_carriage_returns_of_a_serial_line_do_not_hide_a_report(self) -> None:
        self.assertEqual(len(splat.scan(KASAN_LOG.replace("\n", "\r\n"))), 2)

    def test_a_report_that_never_ends_is_cut(self) -> None:
        log = "[    1.000000] BUG: it goes on\n" + "[    1.000000] and on\n" * 500
        (found,) = splat.scan(log)
        self.assertLess(len(found.text.splitlines()), 50)

    def test_an_empty_log_has_no_report(self) -> None:
        self.assertEqual(splat.scan(""), [])


if __name__ == "__main__":
    unittest.main()
