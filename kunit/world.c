// SPDX-License-Identifier: GPL-2.0
#include "world.h"

#define ROW(nr, NAME, name, allowed, K0, n0, K1, n1, K2, n2, K3, n3, \
	    R0, o0, R1, o1, R2, o2, ...) \
	{ \
		.opcode = nr, \
		.flags = allowed, \
		.operand = { PIDLAB_ARG_##K0, PIDLAB_ARG_##K1, \
			     PIDLAB_ARG_##K2, PIDLAB_ARG_##K3 }, \
		.result = { PIDLAB_ARG_##R0, PIDLAB_ARG_##R1, PIDLAB_ARG_##R2 }, \
	},

const struct world_row world_rows[] = { PIDLAB_OPS(ROW) };
const unsigned int world_nr_rows = ARRAY_SIZE(world_rows);

/* A release event: the last task has left a container. */
static noinline void leave_a_container(struct kunit *test, struct world *world)
{
	struct pl_lab *lab = world->lab;
	u64 left = MUST(test, lab, MKDIR, 0, world->root);

	MUST(test, lab, WRITE, 0, left, PIDLAB_FILE_NOTIFY, 1);
	MUST(test, lab, ATTACH, 0, world->b, left);
	MUST(test, lab, ATTACH, 0, world->b, world->root);
}

static noinline void make_containers(struct kunit *test, struct world *world)
{
	struct pl_lab *lab = world->lab;

	world->root = MUST(test, lab, MOUNT, 0,
			   BIT(PIDLAB_SUBSYS_PIDS) | BIT(PIDLAB_SUBSYS_FREEZER));
	world->box = MUST(test, lab, MKDIR, 0, world->root);
	world->other = MUST(test, lab, MOUNT, 0, BIT(PIDLAB_SUBSYS_TRACE));
	/* The root's own record; the tasks' are left. */
	MUST(test, lab, TRACE, 0);
	leave_a_container(test, world);
}

/* Its only user goes, which it tells when it is asked. */
static noinline void make_watch(struct kunit *test, struct world *world)
{
	struct pl_lab *lab = world->lab;
	u64 task = FORK(test, lab, world->init);
	u64 ref = MUST(test, lab, TREF, 0, task);

	world->watch = MUST(test, lab, WATCH, 0, ref);
	MUST(test, lab, PUT, 0, ref);
	MUST(test, lab, EXIT, 0, task);
	MUST(test, lab, REAP, 0, task);
}

/**
 * world_make() - make a world without the dead
 * @test: the case
 * @world: what there is
 */
void world_make(struct kunit *test, struct world *world)
{
	struct pl_lab *lab = lab_open(test);

	*world = (struct world){ .lab = lab, .init = lab->init_id };
	world->a = FORK(test, lab, world->init);
	world->b = FORK(test, lab, world->a);
	world->thread = FORK_THREAD(test, lab, world->a);
	world->zombie = FORK(test, lab, world->a);
	MUST(test, lab, EXIT, 0, world->zombie, 9);
	if (lab->generation->max_level)
		world->inside = FORK_NEWPID(test, lab, world->init);
	if (lab->generation->has_pids)
		world->pid = MUST(test, lab, PID, 0, world->b);
	world->ns = MUST(test, lab, NS, 0, world->inside ?: world->init);
	world->reserved = MUST(test, lab, RESERVE, 0, world->ns, 1);
	world->ref = MUST(test, lab, TREF, 0, world->b);
	MUST(test, lab, SWITCH_TO, 0, 0, world->a);
	make_watch(test, world);
	make_containers(test, world);
}

/**
 * world_bury() - add what is dead
 * @test: the case
 * @world: from world_make(); @dead and @held are filled in
 */
void world_bury(struct kunit *test, struct world *world)
{
	struct pl_lab *lab = world->lab;
	u64 task = FORK(test, lab, world->init);

	world->dead[PIDLAB_OBJECT_TASK] = task;
	if (lab->generation->has_pids)
		world->dead[PIDLAB_OBJECT_PID] = MUST(test, lab, PID, 0, task);
	world->dead[PIDLAB_OBJECT_REF] = MUST(test, lab, HOLD_TASK, 0, task);
	MUST(test, lab, PUT, 0, world->dead[PIDLAB_OBJECT_REF]);
	MUST(test, lab, EXIT, 0, task);
	MUST(test, lab, REAP, 0, task);
	if (lab->generation->max_level) {
		task = FORK_NEWPID(test, lab, world->init);
		world->dead[PIDLAB_OBJECT_NS] = MUST(test, lab, NS, 0, task);
		MUST(test, lab, EXIT, 0, task);
		MUST(test, lab, REAP, 0, task);
	}
	world->held = FORK(test, lab, world->init);
	MUST(test, lab, HOLD_TASK, 0, world->held);
	MUST(test, lab, EXIT, 0, world->held);
	MUST(test, lab, REAP, 0, world->held);
	world->dead[PIDLAB_OBJECT_CONTAINER] = MUST(test, lab, MKDIR, 0, world->box);
	MUST(test, lab, RMDIR, 0, world->dead[PIDLAB_OBJECT_CONTAINER]);
	MUST(test, lab, GP, 0);
}

/**
 * world_lacks() - whether the generation refuses an operation altogether
 * @world: a world
 * @opcode: its opcode
 *
 * Return: true where it gives -EOPNOTSUPP.
 */
bool world_lacks(const struct world *world, unsigned int opcode)
{
	switch (opcode) {
	case PIDLAB_OP_SCAN:
		return !world->lab->generation->index->scan;
	case PIDLAB_OP_HOLD_PID:
	case PIDLAB_OP_PID:
	case PIDLAB_OP_FIND:
	case PIDLAB_OP_NEXT:
	case PIDLAB_OP_FIRST:
		return !world->lab->generation->has_pids;
	case PIDLAB_OP_UNSHARE:
		return !world->lab->generation->max_level;
	default:
		return false;
	}
}

/**
 * world_op() - an instruction that succeeds
 * @world: a new world
 * @opcode: its opcode
 *
 * Return: the instruction; opcode 0 if none is known.
 */
struct pidlab_op world_op(const struct world *world, unsigned int opcode)
{
	switch (opcode) {
	case PIDLAB_OP_FORK:
		return OP(FORK, 0, world->a);
	case PIDLAB_OP_EXIT:
		return OP(EXIT, 0, world->b, 3);
	case PIDLAB_OP_WAIT:
		return OP(WAIT, 0, world->a, -1);
	case PIDLAB_OP_REAP:
		return OP(REAP, 0, world->zombie);
	case PIDLAB_OP_EXEC:
		return OP(EXEC, 0, world->thread);
	case PIDLAB_OP_SETPGID:
		return OP(SETPGID, 0, world->a, 3, 0);
	case PIDLAB_OP_SETSID:
		return OP(SETSID, 0, world->b);
	case PIDLAB_OP_KILL:
		return OP(KILL, 0, world->init, 3, 9);
	case PIDLAB_OP_HOLD_TASK:
		return OP(HOLD_TASK, 0, world->b);
	case PIDLAB_OP_HOLD_PID:
		return OP(HOLD_PID, 0, world->b, PIDLAB_TYPE_PGID);
	case PIDLAB_OP_TREF:
		return OP(TREF, 0, world->a, PIDLAB_TYPE_SID);
	case PIDLAB_OP_TREF_NR:
		return OP(TREF_NR, 0, 2, PIDLAB_TYPE_PID);
	case PIDLAB_OP_DUP:
		return OP(DUP, 0, world->ref);
	case PIDLAB_OP_SET:
		return OP(SET, 0, world->ref, world->ref);
	case PIDLAB_OP_PUT:
		return OP(PUT, 0, world->ref);
	case PIDLAB_OP_DEREF:
		return OP(DEREF, 0, world->ref);
	case PIDLAB_OP_READ:
		return LAB_OP(PIDLAB_OP_READ, 0, world->ref);
	case PIDLAB_OP_PID:
		return OP(PID, 0, world->b, PIDLAB_TYPE_SID);
	case PIDLAB_OP_FIND:
		return OP(FIND, 0, 1, world->ns);
	case PIDLAB_OP_NEXT:
		return OP(NEXT, 0, 1, world->ns);
	case PIDLAB_OP_FIRST:
		return OP(FIRST, 0, world->pid, PIDLAB_TYPE_PID);
	case PIDLAB_OP_NR:
		return OP(NR, 0, world->b, PIDLAB_TYPE_PID, world->init);
	case PIDLAB_OP_NS:
		return OP(NS, 0, world->b);
	case PIDLAB_OP_STATE:
		return OP(STATE, 0, world->zombie);
	case PIDLAB_OP_SEEN:
		return OP(SEEN, 0, PIDLAB_BUG_PLAIN_LAST);
	case PIDLAB_OP_RCU_GET:
		return OP(RCU_GET, 0, world->b);
	case PIDLAB_OP_COUNTS:
		return OP(COUNTS, 0, world->b);
	case PIDLAB_OP_SWITCH_TO:
		return OP(SWITCH_TO, 0, 0, world->b);
	case PIDLAB_OP_CURR:
		return OP(CURR, 0, 0);
	case PIDLAB_OP_PID_MAX:
		return OP(PID_MAX, 0, world->ns, 400);
	case PIDLAB_OP_SCAN:
		return OP(SCAN, 0, world->ns);
	case PIDLAB_OP_RESERVE:
		return OP(RESERVE, 0, world->ns, 3);
	case PIDLAB_OP_SETNS:
		return OP(SETNS, 0, world->init, world->ns);
	case PIDLAB_OP_UNSHARE:
		return OP(UNSHARE, 0, world->b);
	case PIDLAB_OP_UNRESERVE:
		return OP(UNRESERVE, 0, world->ns, world->reserved);
	case PIDLAB_OP_GP:
		return OP(GP, 0);
	case PIDLAB_OP_MOUNT:
		return OP(MOUNT, 0, BIT(PIDLAB_SUBSYS_ACCOUNT));
	case PIDLAB_OP_UMOUNT:
		return OP(UMOUNT, 0, world->other);
	case PIDLAB_OP_MKDIR:
		return OP(MKDIR, 0, world->box);
	case PIDLAB_OP_RMDIR:
		return OP(RMDIR, 0, world->box);
	case PIDLAB_OP_ATTACH:
		return OP(ATTACH, 0, world->b, world->box);
	case PIDLAB_OP_WHERE:
		return OP(WHERE, 0, world->b, BIT(PIDLAB_SUBSYS_PIDS));
	case PIDLAB_OP_WRITE:
		return OP(WRITE, 0, world->box, PIDLAB_FILE_PIDS_MAX, 7);
	case PIDLAB_OP_STAT:
		return OP(STAT, 0, world->root, PIDLAB_FILE_PIDS_CURRENT);
	case PIDLAB_OP_FREEZE:
		return OP(FREEZE, 0, world->box);
	case PIDLAB_OP_THAW:
		return OP(THAW, 0, world->box);
	case PIDLAB_OP_RELEASE_EVENT:
		return OP(RELEASE_EVENT, 0);
	case PIDLAB_OP_TRACE:
		return OP(TRACE, 0);
	case PIDLAB_OP_WATCH:
		return OP(WATCH, 0, world->ref);
	case PIDLAB_OP_EVENT:
		return OP(EVENT, 0, world->watch);
	default:
		return (struct pidlab_op){};
	}
}
