# SPDX-License-Identifier: MIT
#
# For whole builds, as the scripts make them: files of one matter compiled together, so that what they
# all take from templates is instantiated once. That takes half of the time; who edits one file waits
# for its group. Names in unnamed namespaces must differ within a group. That each file includes what
# it uses of the libraries is seen to by scripts/style.
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
