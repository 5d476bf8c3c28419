# SPDX-License-Identifier: MIT
#
# The scenario language, its reports, and what tests them.
#
set(PIDLAB_SCENARIO_SOURCES
    src/explore_catalogue.cpp
    src/explore_controller.cpp
    src/explore_finding.cpp
    src/explore_history.cpp
    src/explore_model.cpp
    src/explore_pairs.cpp
    src/explore_pinned.cpp
    src/explore_program.cpp
    src/explore_random.cpp
    src/explore_saved.cpp
    src/explore_schedule.cpp
    src/explore_search.cpp
    src/explore_standing.cpp
    src/explore_states.cpp
    src/generations.cpp
    src/generations_table.cpp
    src/graph.cpp
    src/graph_svg.cpp
    src/graph_text.cpp
    src/html_report.cpp
    src/lacking.cpp
    src/listening_transport.cpp
    src/machine.cpp
    src/page_builder.cpp
    src/record.cpp
    src/replay.cpp
    src/report_json.cpp
    src/report_record.cpp
    src/report_text.cpp
    src/scenario_call.cpp
    src/scenario_columns.cpp
    src/scenario_evaluate.cpp
    src/scenario_executor.cpp
    src/scenario_format.cpp
    src/scenario_generations.cpp
    src/scenario_lexer.cpp
    src/scenario_line.cpp
    src/scenario_names.cpp
    src/scenario_operation.cpp
    src/scenario_parser.cpp
    src/scenario_quiz.cpp
    src/scenario_random.cpp
    src/scenario_session.cpp
    src/scenario_source.cpp
    src/scenario_state.cpp
    src/scenario_value.cpp
    src/snapshot_changes.cpp
    src/svg.cpp
    src/timeline.cpp
    src/timeline_svg.cpp
    src/timeline_trace.cpp
    src/tree.cpp
    src/tree_spaces.cpp
    src/tree_svg.cpp)
set(PIDLAB_SCENARIO_CLI
    cli/catalogue.cpp
    cli/check.cpp
    cli/explore.cpp
    cli/explore_options.cpp
    cli/explore_words.cpp
    cli/fmt.cpp
    cli/pairs.cpp
    cli/progress_line.cpp
    cli/graph.cpp
    cli/looking.cpp
    cli/replay.cpp
    cli/report.cpp
    cli/quiz.cpp
    cli/run.cpp
    cli/scenario_file.cpp
    cli/timeline.cpp
    cli/tree.cpp)
set(PIDLAB_SCENARIO_TESTS
    tests/unit/explore_model_test.cpp
    tests/unit/explore_random_test.cpp
    tests/unit/explore_saved_test.cpp
    tests/unit/explore_test.cpp
    tests/unit/explore_words_test.cpp
    tests/unit/generations_test.cpp
    tests/unit/graph_test.cpp
    tests/unit/html_report_test.cpp
    tests/unit/machine_test.cpp
    tests/unit/record_test.cpp
    tests/unit/report_test.cpp
    tests/unit/scenario_columns_test.cpp
    tests/unit/scenario_error_test.cpp
    tests/unit/scenario_executor_test.cpp
    tests/unit/scenario_format_test.cpp
    tests/unit/scenario_fuzz_test.cpp
    tests/unit/scenario_parser_test.cpp
    tests/unit/timeline_test.cpp
    tests/unit/scenario_quiz_test.cpp
    tests/unit/scenario_random_test.cpp
    tests/unit/scenario_reach_test.cpp
    tests/unit/tree_test.cpp)

# What is compiled together for the tests under sanitizers (unity.cmake).
macro(pidlab_scenario_groups)
    pidlab_together(libpidlab src/explore_catalogue.cpp src/explore_controller.cpp
        src/explore_finding.cpp src/explore_history.cpp src/explore_pairs.cpp src/explore_pinned.cpp)
    pidlab_together(libpidlab src/explore_program.cpp src/explore_saved.cpp
        src/explore_schedule.cpp src/explore_search.cpp src/explore_standing.cpp
        src/explore_states.cpp)
    pidlab_together(libpidlab src/scenario_call.cpp src/scenario_columns.cpp
        src/scenario_evaluate.cpp src/scenario_executor.cpp src/scenario_format.cpp
        src/scenario_generations.cpp src/scenario_lexer.cpp src/scenario_line.cpp
        src/scenario_names.cpp)
    pidlab_together(libpidlab src/scenario_operation.cpp src/scenario_parser.cpp
        src/scenario_random.cpp src/scenario_session.cpp src/scenario_source.cpp
        src/scenario_state.cpp src/scenario_value.cpp)
    pidlab_together(libpidlab src/graph.cpp src/graph_svg.cpp src/graph_text.cpp src/timeline.cpp
        src/timeline_trace.cpp src/svg.cpp)
    pidlab_together(libpidlab src/generations_table.cpp src/tree.cpp)
    pidlab_together(libpidlab src/generations.cpp src/html_report.cpp src/lacking.cpp
        src/listening_transport.cpp src/machine.cpp src/page_builder.cpp)
    pidlab_together(libpidlab src/record.cpp src/replay.cpp src/report_json.cpp
        src/report_record.cpp src/report_text.cpp src/snapshot_changes.cpp)
    pidlab_together(pidlab_cli cli/check.cpp cli/explore_options.cpp cli/explore_words.cpp
        cli/fmt.cpp cli/pairs.cpp cli/progress_line.cpp cli/scenario_file.cpp)
    pidlab_together(pidlab_cli cli/graph.cpp cli/looking.cpp cli/quiz.cpp cli/replay.cpp
        cli/report.cpp cli/run.cpp cli/timeline.cpp cli/tree.cpp)
endmacro()
macro(pidlab_scenario_test_groups)
    set(unit ${PROJECT_SOURCE_DIR}/tests/unit)
    pidlab_together(pidlab_unit ${unit}/explore_model_test.cpp ${unit}/explore_random_test.cpp
        ${unit}/explore_saved_test.cpp ${unit}/explore_test.cpp ${unit}/explore_words_test.cpp)
    pidlab_together(pidlab_unit ${unit}/generations_test.cpp ${unit}/graph_test.cpp
        ${unit}/html_report_test.cpp ${unit}/machine_test.cpp)
    pidlab_together(pidlab_unit ${unit}/record_test.cpp ${unit}/scenario_columns_test.cpp
        ${unit}/scenario_error_test.cpp ${unit}/scenario_executor_test.cpp
        ${unit}/scenario_format_test.cpp ${unit}/scenario_fuzz_test.cpp)
    pidlab_together(pidlab_unit ${unit}/report_test.cpp ${unit}/scenario_parser_test.cpp
        ${unit}/scenario_quiz_test.cpp)
    pidlab_together(pidlab_unit ${unit}/scenario_random_test.cpp ${unit}/timeline_test.cpp)
endmacro()
