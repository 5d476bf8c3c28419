// SPDX-License-Identifier: MIT
// Whatever the tables have can be written in a scenario, and the grammar in the manual is true.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "pidlab/machine.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::scenario {
namespace {

constexpr const char *names = "t = fork init\n"
                              "p = pid t\n"
                              "space = ns t\n"
                              "r = tref t\n"
                              "box = mount pids\n"
                              "n = nr t\n"
                              "digest d\n";

void expect_read(const std::string &text) {
    const SourceText source("test.scn", text);
    for (const Diagnostic &error : parse(source).errors)
        ADD_FAILURE() << render(source, error);
}

/// A line behind names of every class.
void expect_line(const std::string &line) { expect_read(names + line + '\n'); }

/// How an operand or a result of this kind is written.
std::string sample(pidlab_arg kind) {
    if (!words_of(kind).empty())
        return std::string{words_of(kind).front().name};
    switch (kind) {
    case PIDLAB_ARG_TASK:
    case PIDLAB_ARG_NEXT:
    case PIDLAB_ARG_OWNER:
    case PIDLAB_ARG_OBJECT:
        return "t";
    case PIDLAB_ARG_PID:
        return "p";
    case PIDLAB_ARG_NS:
        return "space";
    case PIDLAB_ARG_REF:
        return "r";
    case PIDLAB_ARG_CONTAINER:
        return "box";
    default:
        return "3";
    }
}

std::string plain(const OpInfo &op) {
    std::string line{op.name};
    for (const OperandInfo &operand : op.operands())
        line += " " + sample(operand.kind);
    return line;
}

TEST(ScenarioReach, every_word_of_every_operand_can_be_written) {
    for (const OpInfo &op : ops())
        for (std::size_t i = 0; i < op.operands().size(); ++i)
            for (const WordInfo &word : words_of(op.operands()[i].kind)) {
                std::string line{op.name};
                for (std::size_t j = 0; j < op.operands().size(); ++j)
                    line += i == j ? fmt::format(" {}", word.name)
                                   : " " + sample(op.operands()[j].kind);
                expect_line(line);
            }
}

TEST(ScenarioReach, every_result_can_be_expected_and_every_word_of_it) {
    for (const OpInfo &op : ops()) {
        std::string line = "expect " + plain(op) + " = ";
        for (std::size_t i = 0; i < op.outputs().size(); ++i) {
            const auto words = words_of(op.outputs()[i].kind);
            const std::string before = line + (i ? ", " : "");
            for (const WordInfo &word : words)
                expect_line(before + std::string{word.name});
            line = before + sample(op.outputs()[i].kind);
            expect_line(line);
        }
    }
}

TEST(ScenarioReach, every_errno_can_be_expected_of_every_operation) {
    for (const OpInfo &op : ops())
        expect_line(plain(op) + " = EINVAL");
    for (const ErrnoInfo &error : errnos())
        expect_line(fmt::format("fork init = {}", error.name));
}

TEST(ScenarioReach, every_setting_takes_its_limits_and_its_words) {
    for (const SettingInfo &setting : settings()) {
        for (const std::uint64_t value : {setting.min, setting.max})
            expect_read(fmt::format("lab {}={}\n", setting.name, value));
        for (const WordInfo &word : words_of(setting.slot))
            expect_read(fmt::format("lab {}={}\n", setting.name, word.name));
        expect_line(fmt::format("expect lab.{} = 0", setting.name));
    }
    std::string every_switch;
    for (const WordInfo &bug : bugs())
        every_switch += (every_switch.empty() ? "" : "+") + std::string{bug.name};
    expect_read("lab bugs=" + every_switch + "\n");
}

TEST(ScenarioReach, every_phase_of_a_fork_can_fail_and_every_allocation) {
    for (const WordInfo &phase : phases())
        expect_line(fmt::format("fork init (fail_at={}) = ENOMEM", phase.name));
    for (const OpInfo &op : ops())
        expect_line(plain(op) + " (fail_nth=2) = ENOMEM");
}

TEST(ScenarioReach, every_counter_size_and_figure_can_be_compared) {
    for (const WordInfo &word : counters())
        expect_line(fmt::format("expect {} = 0", word.name));
    for (const WordInfo &word : sizes())
        expect_line(fmt::format("expect size.{} = 0", word.name));
    for (const WordInfo &word : machine_words())
        expect_line(fmt::format("expect machine.{} = 0", word.name));
    for (const WordInfo &word : generations())
        expect_line(fmt::format("expect tasks = 1 ({}: 2)   # why", word.name));
}

/// An example of each alternative of the grammar, as the manual writes it.
const std::map<std::string, std::string> &examples() {
    static const std::map<std::string, std::string> table = {
        {"line: [statement] [# comment]", "gp   # a comment"},
        {"statement: [NAME =] call", "u = fork init"},
        {"statement: ACTOR: cell {| ACTOR: cell}", "P0: exit t | P1: nr init"},
        {"cell: ([NAME =] call | expect call | continue) [@STEP]",
         "P0: k = fork init @pid.numbered | P0: continue | P1: expect nr init = 1"},
        {"statement: expect call", "expect fork init = _"},
        {"statement: NAME = sum", "m = 3"},
        {"statement: expect sum RELATION sum {(GENERATION {GENERATION}: sum)}",
         "expect tasks >= 1 (taskref pidhash: 2) (idr: 3)   # why"},
        {"statement: digest NAME", "digest e"},
        {"statement: expect digest (= | !=) NAME", "expect digest != d"},
        {"statement: lab {SETTING=setting}", ""}, // has a text of its own
        {"statement: repeat sum [as NAME]", "repeat 3 as i\nend"},
        {"statement: end", "repeat 2\nend"},
        {"statement: seed INTEGER", "seed 42"},
        {"statement: check", "check"},
        {"statement: tree [TEXT]", "tree \"a tree\""},
        {"statement: note TEXT", "note \"a note\""},
        {"call: OPERATION {value | OPERAND=value | FLAG} [(option)] [= expected]",
         "fork init tid=5 newpid (fail_nth=1) = ENOMEM"},
        {"option: fail_nth=value", "fork init (fail_nth=n) = ENOMEM"},
        {"option: fail_at=PHASE", "fork init (fail_at=number) = EAGAIN"},
        {"expected: what {(GENERATION {GENERATION}: what)} [else leave]",
         "repeat 2\n    fork init = EAGAIN (taskref idr: ok) else leave   # why\nend"},
        {"what: ERRNO", "fork init = EAGAIN"},
        {"what: ok", "fork init = ok"},
        {"what: result {, result}", "fork init = _, 2"},
        {"result: value", "expect nr t = n"},
        {"result: none", "expect wait init = none"},
        {"result: _", "expect nr t = _"},
        {"value: [\\-] (INTEGER | NAME | NAME.FIELD)", "kill init -t.nr"},
        {"value: WORD {+ WORD}", "b = mount freezer+trace"},
        {"setting: INTEGER", ""},
        {"setting: WORD {+ WORD}", ""},
        {"sum: [\\-] product {(+ | \\-) product}", "expect -1 + 3 - n = 0"},
        {"product: factor {* factor}", "expect 2 * n * 3 = 0"},
        {"factor: INTEGER", "expect 2K = 2048"},
        {"factor: NAME", "expect n = 2"},
        {"factor: NAME.FIELD", "expect t.nr = 2"},
        {"factor: COUNTER", "expect tasks = 2"},
        {"factor: size.SIZE", "expect size.task_ref = 24"},
        {"factor: lab.SETTING", "expect lab.pid_max = 400"},
        {"factor: machine.WORD", "expect machine.total > 0"},
        {"factor: STATE", "expect 1 = running"},
        {"factor: random [\\-] INTEGER..[\\-] INTEGER", "m = random -3..3"},
    };
    return table;
}

std::string grammar() {
    std::ostringstream text;
    text << std::ifstream(std::filesystem::path(PIDLAB_MAN_DIR) / "pidlab-scenario.5.in").rdbuf();
    const std::string page = text.str();
    const std::size_t begin = page.find(".SH GRAMMAR\n.EX\n") + 16;
    return page.substr(begin, page.find(".EE", begin) - begin);
}

/// "name: alternative" of every production that is not a word or a list of marks; bars inside of
/// brackets do not part alternatives.
std::vector<std::string> alternatives() {
    std::vector<std::string> out;
    std::istringstream lines(grammar());
    std::string name;
    for (std::string line; std::getline(lines, line);) {
        std::size_t at = 0;
        if (line.front() != ' ') {
            name = line.substr(0, line.find(' '));
            at = line.find('=') + 1;
            out.emplace_back();
        }
        int depth = 0;
        bool blank = false;
        for (; at < line.size(); ++at) {
            const char c = line[at];
            const bool alone = at > 0 && line[at - 1] == ' ' && at + 1 < line.size();
            depth += c == '(' || c == '[' || c == '{' ? 1 : 0;
            depth -= c == ')' || c == ']' || c == '}' ? 1 : 0;
            if (c == '|' && depth == 0 && alone) {
                out.emplace_back();
                blank = false;
            } else if (c == ' ') {
                blank = true;
            } else {
                if (out.back().empty())
                    out.back() = name + ":";
                if (blank || out.back().ends_with(':'))
                    out.back() += ' ';
                out.back() += c;
                blank = false;
            }
        }
    }
    // What is not a production of words is spelled out in words.
    std::erase_if(out, [](const std::string &one) {
        return one.empty() || std::isupper(static_cast<unsigned char>(one.front()));
    });
    return out;
}

TEST(ScenarioGrammar, each_alternative_of_the_manual_can_be_read) {
    const auto all = alternatives();
    EXPECT_GE(all.size(), examples().size());
    for (const std::string &one : all) {
        const auto example = examples().find(one);
        if (example == examples().end())
            ADD_FAILURE() << "no example of: " << one;
        else if (!example->second.empty())
            expect_line(example->second);
    }
    for (const auto &[one, text] : examples())
        EXPECT_NE(std::ranges::find(all, one), all.end()) << "not in the manual: " << one;
    expect_read("lab pid_max=400 generation=idr bugs=plain_last+pid_put_fast\n");
}

} // namespace
} // namespace pidlab::scenario
