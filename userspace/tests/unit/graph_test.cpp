// SPDX-License-Identifier: MIT
// Graphs: what is in them, and that other programs can read them. Row x9.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "looking_fixture.hpp"
#include "pidlab/graph.hpp"

namespace pidlab {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Portrait;

Graph drawn(const Portrait &of) { return make_graph(of.lab, of.name(), "a \"title\" \\ <x>"); }

const Graph::Node &node(const Graph &graph, const std::string &key) {
    const auto found = std::ranges::find(graph.nodes, key, &Graph::Node::key);
    if (found == graph.nodes.end())
        throw std::out_of_range(key);
    return *found;
}

std::vector<std::string> edges(const Graph &graph, Graph::Line line, const std::string &label) {
    std::vector<std::string> out;
    for (const Graph::Edge &edge : graph.edges)
        if (edge.line == line && edge.label == label)
            out.push_back(graph.nodes[edge.from].key + ">" + graph.nodes[edge.to].key);
    return out;
}

TEST(Graph, x9_has_every_object_once) {
    const Portrait of;
    const Graph graph = drawn(of);
    EXPECT_EQ(graph.nodes.size(), 6U + 6U + 2U + 2U + 4U);
    std::vector<std::string> keys;
    for (const Graph::Node &each : graph.nodes)
        keys.push_back(each.key);
    std::ranges::sort(keys);
    EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
}

TEST(Graph, x9_lists_go_from_user_to_user_in_their_order) {
    const Portrait of;
    const Graph graph = drawn(of);
    // The zombie joined the group after the shell, so it is the first user.
    EXPECT_EQ(edges(graph, Graph::Line::list, "pgid"),
              (std::vector<std::string>{"pid1>task6", "task6>task5", "task5>task1", "pid2>task4",
                                        "task4>task2"}));
    EXPECT_THAT(node(graph, "pid2").facts, ::testing::Contains("pgid: z → shell"));
}

TEST(Graph, x9_a_link_leads_from_a_task_to_the_pid_it_uses) {
    const Portrait of;
    const Graph graph = drawn(of);
    EXPECT_EQ(edges(graph, Graph::Line::link, "pid").size(), 6U);
    EXPECT_THAT(edges(graph, Graph::Line::link, "pgid"),
                ::testing::ElementsAre("task1>pid1", "task2>pid2", "task4>pid2", "task5>pid1",
                                       "task6>pid1"));
}

TEST(Graph, x9_a_link_without_a_struct_pid_leads_to_the_number) {
    Portrait of; // as in taskref
    for (Snapshot::Pid &each : of.lab.pids)
        each.id = 0;
    for (Snapshot::Task &each : of.lab.tasks)
        for (Snapshot::Link &link : each.links)
            link.pid = 0;
    const Graph graph = drawn(of);
    EXPECT_THAT(edges(graph, Graph::Line::link, "pgid"), ::testing::Contains("task4>nr1"));
    EXPECT_EQ(edges(graph, Graph::Line::link, "pid").size(), 6U);
}

TEST(Graph, x9_strong_references_are_told_from_weak_ones) {
    const Portrait of;
    const Graph graph = drawn(of);
    EXPECT_EQ(edges(graph, Graph::Line::strong, ""),
              (std::vector<std::string>{"ref1>task4", "ref3>pid2"}));
    EXPECT_EQ(edges(graph, Graph::Line::weak, ""), std::vector<std::string>{"ref2>task2"});
    EXPECT_THAT(node(graph, "ref4").facts, ::testing::Contains("leads nowhere"));
}

TEST(Graph, x9_states_that_are_more_than_running_are_shown) {
    const Portrait of;
    const Graph graph = drawn(of);
    EXPECT_EQ(node(graph, "task1").mood, "running");
    EXPECT_EQ(node(graph, "task2").mood, "frozen");
    EXPECT_EQ(node(graph, "task4").mood, "zombie");
    EXPECT_EQ(node(graph, "task5").mood, "ending");
    EXPECT_EQ(node(graph, "ns2").mood, "dying");
    EXPECT_EQ(node(graph, "pid6").name, "pid 6 / 2");
}

TEST(Graph, x9_dot_quotes_whatever_a_title_has) {
    const std::string text = graph_dot(drawn(Portrait{}));
    EXPECT_THAT(text, HasSubstr("label=\"a \\\"title\\\" \\\\ <x>\""));
    EXPECT_THAT(text, HasSubstr("ref1 -> task4 [label=\"\" color=\"#c02020\" style=bold];"));
    EXPECT_THAT(text, HasSubstr("subgraph cluster_ns2 {"));
}

TEST(Graph, x9_dot_is_accepted_by_graphviz) {
    if (std::system("command -v dot > /dev/null 2>&1") != 0)
        GTEST_SKIP() << "graphviz is not installed";
    const auto file = std::filesystem::path(::testing::TempDir()) / "pidlab-graph.dot";
    std::ofstream(file) << graph_dot(drawn(Portrait{}));
    EXPECT_EQ(std::system(("dot -Tcanon " + file.string() + " > /dev/null").c_str()), 0);
    std::filesystem::remove(file);
}

TEST(Graph, x9_mermaid_has_no_character_that_ends_a_label) {
    Portrait of;
    of.names[Portrait::task(2)] = "x\"]; click <b> #1 {y}";
    const std::string text = graph_mermaid(drawn(of));
    EXPECT_THAT(text, HasSubstr("x#34;]#59; click #60;b#62; #35;1 #123;y#125;"));
    EXPECT_THAT(text, AllOf(HasSubstr("flowchart LR\n"), HasSubstr("ref1 ==>|pins| task4"),
                            HasSubstr("ref2 -.->|weak| task2")));
    // Each line is a head, a box, a line between boxes, a style, or a bracket of a subgraph.
    const std::regex known(R"(---|title: ".*"|flowchart LR| +\w+[(\[]+"[^"]*"[)\]]+)"
                           R"(| +\w+ (-->|-\.->|==>|---)(\|[a-z ]+\|)? \w+)"
                           R"(| +style \w+ fill:#\w+,stroke:#\w+,color:#\w+)"
                           R"(| +subgraph \w+ \[" "\]| +end)");
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        EXPECT_TRUE(std::regex_match(line, known)) << line;
}

TEST(Graph, x9_texts_have_one_line_where_several_links_lead_to_the_same_pid) {
    const std::string text = graph_mermaid(drawn(Portrait{}));
    EXPECT_THAT(text, HasSubstr("task5 -->|pgid sid| pid1\n"));
    EXPECT_THAT(text, HasSubstr("task6 -.->|pgid sid list| task5\n"));
}

TEST(Graph, x9_as_json_names_boxes_by_their_keys) {
    const auto json = graph_json(drawn(Portrait{}));
    EXPECT_EQ(json["nodes"].size(), 20U);
    EXPECT_EQ(json["edges"][0]["from"], "task1");
    EXPECT_EQ(json["consistent"], true);
}

TEST(Graph, x9_of_nothing_is_empty) {
    const Graph graph = make_graph(Snapshot{}, [](std::uint64_t) { return std::string{}; });
    EXPECT_TRUE(graph.nodes.empty());
    EXPECT_THAT(graph_dot(graph), Not(HasSubstr("->")));
}

} // namespace
} // namespace pidlab
