// SPDX-License-Identifier: MIT
// The page about a run: complete, self-contained, and nothing in it is markup by accident. Row x9.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "looking_fixture.hpp"
#include "pidlab/html_report.hpp"
#include "pidlab/model.hpp"
#include "pidlab/pictures.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Portrait;

std::string page(const std::string &text, bool compared = true) {
    const scenario::SourceText source("dir/<test> & co.scn", text);
    const scenario::ParsedScenario parsed = parse(source);
    for (const scenario::Diagnostic &error : parsed.errors)
        ADD_FAILURE() << render(source, error);
    const auto open = [] { return Lab{std::make_unique<ModelTransport>()}; };
    Lab lab = open();
    PageBuilder builder{lab, source};
    const Report report = run_scenario(lab, source, parsed.scenario, &builder);
    builder.finish();
    std::optional<GenerationComparison> comparison;
    if (compared)
        comparison = compare_generations(source, parsed.scenario, open);
    return render_html(report, builder.sightings(), builder.timeline(),
                       comparison ? &*comparison : nullptr);
}

// What opens is closed, in order; there is nothing but tags and text.
void expect_well_formed(const std::string &html) {
    std::vector<std::string> open;
    for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
        const std::size_t end = html.find('>', at);
        ASSERT_NE(end, html.npos);
        std::string tag = html.substr(at + 1, end - at - 1);
        if (tag.starts_with("!doctype") || tag.starts_with("meta") || tag.ends_with('/'))
            continue;
        const bool closes = tag.starts_with('/');
        tag = tag.substr(closes, tag.find_first_of(" \n") - closes);
        if (closes) {
            ASSERT_FALSE(open.empty()) << tag;
            ASSERT_EQ(open.back(), tag) << html.substr(at > 200 ? at - 200 : 0, 300);
            open.pop_back();
        } else {
            open.push_back(tag);
        }
    }
    EXPECT_TRUE(open.empty()) << open.back();
}

constexpr const char *story = "# A story with <b>markup</b> & \"quotes\"\n"
                              "#\n"
                              "# It says </style><script>alert(1)</script>.\n"
                              "\n"
                              "t = fork init       # <i>\n"
                              "# between <hr>\n"
                              "n = fork init newpid\n"
                              "r = tref t\n"
                              "tree \"<svg onload=x> & 'more'\"\n"
                              "exit t 7\n"
                              "expect find 9 = ESRCH\n";

TEST(HtmlReport, x9_has_scenario_results_tree_graph_timeline_and_generations) {
    const std::string html = page(story);
    for (const char *part :
         {"A story with", "<td class=\"number\">5</td><td>t = fork init</td>", "t (pid 2)",
          "tree of tasks", "graph: references", "timeline: who lived", "In every generation",
          "taskref", "At the end", "After line 9"})
        EXPECT_THAT(html, HasSubstr(part));
}

TEST(HtmlReport, x9_lets_no_text_become_markup) {
    const std::string html = page(story);
    for (const char *markup : {"<b>", "<script", "<hr>", "<svg onload", "<i>", "<test>"})
        EXPECT_THAT(html, Not(HasSubstr(markup)));
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
    EXPECT_THAT(html, HasSubstr("&lt;svg onload=x&gt; &amp; &#39;more&#39;"));
    expect_well_formed(html);
}

TEST(HtmlReport, x9_fetches_nothing) {
    const std::string html = page(story);
    EXPECT_THAT(html, HasSubstr("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    std::string rest = html;
    const std::string name = "http://www.w3.org/2000/svg"; // the name of SVG, not an address
    for (std::size_t at = rest.find(name); at != rest.npos; at = rest.find(name))
        rest.erase(at, name.size());
    for (const char *fetch : {"http:", "https:", "//cdn", " src=", "url(", "@import", "<link"})
        EXPECT_THAT(rest, Not(HasSubstr(fetch)));
}

TEST(HtmlReport, x9_looks_right_by_day_and_by_night) {
    EXPECT_THAT(page(story), HasSubstr("@media (prefers-color-scheme: dark)"));
}

TEST(HtmlReport, x9_shows_where_a_scenario_fails) {
    const std::string html = page("t = fork init\nexpect state t = zombie\n", false);
    EXPECT_THAT(html, HasSubstr("<span class=\"verdict failed\">fails</span>"));
    EXPECT_THAT(html, HasSubstr("<tr class=\"failed\"><td class=\"number\">2</td>"));
    EXPECT_THAT(html, HasSubstr("class=\"diagnostic\""));
    EXPECT_THAT(html, Not(HasSubstr("In every generation")));
    expect_well_formed(html);
}

TEST(HtmlReport, x9_says_why_generations_differ) {
    const std::string html = page("a = fork init\n"
                                  "setpgid a 0 0\n"
                                  "b = fork a\n"
                                  "w = tref a type=pgid\n"
                                  "expect deref w = b (taskref: a)   # users queue up < in 2006\n");
    EXPECT_THAT(html, HasSubstr("Where they differ"));
    EXPECT_THAT(html, HasSubstr("users queue up &lt; in 2006"));
    expect_well_formed(html);
}

TEST(Pictures, x9_of_everything_are_well_formed) {
    const Portrait of;
    expect_well_formed(draw_tree(of.lab, of.name()));
    expect_well_formed(draw_graph(of.lab, of.name()));
    const std::string graph = draw_graph(of.lab, of.name());
    for (const char *part :
         {"pid 6 / 2", "pgid: z → shell", "task frozen", "task zombie", "task ending",
          "leads nowhere", "ref weak", "ref pins", "container cold", "gives no more numbers"})
        EXPECT_THAT(graph, HasSubstr(part));
    EXPECT_THAT(draw_tree(of.lab, of.name()), HasSubstr(">5 / 1</text>"));
}

TEST(Pictures, x9_of_a_crowd_say_how_many_more_there_are) {
    Portrait of;
    for (std::uint64_t n = 7; n < 500; ++n) {
        of.add(n, 1, {static_cast<std::int32_t>(n)}, "");
        of.group(n, 1);
    }
    const std::string graph = draw_graph(of.lab, of.name());
    EXPECT_THAT(graph, HasSubstr("… and 439 more tasks, with their pids"));
    EXPECT_THAT(graph, HasSubstr(" more</text>"));
    EXPECT_THAT(draw_tree(of.lab, of.name()), HasSubstr("… and 199 more"));
    EXPECT_LT(graph.size(), 200000U);
}

// No two boxes of a graph lie upon one another.
TEST(Pictures, x9_boxes_of_a_graph_do_not_overlap) {
    Portrait of;
    for (std::uint64_t n = 10; n < 30; ++n)
        of.hold(n, n % 2 ? Snapshot::Hold::task : Snapshot::Hold::pid,
                n % 2 ? Portrait::task(4) : Portrait::pid(2), "");
    const std::string graph = draw_graph(of.lab, of.name());
    struct Rect {
        double x, y, width, height;
    };
    std::vector<Rect> boxes;
    for (std::size_t at = graph.find("<rect "); at != graph.npos;
         at = graph.find("<rect ", at + 1)) {
        Rect box{};
        ASSERT_EQ(std::sscanf(graph.c_str() + at,
                              "<rect x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &box.x,
                              &box.y, &box.width, &box.height),
                  4);
        const std::size_t end = graph.find('>', at);
        if (graph.substr(at, end - at).find("class=\"box ") != std::string::npos)
            boxes.push_back(box);
    }
    EXPECT_EQ(boxes.size(), 6U + 6U + 2U + 2U + 24U);
    for (std::size_t a = 0; a < boxes.size(); ++a)
        for (std::size_t b = 0; b < a; ++b)
            EXPECT_FALSE(boxes[a].x < boxes[b].x + boxes[b].width &&
                         boxes[b].x < boxes[a].x + boxes[a].width &&
                         boxes[a].y < boxes[b].y + boxes[b].height &&
                         boxes[b].y < boxes[a].y + boxes[a].height)
                << a << " and " << b;
}

} // namespace
} // namespace pidlab
