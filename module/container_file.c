// SPDX-License-Identifier: GPL-2.0
/* Files: what can be read of a container and written into it. */
#include <linux/array_size.h>
#include <linux/nospec.h>

#include "compat.h"
#include "container.h"
#include "lab.h"
#include "subsys.h"
#include "task.h"

/**
 * struct file_desc - a row of the table of files
 * @known: there is such a file
 * @writable: it can be written
 * @subsys: whose it is; PIDLAB_SUBSYS_NONE: every container has it
 */
struct file_desc {
	bool known;
	bool writable;
	u8 subsys;
};

static const struct file_desc files[] = {
#define FILE_DESC(nr, NAME, name, SUBSYS, w, ...) [nr] = { true, w, PIDLAB_SUBSYS_##SUBSYS },
	PIDLAB_FILES(FILE_DESC)
#undef FILE_DESC
};

static const struct file_desc *find_file(unsigned int file)
{
	if (file >= ARRAY_SIZE(files))
		return NULL;
	file = array_index_nospec(file, ARRAY_SIZE(files));
	return files[file].known ? &files[file] : NULL;
}

/**
 * pl_container_has_file() - whether there is a file of that number at all
 * @file: from user space
 *
 * Return: true if there is.
 */
bool pl_container_has_file(u64 file)
{
	return file <= U16_MAX && find_file(file);
}

/* Takes the mutex if the container is there and has such a file. */
static int open_file(struct pl_lab *lab, struct pl_container *container,
		     const struct file_desc *desc)
{
	int error = 0;

	if (!desc)
		return -EINVAL;
	pl_mutex_lock(&lab->containers.lock);
	if (container->removed)
		error = -ESRCH;
	else if (desc->subsys != PIDLAB_SUBSYS_NONE && !container->css[desc->subsys])
		error = -EOPNOTSUPP;
	if (error)
		pl_mutex_unlock(&lab->containers.lock);
	return error;
}

static u64 count_tasks(struct pl_lab *lab, const struct pl_container *container)
{
	int i = __ffs(container->mask);
	struct pl_task *task;
	u64 count = 0;

	pl_read_lock(&lab->tasklist_lock);
	list_for_each_entry(task, &lab->tasks, node)
		count += !(task->flags & PL_TASK_EXITING) &&
			 pl_css_of(task, i) == container->css[i];
	pl_read_unlock(&lab->tasklist_lock);
	return count;
}

static u64 count_children(const struct pl_container *container)
{
	struct pl_container *child;
	u64 count = 0;

	list_for_each_entry(child, &container->children, sibling)
		count++;
	return count;
}

static u64 read_common(struct pl_lab *lab, struct pl_container *container, enum pidlab_file file)
{
	switch (file) {
	case PIDLAB_FILE_NOTIFY:
		return container->notify;
	case PIDLAB_FILE_TASKS:
		return count_tasks(lab, container);
	case PIDLAB_FILE_COUNT:
		return atomic_read(&container->count);
	default:
		return count_children(container);
	}
}

/**
 * pl_container_read() - read a file of a container
 * @lab: the lab
 * @container: counted by the caller
 * @file: which
 * @value: out
 *
 * Context: takes the container mutex.
 * Return: 0; -EINVAL: no such file; -EOPNOTSUPP: it belongs to a subsystem that
 * the hierarchy does not have; -ESRCH: the container was removed.
 */
int pl_container_read(struct pl_lab *lab, struct pl_container *container, enum pidlab_file file,
		      u64 *value)
{
	const struct file_desc *desc = find_file(file);
	int error = open_file(lab, container, desc);

	if (error)
		return error;
	if (desc->subsys == PIDLAB_SUBSYS_NONE)
		*value = read_common(lab, container, file);
	else
		*value = lab->containers.hooks->subsys[desc->subsys]->read(
			container->css[desc->subsys], file);
	pl_mutex_unlock(&lab->containers.lock);
	return 0;
}
PL_EXPORT_FOR_KUNIT(pl_container_read);

static int write_notify(struct pl_container *container, u64 value)
{
	if (value > 1)
		return -EINVAL;
	WRITE_ONCE(container->notify, value);
	return 0;
}

/**
 * pl_container_write() - write a file of a container
 * @lab: the lab
 * @container: counted by the caller
 * @file: which
 * @value: what
 *
 * Context: takes the container mutex.
 * Return: 0; as pl_container_read(); -EACCES: it can only be read; -EINVAL:
 * the value is out of range, or the container a root where that cannot be.
 */
int pl_container_write(struct pl_lab *lab, struct pl_container *container, enum pidlab_file file,
		       u64 value)
{
	const struct file_desc *desc = find_file(file);
	int error = open_file(lab, container, desc);

	if (error)
		return error;
	if (!desc->writable)
		error = -EACCES;
	else if (desc->subsys == PIDLAB_SUBSYS_NONE)
		error = write_notify(container, value);
	else
		error = lab->containers.hooks->subsys[desc->subsys]->write(
			container->css[desc->subsys], file, value);
	pl_mutex_unlock(&lab->containers.lock);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_container_write);
