// SPDX-License-Identifier: MIT
/// @file
/// How the HTML report looks, by day and by night. Drawings name these classes.
#pragma once

#include <string_view>

namespace pidlab {

inline constexpr std::string_view html_style = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f7f9; --ink: #1d2430; --soft: #5c6675; --rule: #d5dae1;
  --running: #cdebc9; --running-line: #3b8a37; --zombie: #ffdf94; --zombie-line: #a86f00;
  --dead: #f4c0bd; --dead-line: #b3362f; --frozen: #c4e1fb; --frozen-line: #2a6cac;
  --ending: #fbcfa6; --ending-line: #ad5a12; --pid: #e2ddf8; --pid-line: #6754b5;
  --ns: #eceef1; --ns-line: #7b8594; --box: #d2efec; --box-line: #1e7d76;
  --pins: #c62828; --weak: #2a6cac; --act: #8fa3bd; --gp: #6754b5; --good: #1f7a34;
  --bad: #b3261e; --mark: #fff3d6;
  --hue0: #7b8594; --hue1: #d2691e; --hue2: #1e88c7; --hue3: #9c4fc4; --hue4: #3b9a4a; --hue5: #c43e6f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14181f; --panel: #1c222b; --ink: #e4e9f0; --soft: #9aa6b6; --rule: #353e4b;
    --running: #20452a; --running-line: #6cc06a; --zombie: #55410f; --zombie-line: #e5b348;
    --dead: #552625; --dead-line: #ee7f78; --frozen: #1d3f5f; --frozen-line: #74b5f0;
    --ending: #583414; --ending-line: #f0a262; --pid: #352d59; --pid-line: #a899f0;
    --ns: #2a313c; --ns-line: #929eae; --box: #14433f; --box-line: #59c2b9;
    --pins: #ff7b72; --weak: #74b5f0; --act: #6d819c; --gp: #a899f0; --good: #6cc06a;
    --bad: #ff8a80; --mark: #40351a;
    --hue0: #929eae; --hue1: #f0a262; --hue2: #5fb8ee; --hue3: #c98fe8; --hue4: #74c982; --hue5: #ef7fa6;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1400px; padding: 24px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7em; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 1.25em; margin: 40px 0 10px; padding-bottom: 4px; border-bottom: 1px solid var(--rule); }
h3 { font-size: 1.05em; margin: 22px 0 8px; }
p { max-width: 80ch; margin: 0 0 12px; }
code, pre, .code, svg text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.meta { color: var(--soft); margin: 0 0 16px; max-width: none; }
a { color: var(--weak); }
.verdict { display: inline-block; padding: 1px 10px; border-radius: 10px; font-weight: 600;
  color: var(--page); background: var(--good); }
.verdict.failed { background: var(--bad); }
.scroll { overflow-x: auto; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px;
  padding: 8px; }
.tall { max-height: 900px; overflow-y: auto; }
table { border-collapse: collapse; font-size: 14px; }
td, th { text-align: left; vertical-align: top; padding: 3px 14px 3px 0; }
th { color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--rule); }
td.number, th.number { text-align: right; color: var(--soft); }
table.code { font-size: 13px; width: 100%; }
table.code td { white-space: pre-wrap; overflow-wrap: anywhere; }
tr.prose td { color: var(--soft); font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
  padding-top: 10px; }
tr.failed td { background: var(--mark); color: var(--bad); }
.refused { color: var(--soft); }
.ok { color: var(--good); }
.bad { color: var(--bad); }
.diagnostic { background: var(--panel); border-left: 4px solid var(--bad); padding: 8px 14px;
  overflow-x: auto; font-size: 13px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 18px; font-size: 13px; color: var(--soft);
  margin: 8px 0; }
.legend span::before { content: ""; display: inline-block; width: 18px; height: 10px;
  border-radius: 3px; margin-right: 6px; background: var(--c); border: 1px solid var(--l, var(--c)); }
.legend span.thin::before { height: 4px; vertical-align: middle; }
footer { margin-top: 48px; color: var(--soft); font-size: 13px; }
details > summary { cursor: pointer; color: var(--soft); margin: 10px 0; }
svg { display: block; }
svg text { font-size: 12px; fill: var(--ink); white-space: pre; }
svg .dim { fill: var(--soft); }
svg text.bad { fill: var(--bad); }
svg .strong { font-weight: 600; }
svg .middle { text-anchor: middle; }
svg .end { text-anchor: end; }
svg .rule { stroke: var(--rule); }
svg .box { stroke-width: 1.2; }
svg .task.running { fill: var(--running); stroke: var(--running-line); }
svg .task.zombie { fill: var(--zombie); stroke: var(--zombie-line); }
svg .task.dead, svg .pid.dead { fill: var(--dead); stroke: var(--dead-line); }
svg .task.frozen { fill: var(--frozen); stroke: var(--frozen-line); }
svg .task.ending, svg .ns.ending { fill: var(--ending); stroke: var(--ending-line); }
svg .pid { fill: var(--pid); stroke: var(--pid-line); }
svg .ns { fill: var(--ns); stroke: var(--ns-line); }
svg .container { fill: var(--box); stroke: var(--box-line); }
svg .ref { fill: var(--page); stroke: var(--pins); }
svg .ref.weak { stroke: var(--weak); stroke-dasharray: 4 3; }
svg .stripe { stroke: none; }
svg .hue0 { fill: var(--hue0); } svg .hue1 { fill: var(--hue1); } svg .hue2 { fill: var(--hue2); }
svg .hue3 { fill: var(--hue3); } svg .hue4 { fill: var(--hue4); } svg .hue5 { fill: var(--hue5); }
svg path.link, svg path.line { fill: none; stroke-width: 1.4; }
svg path.own { stroke: var(--running-line); }
svg path.group { stroke: var(--pid-line); opacity: .75; }
svg path.pins { stroke: var(--pins); stroke-width: 2; }
svg path.weak { stroke: var(--weak); stroke-dasharray: 5 4; }
svg circle.own { fill: var(--running-line); } svg circle.group { fill: var(--pid-line); }
svg circle.pins { fill: var(--pins); } svg circle.weak { fill: var(--weak); }
svg .branch { fill: none; stroke: var(--soft); stroke-width: 1.2; }
svg .branch.thread { stroke-dasharray: 3 3; }
svg .bar.running, svg .node.running, svg .badge.running { fill: var(--running); stroke: var(--running-line); }
svg .bar.zombie, svg .node.zombie, svg .badge.zombie { fill: var(--zombie); stroke: var(--zombie-line); }
svg .bar.dead, svg .node.dead, svg .badge.dead { fill: var(--dead); stroke: var(--dead-line); }
svg .bar.frozen, svg .node.frozen, svg .badge.frozen { fill: var(--frozen); stroke: var(--frozen-line); }
svg .bar.ending, svg .node.ending, svg .badge.ending { fill: var(--ending); stroke: var(--ending-line); }
svg text.inbar { font-size: 11px; }
svg .act { fill: var(--act); } svg .act.gp { fill: var(--gp); } svg .act.refused { fill: var(--bad); }
svg .space { fill: var(--ns-line); }
svg .hold.pins { fill: var(--pins); } svg .hold.weak { fill: var(--weak); }
svg .curve { fill: var(--act); fill-opacity: .35; stroke: var(--act); }
@media print { .tall { max-height: none; } body { max-width: none; } }
)css";

} // namespace pidlab
