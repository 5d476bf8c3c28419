// SPDX-License-Identifier: MIT
/*
 * How long the module takes, by the guest's clock: "NAME WHAT NUMBER" lines. On a machine whose
 * clock counts instructions (scripts/vm --seed), nanoseconds are instructions.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <pidlab.h>

#define TASKS 100 /* fewer than a tick lasts: what the kernel does then is not counted */
#define RUNS 1000
#define ROOM 256
#define ROUNDS 50

static uint64_t now(void) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void must(int fd, unsigned long request, void *arg, const char *what) {
    if (ioctl(fd, request, arg)) {
        fprintf(stderr, "speed: %s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static uint64_t open_lab(int *fd) {
    /* Without payload: that would be the time to zero it. */
    struct pidlab_setup setup = {.size = sizeof(setup), .given = 1 << PIDLAB_SET_TASK_PAYLOAD};

    *fd = open(PIDLAB_DEVICE, O_RDWR | O_CLOEXEC);
    if (*fd < 0) {
        perror("speed: " PIDLAB_DEVICE);
        exit(1);
    }
    must(*fd, PIDLAB_IOC_SETUP, &setup, "SETUP");
    return setup.init_task;
}

static void run_ops(int fd, struct pidlab_op *ops, unsigned int count) {
    struct pidlab_run run = {.size = sizeof(run), .ops = (uintptr_t)ops, .count = count};

    must(fd, PIDLAB_IOC_RUN, &run, "RUN");
    for (unsigned int i = 0; i < count; i++) {
        if (ops[i].error) {
            fprintf(stderr, "speed: operation %u: %s\n", ops[i].opcode, strerror(-ops[i].error));
            exit(1);
        }
    }
}

/* A fork, the exit and the reaping of the child, TASKS at a time. */
static uint64_t time_tasks(int fd, uint64_t init) {
    static struct pidlab_op fork[TASKS], end[TASKS];
    struct pidlab_op settle = {.opcode = PIDLAB_OP_GP};
    const uint64_t start = now();

    for (int i = 0; i < TASKS; i++)
        fork[i] = (struct pidlab_op){.opcode = PIDLAB_OP_FORK, .arg = {init}};
    run_ops(fd, fork, TASKS);
    for (int i = 0; i < TASKS; i++)
        end[i] = (struct pidlab_op){.opcode = PIDLAB_OP_EXIT, .arg = {fork[i].res[0]}};
    run_ops(fd, end, TASKS);
    for (int i = 0; i < TASKS; i++)
        end[i] = (struct pidlab_op){.opcode = PIDLAB_OP_REAP, .arg = {fork[i].res[0]}};
    run_ops(fd, end, TASKS);
    const uint64_t spent = now() - start;
    /* What waits is not part of it: on a clock of instructions idling counts. */
    run_ops(fd, &settle, 1);
    return spent / TASKS;
}

static void tell_tasks(const char *name) {
    uint64_t least = UINT64_MAX;
    int fd;
    const uint64_t init = open_lab(&fd);

    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t spent = time_tasks(fd, init);
        least = spent < least ? spent : least;
    }
    printf("%s ns_a_task %llu\n", name, (unsigned long long)least);
    close(fd);
}

/* `count' numbers taken in one operation, and given back one by one. */
static uint64_t time_numbers(int fd, uint64_t ns, unsigned int count) {
    static struct pidlab_op back[TASKS + 1];
    struct pidlab_op take = {.opcode = PIDLAB_OP_RESERVE, .arg = {ns, count}};
    uint64_t spent = now();

    run_ops(fd, &take, 1);
    spent = now() - spent;
    for (unsigned int i = 0; i < count; i++)
        back[i] = (struct pidlab_op){.opcode = PIDLAB_OP_UNRESERVE, .arg = {ns, take.res[0] + i}};
    const uint64_t start = now();
    run_ops(fd, back, count);
    return spent + now() - start;
}

/* What one more number takes: found, marked, given back. */
static void tell_numbers(const char *name) {
    uint64_t one = UINT64_MAX, many = UINT64_MAX;
    int fd;
    struct pidlab_op ns = {.opcode = PIDLAB_OP_NS, .arg = {open_lab(&fd)}};

    run_ops(fd, &ns, 1);
    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t less = time_numbers(fd, ns.res[0], 1);
        const uint64_t more = time_numbers(fd, ns.res[0], 1 + TASKS);
        one = less < one ? less : one;
        many = more < many ? more : many;
    }
    printf("%s ns_a_number %llu\n", name, (unsigned long long)((many - one) / TASKS));
    close(fd);
}

/* What is done first, two actors with an operation each, and the order they take in all RUNS. */
struct actors {
    int fd;
    unsigned int start;
    struct pidlab_op ops[3];
    uint8_t choices[ROOM];
    unsigned int nr_choices;
    struct pidlab_step steps[ROOM];
    unsigned int taken;
};

/* Nanoseconds of one run. */
static uint64_t time_runs(struct actors *actors, unsigned int count, int with_footprints) {
    static struct pidlab_control_run runs[RUNS];
    static struct pidlab_footprint footprints[ROOM];
    struct pidlab_control arg = {.size = sizeof(arg), .ops = (uintptr_t)actors->ops,
                                 .start = actors->start, .actors = {1, 1}, .runs = (uintptr_t)runs, .nr_runs = count};

    for (unsigned int i = 0; i < count; i++)
        runs[i] = (struct pidlab_control_run){.choices = (uintptr_t)actors->choices,
                                              .nr_choices = actors->nr_choices,
                                              .room = ROOM, .steps = (uintptr_t)actors->steps,
                                              .footprints = with_footprints
                                                                ? (uintptr_t)footprints : 0};
    const uint64_t start = now();
    must(actors->fd, PIDLAB_IOC_CONTROL, &arg, "CONTROL");
    const uint64_t spent = now() - start;
    actors->taken = runs[0].taken;
    return spent / count;
}

static unsigned int count_switches(const struct actors *actors) {
    unsigned int count = 0;

    for (unsigned int i = 1; i < actors->taken; i++)
        count += actors->steps[i].choice != actors->steps[i - 1].choice;
    return count;
}

/* The order in which the other one goes on wherever it can. */
static void alternate(struct actors *actors) {
    for (actors->nr_choices = 1; actors->nr_choices < ROOM; actors->nr_choices++) {
        time_runs(actors, 1, 0);
        if (actors->nr_choices >= actors->taken)
            break;
        const struct pidlab_step *step = &actors->steps[actors->nr_choices];
        const unsigned int other = !actors->steps[actors->nr_choices - 1].choice;

        actors->choices[actors->nr_choices] = step->choices >> other & 1 ? other : step->choice;
    }
}

/* Of a parent and its child, who do not stand in each other's way: a switch, and what is done in each
 * schedule however short. */
static void tell_parts(const char *name, struct actors *actors, uint64_t init) {
    actors->start = 1;
    actors->nr_choices = 0;
    for (int i = 0; i < 3; i++)
        actors->ops[i] = (struct pidlab_op){.opcode = PIDLAB_OP_FORK,
                                            .arg = {i == 2 ? PIDLAB_RESULT_OF(0, 0) : init}};
    const uint64_t straight = time_runs(actors, RUNS, 0);
    const unsigned int few = count_switches(actors);

    alternate(actors);
    const uint64_t alternating = time_runs(actors, RUNS, 0);
    const unsigned int many = count_switches(actors);

    if (many > few)
        printf("%s ns_a_switch %lld (%u in %u steps instead of %u)\n", name,
               ((long long)alternating - (long long)straight) / (many - few), many,
               actors->taken, few);
    actors->start = 0;
    actors->nr_choices = 0;
    for (int i = 0; i < 2; i++)
        actors->ops[i] = (struct pidlab_op){.opcode = PIDLAB_OP_NR, .arg = {init}};
    const uint64_t nothing = time_runs(actors, RUNS, 0);
    printf("%s ns_a_schedule_of_nothing %llu (%u steps)\n", name, (unsigned long long)nothing,
           actors->taken);
}

/* RUNS orders of two actors that fork, in one call. */
static void tell_schedules(const char *name, int with_footprints) {
    static struct actors actors = {.choices = {0, 1}};
    const uint64_t init = open_lab(&actors.fd);

    actors.nr_choices = 2;
    for (int i = 0; i < 2; i++)
        actors.ops[i] = (struct pidlab_op){.opcode = PIDLAB_OP_FORK, .arg = {init}};
    const uint64_t spent = time_runs(&actors, RUNS, with_footprints);
    if (actors.taken > 2) { /* else it is built without points: there is nothing to stand before */
        printf("%s schedules_a_second%s %llu (%u steps each)\n", name,
               with_footprints ? "_with_footprints" : "",
               (unsigned long long)(1000000000ULL / spent), actors.taken);
        if (!with_footprints)
            tell_parts(name, &actors, init);
    }
    close(actors.fd);
}

int main(int argc, char **argv) {
    struct pidlab_info info = {.size = sizeof(info)};
    int fd;

    if (argc != 2) {
        fputs("usage: speed NAME\n", stderr);
        return 2;
    }
    open_lab(&fd);
    must(fd, PIDLAB_IOC_INFO, &info, "INFO");
    close(fd);
    tell_numbers(argv[1]);
    tell_tasks(argv[1]);
    tell_schedules(argv[1], 0);
    if (info.flags & PIDLAB_INFO_FOOTPRINTS)
        tell_schedules(argv[1], 1);
    return 0;
}
