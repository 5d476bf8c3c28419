// SPDX-License-Identifier: GPL-2.0
#include "compat.h"
#include "cpu.h"
#include "lab.h"
#include "task.h"

/* Whether a CPU may switch to a task: it has not exited, no other CPU has it. */
static int may_run(const struct pl_task *task)
{
	if (task->exited)
		return -ESRCH;
	return task->cpu == PL_NO_CPU ? 0 : -EBUSY;
}

/* Under cpu_lock: what changes when @cpu leaves @prev for @next. */
static void change_curr(struct pl_lab *lab, unsigned int cpu, struct pl_task *prev,
			struct pl_task *next)
{
	pl_assert_spin_held(&lab->cpu_lock);
	if (prev)
		prev->cpu = PL_NO_CPU;
	if (next)
		next->cpu = cpu;
	/* Pairs with curr_by_rcu(). */
	rcu_assign_pointer(lab->curr[cpu], next);
}

/**
 * pl_cpu_switch() - a virtual CPU goes on with another task
 * @lab: the lab
 * @cpu: one of those that the lab has
 * @next: a task the caller counts; NULL: the CPU idles
 * @prev_id: out: the task that was current, 0 for none
 *
 * If the task switched away from has exited, the scheduler's hold on it goes.
 * Nobody new finds it as current then; those who did before may use it until a
 * grace period has passed, where rcu_users is what goes (see pl_rcu_layout).
 *
 * Context: may sleep.
 * Return: 0; -ESRCH: @next has exited; -EBUSY: another CPU has it.
 */
int pl_cpu_switch(struct pl_lab *lab, unsigned int cpu, struct pl_task *next, u64 *prev_id)
{
	struct pl_task *prev;
	unsigned long flags;
	bool over = false;
	int error = 0;

	pl_spin_lock(&lab->cpu_lock, flags);
	prev = rcu_dereference_protected(lab->curr[cpu], pl_is_held(&lab->cpu_lock));
	*prev_id = prev ? prev->object.id : 0;
	if (next && (next != prev || prev->exited))
		error = may_run(next);
	if (!error && next != prev) {
		over = prev && prev->exited;
		change_curr(lab, cpu, prev, next);
	}
	pl_spin_unlock(&lab->cpu_lock, flags);
	if (over) {
		/* The scheduler's hold is ours alone now. */
		pl_point(lab, PL_POINT_CPU_SWITCHED);
		lab->rcu_layout->put_sched(prev);
	}
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_cpu_switch);

/* Where the scheduler is one of rcu_users: no check, no lock, no retry. */
static struct pl_task *curr_by_rcu(struct pl_lab *lab, unsigned int cpu)
{
	struct pl_task *task;

	pl_rcu_read_lock(lab);
	/* Pairs with change_curr(): the task is as fork has made it. */
	task = rcu_dereference_check(lab->curr[cpu], pl_rcu_held(lab));
	if (task)
		pl_task_get(task);
	pl_rcu_read_unlock(lab);
	return task;
}

/* Where it is not: the switch away frees a reaped task at once. */
static struct pl_task *curr_by_lock(struct pl_lab *lab, unsigned int cpu)
{
	struct pl_task *task;
	unsigned long flags;

	pl_spin_lock(&lab->cpu_lock, flags);
	task = rcu_dereference_protected(lab->curr[cpu], pl_is_held(&lab->cpu_lock));
	if (task)
		pl_task_get(task);
	pl_spin_unlock(&lab->cpu_lock, flags);
	return task;
}

/**
 * pl_cpu_curr() - the task that a virtual CPU has
 * @lab: the lab
 * @cpu: one of those that the lab has
 *
 * Return: the task, counted for the caller, alive or dead; NULL: it idles.
 */
struct pl_task *pl_cpu_curr(struct pl_lab *lab, unsigned int cpu)
{
	return lab->rcu_layout->rcu_curr ? curr_by_rcu(lab, cpu) : curr_by_lock(lab, cpu);
}
PL_EXPORT_FOR_KUNIT(pl_cpu_curr);

/**
 * pl_cpu_exited() - the last thing that a task does
 * @task: its exit is at its end; the caller counts it
 *
 * The scheduler's hold goes, here or by the switch away from the task. No CPU
 * can switch to it any more.
 *
 * Context: any.
 */
void pl_cpu_exited(struct pl_task *task)
{
	struct pl_lab *lab = task->lab;
	unsigned long flags;
	bool current_somewhere;

	pl_spin_lock(&lab->cpu_lock, flags);
	task->exited = true;
	current_somewhere = task->cpu != PL_NO_CPU;
	pl_spin_unlock(&lab->cpu_lock, flags);
	if (!current_somewhere)
		lab->rcu_layout->put_sched(task);
}

/**
 * pl_cpu_idle_all() - let go of all current tasks
 * @lab: a lab that is being closed
 *
 * Context: may sleep.
 */
void pl_cpu_idle_all(struct pl_lab *lab)
{
	unsigned int cpu;
	u64 prev_id;

	for (cpu = 0; cpu < PL_MAX_CPUS; cpu++)
		pl_cpu_switch(lab, cpu, NULL, &prev_id);
}
