// SPDX-License-Identifier: MIT
// A program of one's own on libpidlab: who holds a child that has exited, and who does not?
//
//   cmake -S . -B build && cmake --build build
//   g++ -std=c++20 main.cpp -o first_lab $(pkg-config --cflags --libs pidlab)
#include <iostream>

#include <pidlab/lab.hpp>

int main() try {
    pidlab::Lab lab = pidlab::Lab::open();
    const pidlab::TaskId init = lab.setup();

    const auto child = lab.fork(init);
    const auto weak = lab.tref(child.task);     // finds it, pins nothing
    const auto held = lab.hold_pid(child.task); // pins its struct pid
    lab.exit(child.task, 7);
    std::cout << "number " << child.nr
              << " leads to the zombie: " << (lab.deref(weak.ref) == child.task) << '\n';

    const auto reaped = lab.wait(init);
    lab.gp();
    const auto after = lab.attempt(pidlab::call::deref(held.ref));
    std::cout << "reaped with code " << reaped.code
              << "; the pid still leads to a task: " << static_cast<bool>(after) << '\n';
    return lab.check().violation_count == 0 ? 0 : 1;
} catch (const pidlab::Error &error) {
    std::cerr << error.what() << '\n';
    return 3;
}
