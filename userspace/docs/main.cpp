// SPDX-License-Identifier: MIT
// pidlab_docs PAGES OUT: writes the documentation to OUT; PAGES has the pages written by hand.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "docs.hpp"

namespace {

namespace fs = std::filesystem;
using pidlab::docs::File;

std::string contents(const fs::path &path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    if (out.str().empty())
        throw std::runtime_error("cannot read " + path.string());
    return out.str();
}

/// "pidlab.4.in" is the page man4/pidlab.4.
File page(const fs::path &template_path) {
    const fs::path name = template_path.stem();
    return {fmt::format("man/man{}/{}", name.extension().string().substr(1), name.string()),
            pidlab::docs::fill(contents(template_path))};
}

void write(const fs::path &folder, const File &file) {
    const fs::path path = folder / file.path;
    fs::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::trunc);
    out << file.text;
    out.close();
    if (!out)
        throw std::runtime_error("cannot write " + path.string());
}

void write_all(const fs::path &pages, const fs::path &out) {
    pidlab::cli::Program program;
    std::vector<File> files = pidlab::docs::command_pages(program.app());
    for (const auto &entry : fs::directory_iterator(pages))
        if (entry.path().extension() == ".in")
            files.push_back(page(entry.path()));
    files.push_back(pidlab::docs::completion(program.app()));
    files.push_back(pidlab::docs::textmate());
    for (File &file : pidlab::docs::vim())
        files.push_back(std::move(file));
    for (const File &file : files)
        write(out, file);
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 3) {
        fmt::print(stderr, "usage: pidlab_docs PAGES OUT\n");
        return 2;
    }
    try {
        write_all(argv[1], argv[2]);
    } catch (const std::exception &error) {
        fmt::print(stderr, "pidlab_docs: {}\n", error.what());
        return 1;
    }
    return 0;
}
