// SPDX-License-Identifier: MIT
/*
 * What the module costs seen from user space, as lines of JSON like those of the benchmarks in
 * the kernel (kunit/bench): operations in batches beside an ioctl that does nothing, the life of a
 * task beside that of a process, what holding a reference pins, what a lab and a namespace take.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pidlab.h>

#define MOST_ROUNDS 101
#define MOST_BATCH 256
#define HELD 64
#define NOTHING _IO(PIDLAB_IOC_TYPE, 0xff)

static unsigned int rounds = 15;

static uint64_t now(void) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void must(int done, const char *what) {
    if (done < 0) {
        fprintf(stderr, "path: %s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static int open_lab(uint64_t generation, int with_payload, uint64_t *init) {
    struct pidlab_setup setup = {.size = sizeof(setup), .given = 1 << PIDLAB_SET_GENERATION};
    const int fd = open(PIDLAB_DEVICE, O_RDWR | O_CLOEXEC);

    must(fd, PIDLAB_DEVICE);
    setup.value[PIDLAB_SET_GENERATION] = generation;
    if (!with_payload)
        setup.given |= 1 << PIDLAB_SET_TASK_PAYLOAD;
    must(ioctl(fd, PIDLAB_IOC_SETUP, &setup), "SETUP");
    *init = setup.init_task;
    return fd;
}

static void run_ops(int fd, struct pidlab_op *ops, unsigned int count) {
    struct pidlab_run run = {.size = sizeof(run), .ops = (uintptr_t)ops, .count = count};

    must(ioctl(fd, PIDLAB_IOC_RUN, &run), "RUN");
    for (unsigned int i = 0; i < count; i++) {
        errno = -ops[i].error;
        must(ops[i].error, "an operation");
    }
}

static struct pidlab_op one(int fd, uint32_t opcode, uint64_t arg0, uint64_t arg1) {
    struct pidlab_op op = {.opcode = opcode, .arg = {arg0, arg1}};

    run_ops(fd, &op, 1);
    return op;
}

static void say(const char *measure, const char *variant, unsigned int live,
                const char *contender) {
    printf("{\"measure\":\"%s\",\"variant\":\"%s\",\"live\":%u,\"depth\":0,\"cpus\":0,"
           "\"contender\":\"%s\"",
           measure, variant, live, contender);
}

static void say_samples(const uint64_t *ns, uint64_t ops) {
    for (unsigned int i = 0; i < rounds; i++)
        printf("%s%llu", i ? "," : ",\"ns\":[", (unsigned long long)ns[i]);
    for (unsigned int i = 0; i < rounds; i++)
        printf("%s%llu", i ? "," : "],\"ops\":[", (unsigned long long)ops);
    puts("]}");
}

static void say_bytes(const char *measure, const char *variant, const char *who, uint64_t bytes,
                      uint64_t of) {
    say(measure, variant, 0, who);
    printf(",\"bytes\":%llu,\"of\":%llu}\n", (unsigned long long)bytes, (unsigned long long)of);
}

/* One operation that changes nothing, so many at a time; and what the way there and back costs
 * each. */
static void tell_batches(unsigned int batch) {
    static struct pidlab_op ops[MOST_BATCH];
    uint64_t ns[MOST_ROUNDS], nothing[MOST_ROUNDS], init;
    const unsigned int times = 4096 / batch;
    const int fd = open_lab(PIDLAB_GEN_IDR, 0, &init);

    for (unsigned int round = 0; round < rounds; round++) {
        uint64_t start = now();

        for (unsigned int i = 0; i < times; i++) {
            for (unsigned int k = 0; k < batch; k++)
                ops[k] = (struct pidlab_op){.opcode = PIDLAB_OP_NR, .arg = {init}};
            run_ops(fd, ops, batch);
        }
        ns[round] = now() - start;
        start = now();
        for (unsigned int i = 0; i < times; i++)
            ioctl(fd, NOTHING, 0);
        nothing[round] = now() - start;
    }
    say("path", "nr", batch, "operation");
    say_samples(ns, (uint64_t)times * batch);
    say("path", "nr", batch, "ioctl");
    say_samples(nothing, (uint64_t)times * batch);
    close(fd);
}

#define TASKS 32

static uint64_t lab_lives(int fd, uint64_t init, unsigned int batch) {
    static struct pidlab_op ops[TASKS], fork[TASKS];
    const uint64_t start = now();

    for (unsigned int done = 0; done < TASKS; done += batch) {
        for (unsigned int i = 0; i < batch; i++)
            fork[i] = (struct pidlab_op){.opcode = PIDLAB_OP_FORK, .arg = {init}};
        run_ops(fd, fork, batch);
        for (unsigned int i = 0; i < batch; i++)
            ops[i] = (struct pidlab_op){.opcode = PIDLAB_OP_EXIT, .arg = {fork[i].res[0]}};
        run_ops(fd, ops, batch);
        for (unsigned int i = 0; i < batch; i++)
            ops[i] = (struct pidlab_op){.opcode = PIDLAB_OP_REAP, .arg = {fork[i].res[0]}};
        run_ops(fd, ops, batch);
    }
    return now() - start;
}

static uint64_t real_lives(void) {
    const uint64_t start = now();

    for (unsigned int i = 0; i < TASKS; i++) {
        const pid_t child = fork();

        if (!child)
            _exit(0);
        must(child, "fork");
        must(waitpid(child, NULL, 0), "waitpid");
    }
    return now() - start;
}

/* With a payload, as large as the stack and structure of a process. */
static void tell_lives(void) {
    uint64_t real[MOST_ROUNDS], alone[MOST_ROUNDS], together[MOST_ROUNDS], init;
    const int fd = open_lab(PIDLAB_GEN_IDR, 1, &init);

    for (unsigned int round = 0; round < rounds; round++) {
        real[round] = real_lives();
        alone[round] = lab_lives(fd, init, 1);
        together[round] = lab_lives(fd, init, TASKS);
        one(fd, PIDLAB_OP_GP, 0, 0);
    }
    say("life", "fork exit wait", 0, "process");
    say_samples(real, TASKS);
    say("life", "fork exit wait", 0, "lab, 1 at a time");
    say_samples(alone, TASKS);
    say("life", "fork exit wait", 0, "lab, 32 at a time");
    say_samples(together, TASKS);
    close(fd);
}

static uint64_t bytes_in(int fd, struct pidlab_info *info) {
    *info = (struct pidlab_info){.size = sizeof(*info)};
    one(fd, PIDLAB_OP_GP, 0, 0);
    must(ioctl(fd, PIDLAB_IOC_INFO, info), "INFO");
    return info->counter[PIDLAB_CTR_BYTES];
}

static void hold(int fd, const char *kind, uint64_t task) {
    const int is_file = !strcmp(kind, "file");
    struct pidlab_ref_fd file = {.size = sizeof(file)};
    struct pidlab_op op = {.opcode = PIDLAB_OP_TREF, .arg = {task}};

    if (!strcmp(kind, "task"))
        op.opcode = PIDLAB_OP_HOLD_TASK;
    else if (!strcmp(kind, "pid"))
        op.opcode = PIDLAB_OP_HOLD_PID;
    run_ops(fd, &op, 1);
    if (!is_file)
        return;
    file.ref = op.res[0];
    must(ioctl(fd, PIDLAB_IOC_REF_FD, &file), "REF_FD");
    one(fd, PIDLAB_OP_PUT, op.res[0], 0);
}

/* Of HELD tasks that are over and reaped, each by one reference; its own bytes included. */
static void tell_held(const char *kind, uint64_t generation, const char *name) {
    struct pidlab_info info;
    uint64_t init, before;
    const int fd = open_lab(generation, 1, &init);

    if (generation == PIDLAB_GEN_TASKREF && !strcmp(kind, "pid")) {
        say("held", kind, 0, name);
        puts(",\"absent\":\"it has no struct pid\"}");
        close(fd);
        return;
    }
    before = bytes_in(fd, &info);
    for (int i = 0; i < HELD; i++) {
        const uint64_t task = one(fd, PIDLAB_OP_FORK, init, 0).res[0];

        hold(fd, kind, task);
        one(fd, PIDLAB_OP_EXIT, task, 0);
        one(fd, PIDLAB_OP_REAP, task, 0);
    }
    say_bytes("held", kind, name, bytes_in(fd, &info) - before, HELD);
    close(fd);
}

/* A lab with its first task, and what a namespace adds besides its tasks and pids. */
static void tell_idle(uint64_t generation, const char *name) {
    struct pidlab_info info;
    uint64_t init, buckets = 0, before;
    const int fd = open_lab(generation, 1, &init);

    before = bytes_in(fd, &info);
    if (info.setting[PIDLAB_SET_HASH_BITS])
        buckets = (generation == PIDLAB_GEN_TASKREF ? PIDLAB_TYPE_COUNT : 1) * sizeof(void *)
                  << info.setting[PIDLAB_SET_HASH_BITS];
    say_bytes("idle", "lab", name, before + info.bytes_of[PIDLAB_SIZE_LAB] + buckets, 1);
    before = info.counter[PIDLAB_CTR_NS_BYTES];
    for (int i = 0; i < HELD; i++) {
        struct pidlab_op op = {.opcode = PIDLAB_OP_FORK, .flags = PIDLAB_F_NEWPID, .arg = {init}};
        struct pidlab_run run = {.size = sizeof(run), .ops = (uintptr_t)&op, .count = 1};

        must(ioctl(fd, PIDLAB_IOC_RUN, &run), "RUN");
        if (op.error) {
            say("idle", "namespace", 0, name);
            puts(",\"absent\":\"it has one namespace\"}");
            close(fd);
            return;
        }
    }
    bytes_in(fd, &info);
    say_bytes("idle", "namespace", name, info.counter[PIDLAB_CTR_NS_BYTES] - before, HELD);
    close(fd);
}

static void tell_start(uint64_t generation, const char *name) {
    uint64_t ns[MOST_ROUNDS], init;

    for (unsigned int round = 0; round < rounds; round++) {
        const uint64_t start = now();
        const int fd = open_lab(generation, 1, &init);

        one(fd, PIDLAB_OP_NR, init, 0);
        ns[round] = now() - start;
        close(fd);
    }
    say("start", "open to first operation", 0, name);
    say_samples(ns, 1);
}

int main(int argc, char **argv) {
    static const char *const kinds[] = {"task", "pid", "tref", "file"};
    static const unsigned int batches[] = {1, 16, MOST_BATCH};
    static const struct {
        uint64_t number;
        const char *name;
    } generations[] = {
#define GENERATION(number, NAME, name, ...) {number, #name},
        PIDLAB_GENERATIONS(GENERATION)
#undef GENERATION
    };
    const size_t count = sizeof(generations) / sizeof(*generations);

    if (argc != 2 || (rounds = (unsigned int)atoi(argv[1])) < 1 || rounds > MOST_ROUNDS) {
        fprintf(stderr, "usage: path ROUNDS (1 to %d)\n", MOST_ROUNDS);
        return 2;
    }
    for (size_t i = 0; i < sizeof(batches) / sizeof(*batches); i++)
        tell_batches(batches[i]);
    tell_lives();
    for (size_t kind = 0; kind < sizeof(kinds) / sizeof(*kinds); kind++) {
        for (size_t i = 0; i < count; i++)
            tell_held(kinds[kind], generations[i].number, generations[i].name);
    }
    for (size_t i = 0; i < count; i++) {
        tell_idle(generations[i].number, generations[i].name);
        tell_start(generations[i].number, generations[i].name);
    }
    return 0;
}
