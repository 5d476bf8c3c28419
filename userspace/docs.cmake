# SPDX-License-Identifier: MIT
#
# Manual, completion and editors' syntax: written by a program that has the command's declarations
# and the tables in it, so that they cannot tell anything else.
#
add_library(pidlab_docs_parts STATIC
    docs/command_pages.cpp
    docs/completion.cpp
    docs/editors.cpp
    docs/roff.cpp
    docs/tables.cpp)
target_include_directories(pidlab_docs_parts PUBLIC docs)
target_compile_definitions(pidlab_docs_parts PRIVATE PIDLAB_VERSION="${PROJECT_VERSION}")
target_link_libraries(pidlab_docs_parts PUBLIC pidlab_cli)
target_precompile_headers(pidlab_docs_parts PRIVATE <CLI/CLI.hpp> <fmt/format.h> <nlohmann/json.hpp>)
pidlab_together(pidlab_docs_parts docs/completion.cpp docs/editors.cpp docs/roff.cpp
    docs/tables.cpp)
add_executable(pidlab_docs docs/main.cpp)
target_link_libraries(pidlab_docs PRIVATE pidlab_docs_parts)

set(PIDLAB_DOCS ${PROJECT_BINARY_DIR}/docs)
file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/*.in)
add_custom_command(OUTPUT ${PIDLAB_DOCS}/stamp
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${PIDLAB_DOCS}
    COMMAND pidlab_docs ${PROJECT_SOURCE_DIR}/man ${PIDLAB_DOCS}
    COMMAND ${CMAKE_COMMAND} -E touch ${PIDLAB_DOCS}/stamp
    DEPENDS pidlab_docs ${pages}
    COMMENT "Writing the manual")
add_custom_target(docs ALL DEPENDS ${PIDLAB_DOCS}/stamp)
