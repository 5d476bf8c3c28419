// SPDX-License-Identifier: MIT
#include "program.hpp"

#include <algorithm>
#include <climits>
#include <cstdint>

#include "pidlab/model.hpp"

namespace pidlab::testing {

namespace {

constexpr std::uint64_t number(std::int64_t value) { return static_cast<std::uint64_t>(value); }

/// How often an operation is chosen: what makes and ends tasks most, so that there is a family to
/// ask about, and questions least.
unsigned weight(const OpInfo &op) {
    switch (op.opcode) {
    case PIDLAB_OP_FORK:
        return 60;
    case PIDLAB_OP_EXIT:
    case PIDLAB_OP_SETPGID:
    case PIDLAB_OP_ATTACH:
    case PIDLAB_OP_MOUNT:
    case PIDLAB_OP_UNRESERVE:
        return 16;
    case PIDLAB_OP_WAIT:
    case PIDLAB_OP_REAP:
    case PIDLAB_OP_EXEC:
    case PIDLAB_OP_WRITE:
    case PIDLAB_OP_MKDIR:
        return 12;
    case PIDLAB_OP_SETSID:
    case PIDLAB_OP_KILL:
    case PIDLAB_OP_SETNS:
    case PIDLAB_OP_SWITCH_TO:
    case PIDLAB_OP_TRACE:
    case PIDLAB_OP_RESERVE:
        return 8;
    case PIDLAB_OP_GP:
    case PIDLAB_OP_SEEN:
        return 1;
    case PIDLAB_OP_SCAN:  // the model does not search
    case PIDLAB_OP_EVENT: // by how many steps an operation hands over is the module's own
        return 0;
    default:
        return 5;
    }
}

std::vector<const OpInfo *> make_choice() {
    std::vector<const OpInfo *> choice;
    for (const OpInfo &op : ops())
        if (ModelTransport::knows(static_cast<std::uint16_t>(op.opcode)))
            choice.insert(choice.end(), weight(op), &op);
    return choice;
}

/// Reads the words of one command, from the last to the first.
class Reader {
public:
    explicit Reader(const Words &words) : words_(words) {}

    Step step() const {
        static const std::vector<const OpInfo *> choice = make_choice();
        Step step;
        step.op = choice[words_[0] % choice.size()];
        step.patient = words_[1] >> 13 == 7; // grace periods take long
        for (const WordInfo &flag : flags())
            if ((step.op->flags >> flag.number & 1) && (words_[1] >> 2 * flag.number & 3) == 3)
                step.flags |= static_cast<std::uint16_t>(1u << flag.number);
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
            step.args[i] = operand(*step.op, i, words_[2 + 2 * i], words_[3 + 2 * i]);
        return step;
    }

private:
    static Operand value(std::uint64_t what) {
        return {.kind = Operand::Kind::value, .value = what};
    }

    static Operand object(pidlab_object kind, unsigned how, unsigned pick) {
        if (kind == PIDLAB_OBJECT_TASK && how % 6 == 0)
            return {.kind = Operand::Kind::init};
        // The later ones are the likelier.
        const unsigned far = how % 4 == 1 ? pick : pick % 8;
        return {.kind = Operand::Kind::object, .of = kind, .pick = far, .dead = how % 16 == 15};
    }

    static Operand any_number(unsigned how, unsigned pick) {
        if (how % 40 == 39) {
            static constexpr std::int64_t odd[] = {INT_MAX, INT_MIN, -1, 299, 300, 301, 304, 305};
            return value(number(odd[pick % std::size(odd)]));
        }
        if (how % 2 == 0)
            return value(pick % 24);
        return {.kind = Operand::Kind::number, .pick = pick % 8};
    }

    static Operand selector(unsigned how, unsigned pick) {
        if (how % 2 == 0)
            return value(number(-1));
        Operand chosen = any_number(how / 2, pick);
        if (how % 3 == 0) {
            chosen.minus = chosen.kind == Operand::Kind::number;
            chosen.value = 0 - chosen.value;
        }
        return chosen;
    }

    /// Something that is wrong in form or leads nowhere.
    static Operand wrong(pidlab_arg kind, unsigned pick) {
        const unsigned small = kind == PIDLAB_ARG_FILE ? 0 : pick / 2 % 16; // no file of time
        if (meaning(kind) != Meaning::object)
            return value(pick % 2 ? std::uint64_t{1} << 40 : small);
        const auto any = static_cast<pidlab_object>(1 + pick / 4 % objects().size());
        switch (pick % 4) {
        case 0:
            return value(0);
        case 1:
            return {.kind = Operand::Kind::never, .of = any};
        default:
            return {.kind = Operand::Kind::object, .of = any, .pick = pick / 64 % 4};
        }
    }

    /// What a container's file may be told, or a namespace.
    static std::uint64_t setting(const OpInfo &op, unsigned how, unsigned pick) {
        if (op.opcode == PIDLAB_OP_RESERVE)
            return how % 4 == 3 ? 100 + pick % 210 : pick % 5;
        if (op.opcode == PIDLAB_OP_PID_MAX)
            return how % 2 == 0 ? 0 : 300 + pick % 12;
        static constexpr std::int64_t told[] = {0, 1, 1, 1, 2, 3, 5, -1, -2};
        return number(told[pick % std::size(told)]);
    }

    /// Not what tells of time. What can be written has a share of its own.
    static std::uint64_t file(const OpInfo &op, unsigned how, unsigned pick) {
        static constexpr std::uint64_t writable[] = {
            PIDLAB_FILE_NOTIFY,      PIDLAB_FILE_PIDS_MAX,    PIDLAB_FILE_FREEZER_SELF,
            PIDLAB_FILE_VETO_CREATE, PIDLAB_FILE_VETO_ATTACH, PIDLAB_FILE_VETO_FORK};
        if (op.opcode == PIDLAB_OP_WRITE && how % 4 != 3)
            return writable[pick % std::size(writable)];
        const auto files = words_of(PIDLAB_ARG_FILE);
        const std::uint64_t chosen = files[pick % files.size()].number;
        return chosen == PIDLAB_FILE_ACCOUNT_NS ? std::uint64_t{PIDLAB_FILE_TASKS} : chosen;
    }

    static std::uint64_t subsystem(const OpInfo &op, unsigned how, unsigned pick) {
        if (op.opcode == PIDLAB_OP_WHERE)
            return std::uint64_t{1} << pick % PIDLAB_SUBSYS_COUNT;
        return how % 2 == 0 ? PIDLAB_SUBSYS_MASK : 1 + pick % PIDLAB_SUBSYS_MASK;
    }

    static Operand operand(const OpInfo &op, std::size_t index, unsigned how, unsigned pick) {
        const pidlab_arg kind = op.args[index].kind;
        if (how % 400 == 399 || (kind != PIDLAB_ARG_NONE && how % 64 == 63))
            return wrong(kind, pick);
        switch (kind) {
        case PIDLAB_ARG_TASK:
            // The first task's end is the end of all: seldom.
            if (op.opcode == PIDLAB_OP_EXIT && how % 6 == 0 && how % 48 != 0)
                return object(PIDLAB_OBJECT_TASK, how + 2, pick);
            return object(PIDLAB_OBJECT_TASK, how, pick);
        case PIDLAB_ARG_PID:
            return object(PIDLAB_OBJECT_PID, how, pick);
        case PIDLAB_ARG_OWNER:
            return object(how % 3 == 2 ? PIDLAB_OBJECT_PID : PIDLAB_OBJECT_TASK, how / 3, pick);
        case PIDLAB_ARG_REF:
            return object(PIDLAB_OBJECT_REF, how, pick);
        case PIDLAB_ARG_CONTAINER:
            return object(PIDLAB_OBJECT_CONTAINER, how, pick);
        case PIDLAB_ARG_NS:
            return how % 2 == 0 ? value(0)
                                : object(how % 4 == 1 ? PIDLAB_OBJECT_NS : PIDLAB_OBJECT_TASK,
                                         how / 4, pick);
        case PIDLAB_ARG_NEXT:
            return how % 4 == 0 ? value(0) : object(PIDLAB_OBJECT_TASK, how / 4, pick);
        case PIDLAB_ARG_NR:
            if (op.opcode == PIDLAB_OP_UNRESERVE) // few have been taken for nobody
                return how % 2 == 0 ? value(pick % 300)
                                    : Operand{.kind = Operand::Kind::number, .pick = pick % 4};
            return any_number(how, pick);
        case PIDLAB_ARG_SELF:
            return how % 2 == 0 ? value(0) : any_number(how / 2, pick);
        case PIDLAB_ARG_TID:
            return how % 12 == 11 ? any_number(how / 12, pick) : value(0);
        case PIDLAB_ARG_SELECT:
            return selector(how, pick);
        case PIDLAB_ARG_TYPE:
            return value(pick % PIDLAB_TYPE_COUNT);
        case PIDLAB_ARG_SIG:
            return value(how % 2 == 0 ? 9 : 0);
        case PIDLAB_ARG_CODE:
            return value(pick % 256);
        case PIDLAB_ARG_CPU:
            return value(pick % 3);
        case PIDLAB_ARG_SUBSYS:
            return value(subsystem(op, how, pick));
        case PIDLAB_ARG_FILE:
            return value(file(op, how, pick));
        case PIDLAB_ARG_COUNT:
        case PIDLAB_ARG_VALUE:
            return value(setting(op, how, pick));
        default:
            return value(kind == PIDLAB_ARG_BUG ? pick % 16 : 0);
        }
    }

    const Words &words_;
};

/// The same with one word smaller; not the first of a command, which is its operation.
void add_plainer(std::vector<Draft> &found, const Draft &from, std::size_t command, bool settings) {
    const Words &words = settings ? from.settings : from.commands[command];
    for (std::size_t i = settings ? 0 : 1; i < words.size(); ++i)
        for (const int smaller : {0, words[i] / 2}) {
            if (smaller >= words[i] || (i > 0 && words[i] == 1 && smaller != 0))
                continue;
            found.push_back(from);
            (settings ? found.back().settings : found.back().commands[command])[i] =
                static_cast<std::uint16_t>(smaller);
        }
}

/// Commands are left out first, half of them, then quarters and so on: RapidCheck's own containers
/// try each part of each length, and each try is a run that waits for grace periods.
rc::Seq<Draft> simpler(const Draft &from) {
    std::vector<Draft> found;
    const auto count = static_cast<std::ptrdiff_t>(from.commands.size());
    for (std::ptrdiff_t chunk = count; chunk > 0; chunk /= 2)
        for (std::ptrdiff_t at = count - chunk; at > -chunk; at -= chunk) {
            const auto begin = std::max<std::ptrdiff_t>(at, 0);
            Draft without = from;
            without.commands.erase(without.commands.begin() + begin,
                                   without.commands.begin() + at + chunk);
            found.push_back(std::move(without));
        }
    if (count <= 16)
        for (std::ptrdiff_t i = 0; i < count; ++i)
            add_plainer(found, from, static_cast<std::size_t>(i), false);
    add_plainer(found, from, 0, true);
    return rc::seq::fromContainer(std::move(found));
}

} // namespace

rc::Gen<Draft> drafts() {
    return [](const rc::Random &random, int size) {
        rc::Random source = random;
        const auto draw = [&source] {
            Words drawn{};
            for (std::uint16_t &word : drawn)
                word = static_cast<std::uint16_t>(source.next());
            return drawn;
        };
        Draft made;
        made.settings = draw();
        made.commands.resize(source.next() % (static_cast<std::uint64_t>(size) + 1));
        for (Words &command : made.commands)
            command = draw();
        return rc::shrinkable::shrinkRecur(std::move(made), simpler);
    };
}

rc::Shrinkable<Draft> draft(std::uint64_t seed, int length) {
    return drafts()(rc::Random(seed), length);
}

Program read(const Draft &draft, std::uint64_t generation) {
    const Words &words = draft.settings;
    const auto tight = [&](std::size_t word, std::uint64_t few, std::uint64_t many) {
        return words[word] % 4 == 3 ? few : many;
    };
    Program program;
    program.settings.set(PIDLAB_SET_GENERATION, generation)
        .set(PIDLAB_SET_TASK_PAYLOAD, 0)
        .set(PIDLAB_SET_PID_MAX, 305)
        .set(PIDLAB_SET_MAX_TASKS, tight(0, 8, 60))
        .set(PIDLAB_SET_MAX_REFS, tight(1, 4, 60))
        .set(PIDLAB_SET_MAX_NS, tight(2, 3, 20))
        .set(PIDLAB_SET_CPUS, 2)
        .set(PIDLAB_SET_RCU_LAYOUT, words[3] % 4)
        .set(PIDLAB_SET_ZAP, words[4] % PIDLAB_ZAP_COUNT)
        .set(PIDLAB_SET_HOOKS, words[5] % 2 ? 2007 : 2015);
    // In one program of sixteen numbers are about to wrap.
    if (words[6] % 16 == 15)
        program.gone_by = 285 + words[7] % 18u;
    for (const Words &command : draft.commands)
        program.steps.push_back(Reader(command).step());
    return program;
}

} // namespace pidlab::testing
