# SPDX-License-Identifier: MIT
#
# For the tests under sanitizers: files of one matter compiled together, so that what they all take
# from templates is instantiated and instrumented once. That takes half of the time. Names in
# unnamed namespaces must differ within a group. An ordinary build compiles each file by itself, and
# so sees to it that each includes what it uses.
#
option(PIDLAB_UNITY "compile files of one matter together" OFF)

# pidlab_together(TARGET FILE...): files of TARGET that are compiled together.
function(pidlab_together target)
    if(PIDLAB_UNITY)
        list(GET ARGN 0 first)
        cmake_path(GET first STEM group)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
        set_source_files_properties(${ARGN} PROPERTIES UNITY_GROUP ${group})
    endif()
endfunction()
