// SPDX-License-Identifier: MIT
/*
 * Several processes at one lab: each runs operations of its own on tasks that the others fork and
 * end. What each got, in its own order, is printed: it tells one schedule from another.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pidlab.h>

#define PROCESSES 4
#define OPERATIONS 400

static int lab;
static uint64_t init;

/* Ids are given in order: any of the last ones may still be there. */
static uint64_t any_task(uint64_t newest, uint32_t dice) {
    const uint64_t step = 1 << PIDLAB_ID_KIND_BITS, back = dice % 16 * step;

    return newest > init + back ? newest - back : init;
}

static struct pidlab_op any_op(uint64_t newest, uint32_t dice) {
    const uint64_t task = any_task(newest, dice >> 8);

    switch (dice % 8) {
    case 0:
        return (struct pidlab_op){.opcode = PIDLAB_OP_EXIT, .arg = {task == init ? 0 : task}};
    case 1:
        return (struct pidlab_op){.opcode = PIDLAB_OP_REAP, .arg = {task}};
    case 2:
        return (struct pidlab_op){.opcode = PIDLAB_OP_WAIT, .arg = {init, (uint64_t)-1}};
    case 3:
        return (struct pidlab_op){.opcode = PIDLAB_OP_NR, .arg = {task}};
    case 4:
        return (struct pidlab_op){.opcode = PIDLAB_OP_FORK, .arg = {task}};
    default:
        return (struct pidlab_op){.opcode = PIDLAB_OP_FORK, .arg = {init}};
    }
}

static int one_process(unsigned int number) {
    uint32_t dice = 0x9e3779b9U * (number + 1);
    uint64_t newest = init, sum = 14695981039346656037U;

    for (int i = 0; i < OPERATIONS; i++) {
        struct pidlab_op op;
        struct pidlab_run run = {.size = sizeof(run), .ops = (uintptr_t)&op, .count = 1};

        dice = dice * 1664525 + 1013904223;
        op = any_op(newest, dice >> 8);
        if (ioctl(lab, PIDLAB_IOC_RUN, &run))
            return 1;
        if (op.opcode == PIDLAB_OP_FORK && !op.error)
            newest = op.res[0];
        sum = (sum ^ op.res[0] ^ (uint16_t)op.error) * 1099511628211U;
    }
    printf("process %u: %016llx\n", number, (unsigned long long)sum);
    fflush(stdout);
    return 0;
}

static int check(void) {
    struct pidlab_check check = {.size = sizeof(check)};

    if (ioctl(lab, PIDLAB_IOC_CHECK, &check)) {
        perror("stress: CHECK");
        return 1;
    }
    printf("lab: digest %016llx, %u invariants broken\n", (unsigned long long)check.digest,
           check.violations);
    return check.violations != 0;
}

int main(void) {
    struct pidlab_setup setup = {.size = sizeof(setup)};
    int failed = 0, status;

    lab = open(PIDLAB_DEVICE, O_RDWR | O_CLOEXEC);
    if (lab < 0 || ioctl(lab, PIDLAB_IOC_SETUP, &setup)) {
        perror("stress: " PIDLAB_DEVICE);
        return 1;
    }
    init = setup.init_task;
    for (unsigned int i = 0; i < PROCESSES; i++) {
        if (!fork())
            _exit(one_process(i));
    }
    while (wait(&status) > 0)
        failed |= status;
    return check() || failed;
}
