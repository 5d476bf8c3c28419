// SPDX-License-Identifier: GPL-2.0
/*
 * What -fsanitize=thread calls before each access to memory. See footprint.h.
 */
#include <linux/types.h>

#include "footprint.h"
#include "footprint_instrument.h"

#define CALL(name, size, write) \
	void pl_told_##name##size(const void *ptr) \
	{ \
		pl_touch(ptr, size, write); \
	}

PL_TOLD_SIZES(CALL)

/* More than 16 bytes at a time: a struct that is assigned. */
void pl_told_read_range(const void *ptr, size_t bytes)
{
	pl_touch(ptr, bytes, false);
}

void pl_told_write_range(const void *ptr, size_t bytes)
{
	pl_touch(ptr, bytes, true);
}

/* Called by the constructors that the compiler adds, where a kernel has those. */
void __tsan_init(void);
void __tsan_init(void)
{
}
