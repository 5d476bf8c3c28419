# SPDX-License-Identifier: MIT
#
# The scenario language, its reports, and what tests them.
#
set(PIDLAB_SCENARIO_SOURCES
    src/report_json.cpp
    src/report_record.cpp
    src/report_text.cpp
    src/scenario_call.cpp
    src/scenario_evaluate.cpp
    src/scenario_executor.cpp
    src/scenario_lexer.cpp
    src/scenario_line.cpp
    src/scenario_names.cpp
    src/scenario_operation.cpp
    src/scenario_parser.cpp
    src/scenario_session.cpp
    src/scenario_source.cpp
    src/scenario_state.cpp
    src/scenario_value.cpp
    src/tree.cpp)
set(PIDLAB_SCENARIO_CLI
    cli/check.cpp
    cli/run.cpp
    cli/scenario_file.cpp
    cli/tree.cpp)
set(PIDLAB_SCENARIO_TESTS)
