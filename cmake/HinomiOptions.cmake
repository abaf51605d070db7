# Compiler options of every target. Warnings are errors in our own code only.
set(HINOMI_SANITIZE "" CACHE STRING "value of -fsanitize= for every target, empty for none")
option(HINOMI_FUZZ "build the fuzz targets (clang only)" OFF)

set(CMAKE_CXX_FLAGS_DEV "-O1 -g1" CACHE STRING "" FORCE)
set(CMAKE_C_FLAGS_DEV "-O1 -g1" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer" CACHE STRING "" FORCE)
set(CMAKE_C_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer" CACHE STRING "" FORCE)

find_program(HINOMI_CCACHE ccache)
if(HINOMI_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${HINOMI_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${HINOMI_CCACHE}")
endif()
find_program(HINOMI_MOLD mold)

add_library(hinomi_options INTERFACE)
target_compile_options(hinomi_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -Werror -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # libstdc++ 12's own std::stable_sort uses std::get_temporary_buffer, which is deprecated; clang blames the caller.
  target_compile_options(hinomi_options INTERFACE -Wno-deprecated-declarations)
  # clang 19 compares bytes from 0x80 up as signed when it expands memchr in a short constant (compare
  # llvm/llvm-project pull request 106121): "\xFE" is then not found in "\xFF\xFE", nor by find_first_of.
  target_compile_options(hinomi_options INTERFACE -fno-builtin-memchr -fno-builtin-strchr)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns of impossible overlaps inside std::string (GCC bug 105651).
  target_compile_options(hinomi_options INTERFACE -Wno-restrict)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(hinomi_options INTERFACE -march=x86-64-v2)
endif()
if(HINOMI_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(hinomi_options INTERFACE -fuse-ld=mold)
endif()
target_link_options(hinomi_options INTERFACE -Wl,-z,relro,-z,now)
if(HINOMI_SANITIZE)
  target_compile_options(hinomi_options INTERFACE
    -fsanitize=${HINOMI_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(hinomi_options INTERFACE -fsanitize=${HINOMI_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(hinomi_options INTERFACE _FORTIFY_SOURCE=2)
endif()
if(HINOMI_FUZZ)
  target_compile_options(hinomi_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
