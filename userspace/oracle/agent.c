// SPDX-License-Identifier: MIT
/*
 * A task of the oracle: does by system calls what the controller asks, and
 * tells what they returned.
 *
 * A program of its own, without a C library: fork has little to copy, exec
 * leads back to the same loop, and threads share nothing that belongs to one
 * of them. Started as `agent SLOT' with the descriptors of protocol.h.
 */
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include <asm/siginfo.h>
#include <asm/unistd.h>

#include "protocol.h"

#define PROT_BOTH  (PROT_READ | PROT_WRITE)
#define INT_LEAST  (-2147483647 - 1)
#define NO_PROCESS (-3)	 /* -ESRCH */
#define AT_EMPTY   0x1000 /* AT_EMPTY_PATH */
#define STACK_SIZE 8192

static struct oracle_slot *slots;

/* Whoever has a slot has the stack of that number. */
static char stacks[ORACLE_SLOTS][STACK_SIZE] __attribute__((aligned(16)));

static long call6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#define call(nr, a, b, c) call6(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)

static void wake(__u32 *word) { call(__NR_futex, word, FUTEX_WAKE, 1); }

static void answer(struct oracle_slot *slot)
{
	__atomic_store_n(&slot->done, __atomic_load_n(&slot->command, __ATOMIC_RELAXED),
			 __ATOMIC_RELEASE);
	wake(&slot->done);
}

static const char *read_number(const char *text, __s32 *value)
{
	for (*value = 0; *text >= '0' && *text <= '9'; text++)
		*value = *value * 10 + (*text - '0');
	return text;
}

static char *write_text(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	*to = 0;
	return to;
}

static char *write_number(char *to, __s64 value)
{
	char digits[24];
	int count = 0;

	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (count)
		*to++ = digits[--count];
	*to = 0;
	return to;
}

/* Numbers are what the one who mounted /proc sees: the controller. */
static void report_birth(struct oracle_slot *slot)
{
	char path[64];
	long length = call(__NR_readlink, "/proc/thread-self", path, sizeof(path) - 1);

	path[length > 0 ? length : 0] = 0;
	/* TGID/task/TID */
	const char *rest = read_number(path, &slot->tgid);

	if (*rest)
		read_number(rest + sizeof("/task/") - 1, &slot->tid);
	__atomic_store_n(&slot->born, 1, __ATOMIC_RELEASE);
	wake(&slot->born);
}

static void serve(int self) __attribute__((noreturn, used));

/*
 * clone3 whose child comes back on a stack of its own, where it can do nothing
 * but begin. For processes, too: a stack that was taken along might be that of
 * a slot that gets another task later.
 */
static long clone_to(struct clone_args *args, long child)
{
	register long slot __asm__("r12") = child;
	long result;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r12, %%rdi\n\t"
			 "call serve\n"
			 "1:"
			 : "=a"(result)
			 : "a"(__NR_clone3), "D"(args), "S"(sizeof(*args)), "r"(slot)
			 : "rcx", "r11", "memory");
	return result;
}

static long do_fork(const __s64 *arg)
{
	int child = (int)arg[0];
	__s32 tids[ORACLE_ARGS];
	struct clone_args args = {
		.flags = (__u64)arg[1],
		.exit_signal = (__u64)arg[2],
		.stack = (__u64)stacks[child],
		.stack_size = STACK_SIZE,
		.set_tid = arg[3] ? (__u64)tids : 0,
		.set_tid_size = (__u64)arg[3],
	};

	for (int i = 0; i + 4 < ORACLE_ARGS; i++)
		tids[i] = (__s32)arg[4 + i];
	return clone_to(&args, child);
}

static long do_exec(int self)
{
	char name[] = "agent", number[24];
	char *argv[] = { name, number, 0 }, *envp[] = { 0 };

	write_number(number, self);
	return call6(__NR_execveat, ORACLE_PROGRAM_FD, (long)"", (long)argv, (long)envp, AT_EMPTY, 0);
}

static long do_look(__s64 which, __s64 *detail)
{
	int type = which > 0 ? P_PID : which == -1 ? P_ALL : P_PGID;
	siginfo_t info = { .si_signo = 0 };
	long error;

	if (which == INT_LEAST)
		return NO_PROCESS; /* as wait4(2); there is no such id for waitid(2) */
	error = call6(__NR_waitid, type, which < 0 ? -which : which, (long)&info,
		      WEXITED | WNOHANG | WNOWAIT | __WALL, 0, 0);
	if (error < 0)
		return error;
	*detail = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
	return info.si_pid;
}

static long do_wait(__s64 which, __s64 *detail)
{
	int status = 0;
	long result = call6(__NR_wait4, which, (long)&status, WNOHANG | __WALL, 0, 0, 0);

	*detail = status;
	return result;
}

static long do_setns(__s64 pid, __s64 fd)
{
	char path[64];
	long ns, result;

	write_number(write_text(write_number(write_text(path, "/proc/"), pid), "/fd/"), fd);
	ns = call(__NR_open, path, O_RDONLY | O_CLOEXEC, 0);
	if (ns < 0)
		return ns;
	result = call(__NR_setns, ns, CLONE_NEWPID, 0);
	call(__NR_close, ns, 0, 0);
	return result;
}

static long do_pid_max(__s64 value)
{
	char text[24];
	long fd = call(__NR_open, "/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC, 0), result;

	if (fd < 0)
		return fd;
	result = call(__NR_write, fd, text, write_number(text, value) - text);
	call(__NR_close, fd, 0, 0);
	return result < 0 ? result : 0;
}

static long execute(struct oracle_slot *slot, int self)
{
	const __s64 *arg = slot->arg;

	switch (slot->what) {
	case ORACLE_FORK:
		return do_fork(arg);
	case ORACLE_EXIT:
		return call(__NR_exit, arg[0], 0, 0);
	case ORACLE_EXIT_GROUP:
		return call(__NR_exit_group, arg[0], 0, 0);
	case ORACLE_EXEC:
		return do_exec(self);
	case ORACLE_WAIT:
		return do_wait(arg[0], &slot->detail);
	case ORACLE_LOOK:
		return do_look(arg[0], &slot->detail);
	case ORACLE_SETPGID:
		return call(__NR_setpgid, arg[0], arg[1], 0);
	case ORACLE_SETSID:
		return call(__NR_setsid, 0, 0, 0);
	case ORACLE_KILL:
		return call(__NR_kill, arg[0], arg[1], 0);
	case ORACLE_SETNS:
		return do_setns(arg[0], arg[1]);
	case ORACLE_UNSHARE:
		return call(__NR_unshare, CLONE_NEWPID, 0, 0);
	case ORACLE_PID_MAX:
		return do_pid_max(arg[0]);
	default:
		return -1;
	}
}

/* The life of a task. */
static void serve(int self)
{
	struct oracle_slot *slot = &slots[self];
	__u32 seen = slot->done;

	report_birth(slot);
	for (;;) {
		while (__atomic_load_n(&slot->command, __ATOMIC_ACQUIRE) == seen)
			call6(__NR_futex, (long)&slot->command, FUTEX_WAIT, seen, 0, 0, 0);
		slot->result = execute(slot, self);
		seen = slot->command;
		answer(slot);
	}
}

/* From the kernel: argc, argv..., and after an exec the command is answered by that. */
static void begin(long *stack) __attribute__((noreturn, used));
static void begin(long *stack)
{
	const char *number = (const char *)stack[2];
	struct oracle_slot *slot;
	__s32 self;

	read_number(number, &self);
	slots = (void *)call6(__NR_mmap, 0, sizeof(*slots) * ORACLE_SLOTS, PROT_BOTH, MAP_SHARED,
			      ORACLE_MEMORY_FD, 0);
	slot = &slots[self];
	if (slot->done != slot->command) {
		report_birth(slot);
		slot->result = 0;
		answer(slot);
	}
	serve(self);
}

__asm__(".globl _start\n"
	"_start:\n\t"
	"xor %ebp, %ebp\n\t"
	"mov %rsp, %rdi\n\t"
	"and $-16, %rsp\n\t"
	"call begin\n");
