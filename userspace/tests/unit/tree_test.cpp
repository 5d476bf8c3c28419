// SPDX-License-Identifier: MIT
// Trees of tasks: whole texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_transport.hpp"
#include "pidlab/tree.hpp"

namespace pidlab {

namespace {

using pidlab::testing::id;
using scenario::NameClass;
using scenario::State;
using ::testing::HasSubstr;

constexpr std::uint64_t task(std::uint64_t n) { return id(PIDLAB_OBJECT_TASK, n); }

pidlab_task_info info(std::uint64_t n, std::uint64_t parent, int nr) {
    pidlab_task_info out{};
    out.id = task(n);
    out.parent = parent ? task(parent) : 0;
    out.leader = task(n);
    out.pid = id(PIDLAB_OBJECT_PID, n);
    out.nr = out.vnr = out.tgid = nr;
    out.pgid = out.sid = 1;
    out.state = PIDLAB_STATE_RUNNING;
    out.payload = 10240;
    return out;
}

// init, a shell with a thread and a zombie that is held, a namespace of two.
struct Family {
    std::vector<pidlab_task_info> tasks;
    State state;

    Family() {
        state.start(task(1));
        tasks.push_back(info(1, 0, 1));
        tasks[0].flags = PIDLAB_TASK_REAPER | PIDLAB_TASK_SESSION;
        add("shell", 2, 1, 2).pgid = 2;
        auto &thread = add("w", 3, 2, 3);
        thread.leader = task(2);
        thread.parent = task(1);
        thread.flags = PIDLAB_TASK_THREAD;
        auto &zombie = add("z", 4, 2, 4);
        zombie.state = PIDLAB_STATE_ZOMBIE;
        zombie.exit_code = 3;
        zombie.holds = 1;
        auto &inner = add("n", 5, 1, 5);
        inner.level = inner.vnr = 1;
        inner.flags = PIDLAB_TASK_REAPER;
        auto &deep = add("", 6, 5, 6);
        deep.level = 1;
        deep.vnr = 2;
        hold("r", 1, PIDLAB_OP_HOLD_TASK, 4);
        hold("weak", 2, PIDLAB_OP_TREF, 2);
        state.learn(tasks);
    }

    pidlab_task_info &add(const char *name, std::uint64_t n, std::uint64_t parent, int nr) {
        tasks.push_back(info(n, parent, nr));
        if (*name)
            state.bind(name, {NameClass::task, task(n), nullptr, {}, 0, 0});
        return tasks.back();
    }

    void hold(const char *name, std::uint64_t n, pidlab_opcode opcode, std::uint64_t target) {
        const std::uint64_t ref = id(PIDLAB_OBJECT_REF, n);
        pidlab_op op{};
        op.opcode = static_cast<std::uint16_t>(opcode);
        op.arg[0] = task(target);
        op.res[0] = ref;
        state.bind(name, {NameClass::ref, ref, nullptr, {}, 0, 0});
        state.note(*find_op(opcode), op, 12);
        state.follow(ref, task(target));
    }
};

} // namespace

TEST(Tree, shows_who_is_whose_and_what_keeps_whom) {
    const Family family;
    EXPECT_EQ(
        render_tree(family.tasks, family.state, {true, false}),
        "init          pid 1                 running  group 1 session 1  reaper; session "
        "leader\n"
        "├─ shell      pid 2                 running  group 2 session 1  found by weak (tref)\n"
        "│  ├─ {w}     pid 3                 running  group 1 session 1  thread of shell\n"
        "│  └─ z       pid 4                 zombie   group 1 session 1  code 3; not reaped by "
        "shell, held by r; pins 10.0K\n"
        "└─ n          pid 5 (1 at depth 1)  running  group 1 session 1  reaper\n"
        "   └─ task#6  pid 6 (2 at depth 1)  running  group 1 session 1\n");
}

TEST(Tree, has_no_box_drawing_where_it_cannot_be_shown) {
    const Family family;
    const std::string text = render_tree(family.tasks, family.state, {false, false}, "> ");
    for (const char c : text)
        ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
    EXPECT_THAT(text, HasSubstr("> |- shell      pid 2"));
    EXPECT_THAT(text, HasSubstr("> |  `- z       pid 4"));
}

TEST(Tree, colours_states_only) {
    const Family family;
    EXPECT_THAT(render_tree(family.tasks, family.state, {false, true}),
                HasSubstr("\033[33mzombie \033[0m  group 1"));
}

TEST(Tree, puts_the_dead_below) {
    Family family;
    auto &dead = family.tasks[3];
    dead.state = PIDLAB_STATE_DEAD;
    dead.nr = dead.vnr = dead.pgid = dead.sid = 0;
    dead.pid = dead.parent = 0;
    EXPECT_THAT(render_tree(family.tasks, family.state, {}),
                HasSubstr("left the tree, still held:\n"
                          "   z          was pid 4             dead                        code 3; "
                          "held by r; pins 10.0K\n"));
}

TEST(Tree, a_zombie_leader_waits_for_its_threads) {
    Family family;
    family.tasks[1].state = PIDLAB_STATE_ZOMBIE;
    EXPECT_EQ(what_pins(family.tasks[1], family.tasks, family.state), "its threads still run");
}

TEST(Tree, ends_where_nobody_would_read_on) {
    Family family;
    for (std::uint64_t n = 10; n < 1000; ++n)
        family.tasks.push_back(info(n, n - 1 < 10 ? 1 : n - 1, static_cast<int>(n)));
    const std::string text = render_tree(family.tasks, family.state, {});
    EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')),
              max_tree_rows + 1);
    EXPECT_THAT(text, HasSubstr("... and 796 more\n"));
}

TEST(Tree, survives_a_family_that_makes_no_sense) {
    Family family;
    family.tasks[0].parent = task(2); // init's parent is its own child
    family.tasks[4].parent = task(5);
    const std::string text = render_tree(family.tasks, family.state, {});
    EXPECT_THAT(text, HasSubstr("reached from nowhere:\n"));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 7);
}

TEST(Tree, as_json_has_ids_names_and_flags) {
    const Family family;
    const auto json = tree_json(family.tasks, family.state);
    ASSERT_EQ(json.size(), 6U);
    EXPECT_EQ(json[0]["name"], "init");
    EXPECT_EQ(json[0]["flags"].dump(), "[\"reaper\",\"session\"]");
    EXPECT_EQ(json[3]["state"], "zombie");
    EXPECT_EQ(json[3]["pinned_by"], "not reaped by shell, held by r");
    EXPECT_EQ(json[5]["parent"], task(5));
    EXPECT_EQ(json[5]["vnr"], 2);
}

// A namespace of two whose init ends, a frozen shell in a container.
struct WholeFamily : Family {
    Snapshot whole = snapshot_of_tasks(tasks);

    WholeFamily() {
        for (std::uint64_t n = 0; n < 6; ++n)
            whole.tasks[n].ns = id(PIDLAB_OBJECT_NS, n < 4 ? 1 : 2);
        whole.pids = {};
        for (const pidlab_task_info &each : tasks) {
            whole.pids.push_back(
                {each.pid, 1, each.level, true, {{id(PIDLAB_OBJECT_NS, 1), each.nr}}, {}});
            if (each.level != 0)
                whole.pids.back().numbers.push_back({id(PIDLAB_OBJECT_NS, 2), each.vnr});
        }
        whole.namespaces = {
            {id(PIDLAB_OBJECT_NS, 1), 0, 0, 6, 32768, task(1), false, 3},
            {id(PIDLAB_OBJECT_NS, 2), id(PIDLAB_OBJECT_NS, 1), 1, 2, 400, task(5), true, 2}};
        const std::uint64_t top = id(PIDLAB_OBJECT_CONTAINER, 1);
        const std::uint64_t cold = id(PIDLAB_OBJECT_CONTAINER, 2);
        whole.containers = {{top, 0, top, 1U << PIDLAB_SUBSYS_FREEZER, 5, 5},
                            {cold, top, top, 1U << PIDLAB_SUBSYS_FREEZER, 1, 1}};
        state.bind("cold", {NameClass::container, cold, nullptr, {}, 0, 0});
        whole.tasks[1].containers = {cold};
        whole.tasks[1].frozen = true;
    }
};

TEST(Tree, x9_a_reaper_that_waits_for_others_is_shown_as_such) {
    const WholeFamily family;
    const std::string text = render_tree(family.tasks, family.state, {}, {}, &family.whole);
    EXPECT_THAT(text, HasSubstr("n          pid 5 (1 at depth 1)  ending   group 1 session 1  "
                                "reaper; waits for 1 other to go"));
    EXPECT_THAT(text, HasSubstr("shell      pid 2                 frozen   group 2 session 1  in "
                                "cold; found by weak (tref)"));
    EXPECT_EQ(waits_for(family.whole, task(5)), 1U);
    EXPECT_EQ(waits_for(family.whole, task(1)), 0U);
}

TEST(Tree, x9_has_namespaces_and_containers_below) {
    const WholeFamily family;
    EXPECT_EQ(render_spaces(family.whole, family.state, {true, false}, "  "),
              "  namespaces\n"
              "  root     depth 0; last number 6, below 32768; count 3; reaper init\n"
              "  └─ of n  depth 1; last number 2, below 400; count 2; reaper n; gives no more "
              "numbers\n"
              "\n"
              "  containers\n"
              "  container#1  root of freezer; 5 tasks; count 5\n"
              "  └─ cold      1 task; count 1\n");
    EXPECT_EQ(render_spaces(Snapshot{}, family.state, {}), "");
}

TEST(Tree, x9_has_the_number_at_every_level) {
    WholeFamily family;
    family.tasks[5].level = 2;
    family.whole.pids[5].numbers = {{1, 6}, {2, 2}, {3, 1}};
    EXPECT_THAT(render_tree(family.tasks, family.state, {}, {}, &family.whole),
                HasSubstr("pid 6 / 2 / 1 "));
}

TEST(Tree, x9_as_json_has_every_number_and_who_waits) {
    const WholeFamily family;
    const auto json = tree_json(family.tasks, family.state, &family.whole);
    EXPECT_EQ(json[5]["numbers"][1]["nr"], 2);
    EXPECT_EQ(json[4]["state"], "ending");
    EXPECT_EQ(json[4]["waits_for"], 1);
    EXPECT_EQ(json[1]["frozen"], true);
}

} // namespace pidlab
