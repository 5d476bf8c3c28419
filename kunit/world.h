/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A lab with an object of each kind, dead ones too, and for each opcode an
 * instruction that succeeds in it: for tests that walk the table of
 * operations.
 */
#ifndef PIDLAB_KUNIT_WORLD_H
#define PIDLAB_KUNIT_WORLD_H

#include "lab_helper.h"

/**
 * struct world - what there is
 * @lab: the lab
 * @init: task 1
 * @a: task 2, a child of 1; has threads and children, and a CPU has it
 * @b: task 3, a child of 2
 * @thread: task 4, a thread of 2
 * @zombie: task 5, a child of 2
 * @inside: first task of a namespace inside, where there are such; or 0
 * @pid: pid of 3, where there are such; or 0
 * @ns: a namespace
 * @reserved: a number there that is taken for nobody
 * @ref: a reference to 3
 * @watch: a reference that has something to tell
 * @root: of a hierarchy with pids and freezer
 * @box: an empty container in it
 * @other: root of a hierarchy with trace, which has no other container
 * @dead: ids of objects that are gone, by enum pidlab_object
 * @held: a dead task that a reference holds
 */
struct world {
	struct pl_lab *lab;
	u64 init, a, b, thread, zombie, inside;
	u64 pid, ns, reserved, ref, watch;
	u64 root, box, other;
	u64 dead[PIDLAB_OBJECT_CONTAINER + 1];
	u64 held;
};

/**
 * struct world_row - a row of the public table of operations
 * @opcode: its number
 * @flags: that it allows
 * @operand: kinds of operands
 * @result: kinds of results
 */
struct world_row {
	u16 opcode;
	u16 flags;
	u8 operand[PIDLAB_OP_ARGS];
	u8 result[PIDLAB_OP_RESULTS];
};

extern const struct world_row world_rows[];
extern const unsigned int world_nr_rows;

void world_make(struct kunit *test, struct world *world);
void world_bury(struct kunit *test, struct world *world);
bool world_lacks(const struct world *world, unsigned int opcode);
struct pidlab_op world_op(const struct world *world, unsigned int opcode);

#endif /* PIDLAB_KUNIT_WORLD_H */
