// SPDX-License-Identifier: MIT
// Searches that are kept in a file and gone on with.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explore_toy.hpp"
#include "pidlab/explore_saved.hpp"
#include "pidlab/explore_schedule.hpp"

namespace pidlab::explore {
namespace {

using ::testing::HasSubstr;
using toy::Explore;
using toy::steps_of;
using toy::touch;
using toy::two_actors;

std::string text_of(const SavedSearch &saved) {
    std::ostringstream out;
    write_saved(out, saved);
    return out.str();
}

std::variant<SavedSearch, std::string> read(const std::string &text) {
    std::istringstream in{text};
    return read_saved(in);
}

class Saved : public Explore {
protected:
    void SetUp() override {
        const auto actor = steps_of({touch(1, 1), touch(2, 1), touch(1, 2)});
        begin({{actor, actor}}, two_actors);
    }

    /// Search in pieces of so many runs, each by what a file kept of the one before.
    Progress in_pieces(Bounds bounds, std::uint64_t piece) {
        std::string file;
        for (std::uint64_t most = piece;; most += piece) {
            bounds.runs = most;
            Search search{*controller_, bounds};
            if (!file.empty()) {
                auto saved = std::get<SavedSearch>(read(file));
                EXPECT_EQ(difference(saved.identity, identity_of(*controller_, bounds)), "");
                search.restore(std::move(saved.left), std::move(saved.known), saved.progress);
            }
            const Progress now = search.go([](const explore::Run &) { return true; });
            if (now.exhausted)
                return now;
            file = text_of(
                {identity_of(*controller_, bounds), now, 0, search.left(), search.known(), {}});
        }
    }
};

TEST_F(Saved, x3_a_search_in_pieces_comes_to_the_same_as_one_in_a_piece) {
    for (const bool reduce : {false, true})
        for (const std::optional<unsigned> preemptions : {std::optional<unsigned>{}, {2}}) {
            Bounds bounds;
            bounds.reduce = reduce;
            bounds.preemptions = preemptions;
            Search whole{*controller_, bounds};
            const Progress all = whole.go([](const explore::Run &) { return true; });
            const Progress pieces = in_pieces(bounds, 3);
            EXPECT_EQ(pieces.merged, all.merged);
            EXPECT_EQ(pieces.states, all.states);
            EXPECT_EQ(pieces.runs, all.runs);
            EXPECT_EQ(pieces.longest, all.longest);
        }
}

TEST_F(Saved, x3_what_is_kept_is_read_as_it_was) {
    SavedSearch saved;
    saved.identity = {{"program", "1"}, {"fine", "no"}};
    saved.progress.runs = 7;
    saved.progress.spent = std::chrono::milliseconds{1234};
    saved.excused = 3;
    saved.left = {{{}, 0, false}, {{0, 1, PIDLAB_CHOICE_GP, PIDLAB_CHOICE_FAIL}, 2, true}};
    saved.known = {1, 0xffffffffffffffff};
    saved.outcomes[{1, 2}] = {5, {"ok, nr 2", ""}};
    const std::string text = text_of(saved);
    const SavedSearch again = std::get<SavedSearch>(read(text));
    EXPECT_EQ(again.identity, saved.identity);
    EXPECT_EQ(again.progress.runs, 7U);
    EXPECT_EQ(again.progress.spent.count(), 1234);
    EXPECT_EQ(again.excused, 3U);
    ASSERT_EQ(again.left.size(), 2U);
    EXPECT_EQ(again.left[1].choices, saved.left[1].choices);
    EXPECT_EQ(again.left[1].cost, 2U);
    EXPECT_TRUE(again.left[1].owned);
    EXPECT_FALSE(again.left[0].owned);
    EXPECT_EQ(again.known, saved.known);
    EXPECT_EQ(again.outcomes.at({1, 2}).runs, 5U);
    EXPECT_EQ(again.outcomes.at({1, 2}).words, saved.outcomes.at({1, 2}).words);
}

TEST_F(Saved, x3_a_file_that_keeps_none_is_told) {
    EXPECT_THAT(std::get<std::string>(read("")), HasSubstr("its first line is not"));
    const std::string text = text_of({{{"fine", "no"}}, {}, 0, {}, {1}, {}});
    EXPECT_THAT(std::get<std::string>(read(text.substr(0, text.find("end")))),
                HasSubstr("its end is missing"));
    std::string short_of_one = text;
    short_of_one.erase(short_of_one.find("known"), 8);
    EXPECT_THAT(std::get<std::string>(read(short_of_one)), HasSubstr("line 4 is not one"));
    std::string bent = text;
    bent.replace(bent.find("known"), 5, "knows");
    EXPECT_THAT(std::get<std::string>(read(bent)), HasSubstr("line 4 is not one of a search"));
}

TEST_F(Saved, x3_the_search_of_something_else_is_refused_with_the_reason) {
    Bounds bounds;
    const Identity mine = identity_of(*controller_, bounds);
    EXPECT_EQ(difference(mine, mine), "");
    bounds.preemptions = 2;
    EXPECT_EQ(difference(identity_of(*controller_, bounds), mine),
              "preemptions was 2 there, and is any here");
    bounds = {};
    bounds.shards = 4;
    EXPECT_EQ(difference(identity_of(*controller_, bounds), mine),
              "shard was 1/4 there, and is 1/1 here");
    const auto actor = steps_of({touch(1, 1)});
    begin({{actor, actor}}, two_actors + "# changed\n");
    EXPECT_THAT(difference(mine, identity_of(*controller_, {})), HasSubstr("another scenario"));
    begin({{actor, actor}}, two_actors, {true, 0});
    EXPECT_EQ(difference(mine, identity_of(*controller_, {})),
              "fine was no there, and is yes here");
    EXPECT_THAT(difference({{"program", "1"}}, mine), HasSubstr("another version"));
}

TEST_F(Saved, x3_a_machine_with_other_memory_goes_on_with_it) {
    const auto actor = steps_of({touch(1, 1)});
    const auto on = [&](std::uint64_t memory, const std::string &lab) {
        begin({{actor, actor}, true, 0, memory}, lab + two_actors);
        return identity_of(*controller_, {});
    };
    EXPECT_EQ(difference(on(1 << 20, ""), on(2 << 20, "")), "");
    const Identity small = on(0, "lab max_bytes=1M\n");
    EXPECT_EQ(difference(small, on(0, "lab max_bytes=1M\n")), "");
    Identity large = small;
    std::ranges::find(large, "max_bytes", &Identity::value_type::first)->second = "2097152";
    EXPECT_EQ(difference(small, large), "max_bytes was 1048576 there, and is 2097152 here");
}

TEST_F(Saved, x3_a_file_is_replaced_as_a_whole) {
    const std::string path = ::testing::TempDir() + "pidlab-search";
    write_saved_file(path, {{{"fine", "no"}}, {}, 1, {}, {}, {}});
    write_saved_file(path, {{{"fine", "no"}}, {}, 2, {}, {}, {}});
    std::ifstream in{path};
    EXPECT_EQ(std::get<SavedSearch>(read_saved(in)).excused, 2U);
    EXPECT_FALSE(std::ifstream{path + ".new"}.good());
    EXPECT_THROW(write_saved_file("/nowhere/search", {}), std::system_error);
}

} // namespace
} // namespace pidlab::explore
