// SPDX-License-Identifier: MIT
#include "pidlab/machine.hpp"

#include <fstream>
#include <sstream>
#include <string>

namespace pidlab {

namespace {

constexpr WordInfo words[] = {
    {static_cast<std::uint32_t>(Machine::total), "total", "TOTAL", "bytes of memory"},
    {static_cast<std::uint32_t>(Machine::used), "used", "USED",
     "bytes that nothing new could have without taking them from somebody"},
    {static_cast<std::uint32_t>(Machine::slab), "slab", "SLAB", "bytes of the kernel's objects"},
    {static_cast<std::uint32_t>(Machine::oom_kills), "oom_kills", "OOM_KILLS",
     "processes killed for want of memory"},
};

std::uint64_t figure_of(const char *path, std::string_view key) {
    std::ifstream file(path);
    return proc_figure(file, key);
}

} // namespace

std::span<const WordInfo> machine_words() { return words; }

std::uint64_t machine_figure(Machine what) {
    constexpr const char *meminfo = "/proc/meminfo";
    switch (what) {
    case Machine::total:
        return figure_of(meminfo, "MemTotal:");
    case Machine::used:
        return figure_of(meminfo, "MemTotal:") - figure_of(meminfo, "MemAvailable:");
    case Machine::slab:
        return figure_of(meminfo, "Slab:");
    case Machine::oom_kills:
        return figure_of("/proc/vmstat", "oom_kill");
    }
    return 0;
}

std::uint64_t proc_figure(std::istream &text, std::string_view key) {
    for (std::string line; std::getline(text, line);) {
        std::istringstream words(line);
        std::string name;
        std::string unit;
        std::uint64_t number = 0;
        if (!(words >> name) || name != key || !(words >> number))
            continue;
        return words >> unit && unit == "kB" ? number * 1024 : number;
    }
    return 0;
}

} // namespace pidlab
