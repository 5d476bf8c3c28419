/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/pidlab: an open file is a lab, its ioctls are rows of a table. */
#ifndef PL_DEV_H
#define PL_DEV_H

struct file;
struct pl_lab;

struct pl_lab *pl_dev_lab(const struct file *file);
int pl_do_control(struct pl_lab *lab, void *arg);

int pl_dev_init(void);
void pl_dev_exit(void);

#endif /* PL_DEV_H */
