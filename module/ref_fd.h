/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Weak references as file descriptors: poll and read tell what happens to the
 * users behind one, in any generation and for any type, a process group without
 * a leader and a session included.
 *
 * The file owns a count of a reference that remembers (ref_watch.c), whose id
 * owns another. Closing the file takes both. Where the lab goes first, the id
 * goes with it, and the file stays and tells that all users have gone.
 */
#ifndef PL_REF_FD_H
#define PL_REF_FD_H

#include "pidlab.h"

struct file;
struct pl_lab;

/**
 * struct pl_ref_fd_call - the ioctl REF_FD under way
 * @arg: what user space gave, and gets
 * @file: the file that is to be installed as @arg.fd
 */
struct pl_ref_fd_call {
	struct pidlab_ref_fd arg;
	struct file *file;
};

struct file *pl_ref_fd_open(struct pl_lab *lab, struct pidlab_ref_fd *arg);
int pl_do_ref_fd(struct pl_lab *lab, void *call);
void pl_finish_ref_fd(void *call, bool delivered);

#endif /* PL_REF_FD_H */
