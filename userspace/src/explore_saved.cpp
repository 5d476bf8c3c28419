// SPDX-License-Identifier: MIT
#include "pidlab/explore_saved.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace pidlab::explore {

namespace {

constexpr std::string_view first_line = "pidlab search 1";
constexpr std::string_view digits = "0123456789abcdef";

/// FNV-1a: the same on every machine.
class Digest {
public:
    void add(std::string_view bytes) {
        for (const char byte : bytes)
            hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    void add(std::span<const pidlab_op> ops) {
        add({reinterpret_cast<const char *>(ops.data()), ops.size_bytes()});
    }
    [[nodiscard]] std::string text() const { return fmt::format("{:016x}", hash_); }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325;
};

std::string program_digest(Program &program) {
    Digest digest;
    for (std::size_t line = 1; line <= program.source().lines(); ++line) {
        digest.add(program.source().line(line));
        digest.add("\n");
    }
    digest.add(program.start());
    for (const Instruction &what : program.instructions())
        digest.add(std::span{&what.op, 1});
    return digest.text();
}

std::string_view yes(bool value) { return value ? "yes" : "no"; }

// A choice is a digit.
std::string order_text(const Order &order) {
    std::string out = order.empty() ? "-" : "";
    for (const std::uint8_t choice : order)
        out += digits[choice % digits.size()];
    return out;
}

bool parse_order(const std::string &text, Order &out) {
    for (std::size_t i = 0; text != "-" && i < text.size(); ++i) {
        const std::size_t choice = digits.find(text[i]);
        if (choice == std::string_view::npos)
            return false;
        out.push_back(static_cast<std::uint8_t>(choice));
    }
    return true;
}

/// Takes lines one by one.
class Reader {
public:
    /// @return whether the line is one
    bool take(const std::string &line) {
        std::istringstream words{line};
        std::string kind;
        words >> kind;
        if (kind == "is")
            return identity(words);
        if (kind == "progress")
            return progress(words);
        if (kind == "left")
            return prefix(words);
        if (kind == "known") {
            std::uint64_t state = 0;
            words >> std::hex >> state;
            out.known.insert(state);
            return !words.fail();
        }
        if (kind == "outcome")
            return outcome(words);
        if (kind == "word" && last_) {
            last_->words.push_back(line.substr(std::min<std::size_t>(line.size(), 5)));
            return true;
        }
        return false;
    }

    SavedSearch out;

private:
    bool identity(std::istringstream &words) {
        std::string name;
        std::string value;
        words >> name;
        std::getline(words >> std::ws, value);
        out.identity.emplace_back(name, value);
        return !name.empty() && !value.empty();
    }

    bool progress(std::istringstream &words) {
        Progress &now = out.progress;
        std::int64_t spent = 0;
        words >> now.runs >> now.states >> now.merged >> now.diverged >> now.preemptions >>
            now.longest >> spent >> out.excused;
        now.spent = std::chrono::milliseconds{spent};
        return !words.fail();
    }

    bool prefix(std::istringstream &words) {
        Prefix one;
        std::string choices;
        words >> one.cost >> one.owned >> choices;
        const bool good = !words.fail() && parse_order(choices, one.choices);
        out.left.push_back(std::move(one));
        return good;
    }

    bool outcome(std::istringstream &words) {
        std::uint64_t runs = 0;
        std::vector<std::uint64_t> key;
        words >> runs;
        const bool good = !words.fail();
        for (std::uint64_t one = 0; words >> one;)
            key.push_back(one);
        last_ = &out.outcomes[key];
        last_->runs = runs;
        return good && words.eof();
    }

    Outcome *last_ = nullptr;
};

[[noreturn]] void fail(const std::string &path) {
    throw std::system_error(errno, std::generic_category(), "cannot write " + path);
}

// What is in it survives whatever happens to the machine once it has its name.
void sync(const std::string &path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool good = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0)
        ::close(fd);
    if (!good)
        fail(path);
}

// What a machine computes for itself, as how much memory there may be, makes no other search.
void add_settings(Program &program, Identity &out) {
    const Info info = program.lab().info();
    for (const SettingInfo &setting : settings()) {
        const bool own = setting.default_value == PIDLAB_AUTO && !program.given().get(setting.slot);
        out.emplace_back(setting.name,
                         own ? "auto" : fmt::format("{}", info.setting(setting.slot)));
    }
}

} // namespace

Identity identity_of(Controller &controller, const Bounds &bounds) {
    Program &program = controller.program();
    Identity out{
        {"program", program_digest(program)},
        {"preemptions", bounds.preemptions ? fmt::format("{}", *bounds.preemptions) : "any"},
        {"shard", fmt::format("{}/{}", bounds.shard + 1, bounds.shards)},
        {"reduced", std::string{yes(bounds.reduce && controller.has_footprints())}},
        {"fine", std::string{yes(controller.grain().fine)}},
        {"faults", fmt::format("{}", controller.grain().faults)},
    };
    add_settings(program, out);
    return out;
}

std::string difference(const Identity &saved, const Identity &now) {
    const auto name = [](const auto &one) { return one.first; };
    if (!std::ranges::equal(saved, now, {}, name, name))
        return "it was kept by another version of this command";
    for (std::size_t i = 0; i < saved.size(); ++i) {
        if (saved[i].second == now[i].second)
            continue;
        if (saved[i].first == "program")
            return "it is the search of another scenario, or of what this one was before";
        return fmt::format("{} was {} there, and is {} here", saved[i].first, saved[i].second,
                           now[i].second);
    }
    return {};
}

void write_saved(std::ostream &out, const SavedSearch &saved) {
    std::uint64_t lines = 1;
    const auto line = [&](const std::string &text) {
        out << text << '\n';
        ++lines;
    };
    out << first_line << '\n';
    for (const auto &[name, value] : saved.identity)
        line(fmt::format("is {} {}", name, value));
    const Progress &now = saved.progress;
    line(fmt::format("progress {} {} {} {} {} {} {} {}", now.runs, now.states, now.merged,
                     now.diverged, now.preemptions, now.longest, now.spent.count(), saved.excused));
    for (const Prefix &prefix : saved.left)
        line(fmt::format("left {} {:d} {}", prefix.cost, prefix.owned, order_text(prefix.choices)));
    for (const std::uint64_t state : saved.known)
        line(fmt::format("known {:x}", state));
    for (const auto &[key, outcome] : saved.outcomes) {
        line(fmt::format("outcome {} {}", outcome.runs, fmt::join(key, " ")));
        for (const std::string &word : outcome.words)
            line("word " + word);
    }
    out << fmt::format("end {}\n", lines);
}

void write_saved_file(const std::string &path, const SavedSearch &saved) {
    const std::string fresh = path + ".new";
    std::ofstream out{fresh, std::ios::trunc};
    write_saved(out, saved);
    out.close();
    if (!out)
        fail(fresh);
    sync(fresh);
    if (::rename(fresh.c_str(), path.c_str()) != 0)
        fail(path);
}

std::variant<SavedSearch, std::string> read_saved(std::istream &in) {
    std::string line;
    if (!std::getline(in, line) || line != first_line)
        return fmt::format("its first line is not `{}'", first_line);
    Reader reader;
    for (std::uint64_t number = 1; std::getline(in, line); ++number) {
        if (line == fmt::format("end {}", number))
            return std::move(reader.out);
        if (!reader.take(line))
            return fmt::format("line {} is not one of a search", number + 1);
    }
    return std::string{"its end is missing"};
}

} // namespace pidlab::explore
