// SPDX-License-Identifier: MIT
#include "line_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <system_error>
#include <utility>

#include <histedit.h>
#include <unistd.h>

namespace pidlab::cli {

namespace {

class PipeReader final : public LineReader {
public:
    std::optional<std::string> read(const std::string &) override {
        std::string line;
        if (!std::getline(std::cin, line))
            return std::nullopt;
        return line;
    }

    [[nodiscard]] bool interactive() const override { return false; }
};

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int) { interrupted = 1; }

/// The file of the history, its directory made; empty where there is no home for it.
std::string history_file() {
    std::filesystem::path base;
    if (const char *state = std::getenv("XDG_STATE_HOME"); state && *state)
        base = state;
    else if (const char *home = std::getenv("HOME"); home && *home)
        base = std::filesystem::path(home) / ".local" / "state";
    else
        return {};
    std::error_code failed; // a prompt without history is better than none
    std::filesystem::create_directories(base / "pidlab", failed);
    return failed ? std::string{} : (base / "pidlab" / "history").string();
}

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// What all words begin with.
std::string common_start(const std::vector<std::string> &words) {
    std::string start = words.front();
    for (const std::string &word : words) {
        const auto [end, other] = std::ranges::mismatch(start, word);
        start.erase(end, start.end());
    }
    return start;
}

class TerminalReader final : public LineReader {
public:
    explicit TerminalReader(Words words)
        : words_(std::move(words)), file_(history_file()),
          edit_(el_init("pidlab", stdin, stdout, stderr)), history_(history_init()) {
        struct sigaction action = {};
        action.sa_handler = on_interrupt; // without SA_RESTART: read() is to return
        ::sigaction(SIGINT, &action, &old_action_);

        HistEvent event;
        history(history_, &event, H_SETSIZE, 1000);
        history(history_, &event, H_SETUNIQUE, 1);
        if (!file_.empty())
            history(history_, &event, H_LOAD, file_.c_str());

        el_set(edit_, EL_CLIENTDATA, this);
        el_set(edit_, EL_PROMPT, &TerminalReader::prompt_of);
        el_set(edit_, EL_EDITOR, "emacs");
        el_set(edit_, EL_HIST, history, history_);
        el_set(edit_, EL_GETCFN, &TerminalReader::get_char);
        el_set(edit_, EL_ADDFN, "complete", "complete the word", &TerminalReader::complete);
        el_set(edit_, EL_BIND, "^I", "complete", nullptr);
        el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    }

    ~TerminalReader() override {
        HistEvent event;
        if (!file_.empty())
            history(history_, &event, H_SAVE, file_.c_str());
        history_end(history_);
        el_end(edit_);
        ::sigaction(SIGINT, &old_action_, nullptr);
    }

    std::optional<std::string> read(const std::string &prompt) override {
        prompt_ = prompt;
        interrupted = 0;
        int length = 0;
        const char *got = el_gets(edit_, &length);
        if (!got || length <= 0) {
            std::fputc('\n', stdout);
            if (interrupted) {
                el_reset(edit_);
                return std::string{};
            }
            return std::nullopt;
        }
        std::string line(got, static_cast<std::size_t>(length));
        while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
            line.pop_back();
        HistEvent event;
        if (line.find_first_not_of(" \t") != std::string::npos)
            history(history_, &event, H_ENTER, line.c_str());
        return line;
    }

    [[nodiscard]] bool interactive() const override { return true; }

private:
    static TerminalReader &self(EditLine *edit) {
        void *data = nullptr;
        el_get(edit, EL_CLIENTDATA, &data);
        return *static_cast<TerminalReader *>(data);
    }

    static char *prompt_of(EditLine *edit) { return self(edit).prompt_.data(); }

    /// One character; 0 at the end of the input, -1 after an interrupt. libedit's own reader goes
    /// on after one.
    static int get_char(EditLine *, wchar_t *out) {
        std::mbstate_t state = {};
        for (;;) {
            char byte;
            const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
            if (got == 0)
                return 0;
            if (got < 0) {
                if (errno == EINTR && !interrupted)
                    continue;
                return -1;
            }
            const std::size_t used = std::mbrtowc(out, &byte, 1, &state);
            if (used == static_cast<std::size_t>(-2))
                continue; // more bytes to come
            if (used == static_cast<std::size_t>(-1))
                *out = L'?';
            return 1;
        }
    }

    static unsigned char complete(EditLine *edit, int) {
        const LineInfo *line = el_line(edit);
        const char *start = line->cursor;
        while (start > line->buffer && in_word(start[-1]))
            --start;
        const std::string_view begun(start, static_cast<std::size_t>(line->cursor - start));

        std::vector<std::string> fitting = self(edit).words_();
        std::erase_if(fitting, [&](const std::string &word) { return !word.starts_with(begun); });
        if (fitting.empty())
            return CC_REFRESH_BEEP;
        std::string more = common_start(fitting).substr(begun.size());
        if (fitting.size() == 1)
            more += ' ';
        if (!more.empty())
            return el_insertstr(edit, more.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
        std::fputc('\n', stdout);
        for (const std::string &word : fitting)
            std::printf("%s  ", word.c_str());
        std::fputc('\n', stdout);
        return CC_REDISPLAY;
    }

    Words words_;
    std::string file_;
    std::string prompt_;
    EditLine *edit_;
    History *history_;
    struct sigaction old_action_ = {};
};

} // namespace

std::unique_ptr<LineReader> make_line_reader(Words words) {
    if (::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO))
        return std::make_unique<TerminalReader>(std::move(words));
    return std::make_unique<PipeReader>();
}

} // namespace pidlab::cli
