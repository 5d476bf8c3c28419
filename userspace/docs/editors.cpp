// SPDX-License-Identifier: MIT
// Syntax of scenarios for editors: every word of the language and of the tables has its class.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "docs.hpp"
#include "pidlab/machine.hpp"
#include "pidlab/scenario_names.hpp"
#include "pidlab/table.hpp"

namespace pidlab::docs {

namespace {

/// A class of words and where they stand; later classes win over earlier ones.
struct Class {
    const char *name;  ///< of the class, behind "pidlab"
    const char *link;  ///< the group of Vim that has its colour
    const char *scope; ///< of a TextMate grammar
    enum Place { anywhere, before_value, after_point, first_word, operation } place;
    std::vector<std::string_view> words;
};

std::vector<std::string_view> operand_names() {
    std::vector<std::string_view> out;
    for (const OpInfo &op : ops())
        scenario::add_words(out, op.operands());
    std::ranges::sort(out);
    out.erase(std::ranges::unique(out).begin(), out.end());
    return out;
}

template <typename... Tables> std::vector<std::string_view> words(const Tables &...tables) {
    std::vector<std::string_view> out;
    (scenario::add_words(out, tables), ...);
    return out;
}

/// Words that an operand, a setting or an option is written as.
std::vector<std::string_view> table_words() {
    std::vector<std::string_view> out = words(phases());
    for (const KindInfo &kind : kinds())
        scenario::add_words(out, words_of(kind.kind));
    for (const SettingInfo &setting : settings())
        scenario::add_words(out, words_of(setting.slot));
    std::ranges::sort(out);
    out.erase(std::ranges::unique(out).begin(), out.end());
    return out;
}

std::vector<Class> classes() {
    const auto particles = scenario::particles();
    return {
        {"Counter", "Identifier", "variable.language", Class::anywhere, words(counters())},
        {"Size", "Identifier", "variable.language", Class::after_point,
         words(sizes(), machine_words())},
        {"Word", "Constant", "constant.language", Class::anywhere, table_words()},
        {"Flag", "Type", "storage.modifier", Class::anywhere, words(flags())},
        {"Errno", "Exception", "constant.other.errno", Class::anywhere, words(errnos())},
        {"Particle",
         "Keyword",
         "keyword.other",
         Class::anywhere,
         {particles.begin(), particles.end()}},
        {"Operand", "Label", "variable.parameter", Class::before_value, operand_names()},
        {"Setting", "Label", "variable.parameter", Class::before_value, words(settings())},
        {"Operation", "Function", "support.function", Class::operation, words(ops())},
        {"Keyword", "Statement", "keyword.control", Class::first_word, scenario::keywords()},
    };
}

std::string any_of(const Class &group) { return fmt::format("{}", fmt::join(group.words, "|")); }

std::string vim_pattern(const Class &group) {
    const std::string list = any_of(group);
    switch (group.place) {
    case Class::before_value:
        return fmt::format(R"(\v<%({})>\ze\=)", list);
    case Class::after_point:
        return fmt::format(R"(\v%(\.)@1<=<%({})>)", list);
    case Class::first_word:
        return fmt::format(R"(\v%(^\s*)@60<=<%({})>)", list);
    case Class::operation:
        return fmt::format(R"(\v%(^\s*%(expect\s+|\h\w*\s*\=\s*)?)@60<=<%({})>)", list);
    default:
        return fmt::format(R"(\v<%({})>)", list);
    }
}

std::string regular_expression(const Class &group) {
    const std::string list = any_of(group);
    switch (group.place) {
    case Class::before_value:
        return fmt::format(R"(\b({})(?==))", list);
    case Class::after_point:
        return fmt::format(R"((?<=\.)({})\b)", list);
    case Class::first_word:
        return fmt::format(R"(^\s*({})\b)", list);
    case Class::operation:
        return fmt::format(R"((?:^\s*|\bexpect\s+|^\s*[A-Za-z_]\w*\s*=\s*)({})\b)", list);
    default:
        return fmt::format(R"(\b({})\b)", list);
    }
}

constexpr const char *vim_head = R"(" SPDX-License-Identifier: MIT
" Vim syntax file: scenarios of pidlab(1), see pidlab-scenario(5). Made of its tables.
if exists('b:current_syntax')
  finish
endif

syn match pidlabNumber /\v<\d+[KMG]?>/
syn match pidlabMark /\v[=!<>]\=|\.\.|[=<>+*:-]/
syn match pidlabAny /\v<_>/
)";

constexpr const char *vim_tail = R"(
syn region pidlabText start=/"/ end=/"/ oneline
syn match pidlabComment /#.*/ contains=pidlabTitle,@Spell
syn match pidlabTitle /SPDX-License-Identifier:.*/ contained contains=@NoSpell

hi def link pidlabNumber Number
hi def link pidlabMark Operator
hi def link pidlabAny Special
hi def link pidlabText String
hi def link pidlabComment Comment
hi def link pidlabTitle SpecialComment
)";

constexpr const char *vim_filetype = R"(" SPDX-License-Identifier: MIT
setlocal commentstring=#\ %s comments=:# expandtab shiftwidth=4 softtabstop=4
setlocal iskeyword=@,48-57,_
if executable('pidlab')
  setlocal makeprg=pidlab\ check\ % formatprg=pidlab\ fmt\ -
  setlocal errorformat=%f:%l:%c:\ error:\ %m
endif
)";

} // namespace

std::vector<File> vim() {
    std::string links;
    std::string syntax = vim_head;
    for (const Class &group : classes()) {
        syntax += fmt::format("syn match pidlab{} /{}/\n", group.name, vim_pattern(group));
        links += fmt::format("hi def link pidlab{} {}\n", group.name, group.link);
    }
    syntax += vim_tail + links + "\nlet b:current_syntax = 'pidlab'\n";
    return {
        {"vim/syntax/pidlab.vim", syntax},
        {"vim/ftplugin/pidlab.vim", vim_filetype},
        {"vim/ftdetect/pidlab.vim", "\" SPDX-License-Identifier: MIT\n"
                                    "autocmd BufRead,BufNewFile *.scn setfiletype pidlab\n"},
    };
}

File textmate() {
    using Json = nlohmann::ordered_json;
    const auto simple = [](const char *match, const char *name) {
        return Json{{"match", match}, {"name", std::string(name) + ".pidlab"}};
    };
    Json patterns = Json::array(
        {simple("#.*$", "comment.line.number-sign"), simple("\"[^\"]*\"", "string.quoted.double")});
    // The first that matches wins here.
    const std::vector<Class> all = classes();
    for (auto group = all.rbegin(); group != all.rend(); ++group)
        patterns.push_back(
            {{"match", regular_expression(*group)},
             {"captures", {{"1", {{"name", fmt::format("{}.pidlab", group->scope)}}}}}});
    patterns.push_back(simple(R"(\b\d+[KMG]?\b)", "constant.numeric"));
    patterns.push_back(simple(R"([=!<>]=|\.\.|[=<>+*:-])", "keyword.operator"));
    const Json grammar = {{"$schema", "https://raw.githubusercontent.com/martinring/tmlanguage/"
                                      "master/tmlanguage.json"},
                          {"name", "pidlab scenario"},
                          {"scopeName", "source.pidlab"},
                          {"fileTypes", {"scn"}},
                          {"patterns", patterns}};
    return {"textmate/pidlab.tmLanguage.json", grammar.dump(2) + '\n'};
}

} // namespace pidlab::docs
