/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before all else where accesses to memory are recorded: see
 * footprint.h. Atomics and bit operations are assembler that the compiler does
 * not look into, but <linux/instrumented.h> tells KCSAN of each. This kernel
 * has no KCSAN: what would be told to it is told to us.
 */
#ifndef PL_FOOTPRINT_INSTRUMENT_H
#define PL_FOOTPRINT_INSTRUMENT_H

#include <linux/kcsan-checks.h>
#include <linux/stringify.h>
#include <linux/types.h>

void pl_touch(const void *ptr, size_t bytes, bool write);

/*
 * The compiler's own calls, by other names: objtool knows the compiler's as
 * what KCSAN calls in the middle of copies from user space, where almost
 * nothing may be done. X(name, size, write)
 */
#define PL_TOLD_SIZE(X, size) \
	X(read, size, false) \
	X(write, size, true) \
	X(unaligned_read, size, false) \
	X(unaligned_write, size, true) \
	X(volatile_read, size, false) \
	X(volatile_write, size, true) \
	X(unaligned_volatile_read, size, false) \
	X(unaligned_volatile_write, size, true)

#define PL_TOLD_SIZES(X) \
	PL_TOLD_SIZE(X, 1) \
	PL_TOLD_SIZE(X, 2) \
	PL_TOLD_SIZE(X, 4) \
	PL_TOLD_SIZE(X, 8) \
	PL_TOLD_SIZE(X, 16)

#define PL_TOLD_BY(function) __asm__(__stringify(pl_told_##function))
#define PL_TOLD_NAME(name, size, write) \
	void pl_told_##name##size(const void *ptr); \
	void __tsan_##name##size(void *ptr) PL_TOLD_BY(name##size);
PL_TOLD_SIZES(PL_TOLD_NAME)
#undef PL_TOLD_NAME

void pl_told_read_range(const void *ptr, size_t bytes);
void pl_told_write_range(const void *ptr, size_t bytes);
void __tsan_read_range(void *ptr, long bytes) PL_TOLD_BY(read_range);
void __tsan_write_range(void *ptr, long bytes) PL_TOLD_BY(write_range);

#undef kcsan_check_access
#define kcsan_check_access(ptr, size, type) \
	pl_touch((const void *)(ptr), size, (type) & KCSAN_ACCESS_WRITE)

#endif /* PL_FOOTPRINT_INSTRUMENT_H */
