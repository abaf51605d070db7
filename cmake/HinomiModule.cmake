# hinomi_module(NAME [HOT] [SOURCES …] [TESTS …] [FUZZ …] [BENCH …] [DEPENDS module…] [LIBS target…] [TEST_LIBS …])
#
# One module = one static library hinomi_<name> (a '/' in NAME becomes '_').
# A module may depend only on modules that were declared before it, so a cycle
# cannot be written down; tools/check_includes.py reports an #include that
# reaches outside the list given here (it reads build/<preset>/modules.tsv: name, DEPENDS, and the modules
# among TEST_LIBS, each separated by a tab). Texts for people come with DEPENDS messages.
# HOT: on the path of every event; -O3 in release.
find_package(GTest REQUIRED)

function(hinomi_module name)
  cmake_parse_arguments(M "HOT" "" "SOURCES;TESTS;FUZZ;BENCH;DEPENDS;LIBS;TEST_LIBS" ${ARGN})
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "hinomi_module(${name}): unknown arguments ${M_UNPARSED_ARGUMENTS}")
  endif()
  string(REPLACE "/" "_" target "hinomi_${name}")
  set(links "")
  foreach(dependency IN LISTS M_DEPENDS)
    string(REPLACE "/" "_" dependency_target "hinomi_${dependency}")
    if(NOT TARGET ${dependency_target})
      message(FATAL_ERROR
        "module '${name}' depends on '${dependency}', which is not declared above it in src/CMakeLists.txt. "
        "Move the shared part down, or let the two meet in flow/.")
    endif()
    list(APPEND links ${dependency_target})
  endforeach()
  string(REPLACE ";" "," listed "${M_DEPENDS}")
  set(test_listed "")
  get_property(known GLOBAL PROPERTY HINOMI_MODULES)
  foreach(other IN LISTS known)
    string(REPLACE "/" "_" other_target "hinomi_${other}")
    if(other_target IN_LIST M_TEST_LIBS)
      list(APPEND test_listed ${other})
    endif()
  endforeach()
  string(REPLACE ";" "," test_listed "${test_listed}")
  file(APPEND "${CMAKE_BINARY_DIR}/modules.tsv" "${name}\t${listed}\t${test_listed}\n")
  set_property(GLOBAL APPEND PROPERTY HINOMI_MODULES ${name})

  if(M_SOURCES)
    add_library(${target} STATIC ${M_SOURCES})
    target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${target} PUBLIC ${links} ${M_LIBS} PRIVATE hinomi_options)
    if(M_HOT AND CMAKE_BUILD_TYPE STREQUAL "Release")
      target_compile_options(${target} PRIVATE -O3)
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${target} INTERFACE ${links} ${M_LIBS})
  endif()

  if(M_TESTS AND NOT HINOMI_FUZZ)
    add_executable(${target}_test ${M_TESTS})
    target_link_libraries(${target}_test PRIVATE ${target} ${M_TEST_LIBS} hinomi_options
      GTest::gtest GTest::gtest_main Threads::Threads)
    target_compile_definitions(${target}_test PRIVATE
      HINOMI_SOURCE_DIR="${PROJECT_SOURCE_DIR}" HINOMI_TEST_SCRATCH="${CMAKE_BINARY_DIR}/scratch")
    add_test(NAME ${target} COMMAND ${target}_test)
    set_property(GLOBAL APPEND PROPERTY HINOMI_TEST_BINARIES ${target}_test)
  endif()
  if(M_FUZZ AND HINOMI_FUZZ)
    foreach(source IN LISTS M_FUZZ)
      get_filename_component(stem ${source} NAME_WE)
      add_executable(${stem} ${source})
      target_link_libraries(${stem} PRIVATE ${target} hinomi_options)
      target_link_options(${stem} PRIVATE -fsanitize=fuzzer)
      set_target_properties(${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzzers")
    endforeach()
  endif()
  if(M_BENCH AND CMAKE_BUILD_TYPE STREQUAL "Release")
    find_package(benchmark REQUIRED)
    add_executable(${target}_bench ${M_BENCH})
    target_link_libraries(${target}_bench PRIVATE ${target} hinomi_options benchmark::benchmark_main)
    target_compile_definitions(${target}_bench PRIVATE HINOMI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    set_target_properties(${target}_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
  endif()
endfunction()

# Written anew on every configuration; hinomi_module appends a line a module.
file(WRITE "${CMAKE_BINARY_DIR}/modules.tsv" "")
