# SPDX-License-Identifier: MIT
#
# The oracle: real processes in the place of a lab's. Its agent is a program without a C library
# that is a part of the client's own, and written for x86-64; elsewhere the client says so.
#
enable_language(ASM)
set(PIDLAB_ORACLE_SOURCES
    oracle/agents.cpp
    oracle/differences.cpp
    oracle/lacks.cpp
    oracle/operations.cpp
    oracle/proc.cpp
    oracle/program.S
    oracle/transport.cpp
    oracle/world.cpp)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    add_executable(pidlab_agent oracle/agent.c)
    target_compile_options(pidlab_agent PRIVATE -Wall -Wextra -O1 -ffreestanding -fno-pie
        -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables)
    target_link_options(pidlab_agent PRIVATE -nostdlib -static -no-pie -Wl,--build-id=none -s)
    set(agent $<TARGET_FILE:pidlab_agent>)
    set(depends ${PROJECT_BINARY_DIR}/pidlab_agent)
else()
    set(agent /dev/null)
    set(depends)
endif()
set_source_files_properties(oracle/program.S PROPERTIES
    COMPILE_DEFINITIONS "ORACLE_AGENT=\"${agent}\""
    OBJECT_DEPENDS "${depends}")
