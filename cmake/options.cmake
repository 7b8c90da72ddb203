# One interface target carries the standard, the warnings and the sanitizers, so that no folder states them again.
add_library(dunlin_options INTERFACE)
add_library(dunlin::options ALIAS dunlin_options)
target_compile_features(dunlin_options INTERFACE cxx_std_20)
set_target_properties(dunlin_options PROPERTIES INTERFACE_POSITION_INDEPENDENT_CODE ON)
target_include_directories(dunlin_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(dunlin_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  # g++ 12 reports false positives of these two in std::string and in Asio's coroutine frames at -O2.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>)
target_compile_definitions(dunlin_options INTERFACE
  DUNLIN_VERSION="${PROJECT_VERSION}"
  BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_USE_STD_STRING_VIEW BOOST_ASIO_DISABLE_VISIBILITY)

set(DUNLIN_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")
if(DUNLIN_SANITIZE)
  target_compile_options(dunlin_options INTERFACE -fsanitize=${DUNLIN_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(dunlin_options INTERFACE -fsanitize=${DUNLIN_SANITIZE})
endif()

find_program(DUNLIN_MOLD mold)
if(DUNLIN_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(dunlin_options INTERFACE -fuse-ld=mold)
endif()
find_program(DUNLIN_CCACHE ccache)
if(DUNLIN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${DUNLIN_CCACHE})
endif()

# dunlin_library(NAME SOURCES... [PUBLIC libs] [PRIVATE libs]): one target per folder, alias dunlin::NAME.
function(dunlin_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(dunlin_${name} STATIC ${arg_SOURCES})
  add_library(dunlin::${name} ALIAS dunlin_${name})
  target_link_libraries(dunlin_${name} PUBLIC dunlin::options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()
