/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that pidlab builds against. The only file
 * that may look at the kernel's version.
 */
#ifndef PL_COMPAT_H
#define PL_COMPAT_H

#include <linux/kconfig.h>
#include <linux/version.h>

/* The KUnit module links to the module's inside where the kernel has KUnit. */
#if IS_ENABLED(CONFIG_KUNIT) && LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <kunit/visibility.h>
#define PL_EXPORT_FOR_KUNIT(symbol) EXPORT_SYMBOL_IF_KUNIT(symbol)
#else
#define PL_EXPORT_FOR_KUNIT(symbol)
#endif

/* The attributes of the request that asked for a dump. */
#if KERNEL_VERSION(6, 7, 0) <= LINUX_VERSION_CODE
#define pl_dump_attrs(cb) (genl_info_dump(cb)->attrs)
#else
#define pl_dump_attrs(cb) (genl_dumpit_info(cb)->attrs)
#endif

#endif /* PL_COMPAT_H */
