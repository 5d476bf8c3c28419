// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("Tests of the laboratory for process identity");
MODULE_LICENSE("GPL");
