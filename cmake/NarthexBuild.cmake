# How Narthex is compiled: warnings, build flavours, and the rule of who may include whom.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)

option(NARTHEX_TESTS "build the tests" ON)
option(NARTHEX_BENCH "build the benchmarks" OFF)
option(NARTHEX_FUZZ "build for fuzzing (clang only)" OFF)
set(NARTHEX_SANITIZE "" CACHE STRING "sanitizers to compile with: 'address,undefined' or 'thread'")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Summation must be reproducible on every machine, so no fused multiply-add behind our back.
add_compile_options(-g1 -ffp-contract=off -fno-omit-frame-pointer)
set(NARTHEX_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)

if(NARTHEX_SANITIZE)
  add_compile_options(-fsanitize=${NARTHEX_SANITIZE})
  add_link_options(-fsanitize=${NARTHEX_SANITIZE})
  if(NARTHEX_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
    if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
      add_compile_options(-fno-sanitize=function)  # clang 14 cannot emit it for coroutines
    endif()
  endif()
  if(NARTHEX_SANITIZE MATCHES address)
    add_compile_options(-Wno-mismatched-new-delete)  # g++ 12 sees one in Asio's coroutine frames, only with ASan
  endif()
  if(NARTHEX_SANITIZE MATCHES thread)
    add_compile_options(-Wno-tsan)  # Asio uses fences, which TSan does not model
  endif()
endif()

if(NARTHEX_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage for libFuzzer; its programs link the rest
endif()

# narthex_mirror(OUT FROM ONLY_OPTIONS): fills OUT/FROM with links to the public headers of folder FROM.
function(narthex_mirror out from only_options)
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${from}/*.h)
  if(only_options)
    list(FILTER headers INCLUDE REGEX "/options\\.h$")
  endif()
  file(REMOVE_RECURSE ${out}/${from})
  file(MAKE_DIRECTORY ${out}/${from})
  foreach(header ${headers})
    get_filename_component(name ${header} NAME)
    file(CREATE_LINK ${header} ${out}/${from}/${name} SYMBOLIC)
  endforeach()
endfunction()

# narthex_folder(NAME [SEES folder...] [OPTIONS_OF folder...])
#
# One static library per folder, compiled with an include path of its own that holds the folder itself and the public
# headers of what it may see, and nothing else: an include against the architecture is "No such file". Public are the
# headers directly in a folder; those in its sub-folders are private to it.
function(narthex_folder name)
  cmake_parse_arguments(ARG "" "" "SEES;OPTIONS_OF" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "(/main\\.cc$|/examples/)")
  set(include ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${include})
  if(EXISTS ${CMAKE_SOURCE_DIR}/${name})
    file(REMOVE_RECURSE ${include}/${name})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${name} ${include}/${name} SYMBOLIC)
  endif()
  foreach(other ${ARG_SEES})
    narthex_mirror(${include} ${other} OFF)
  endforeach()
  foreach(other ${ARG_OPTIONS_OF})
    narthex_mirror(${include} ${other} ON)
  endforeach()
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_SEES})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PRIVATE ${include})
  target_compile_options(${name} PRIVATE ${NARTHEX_WARNINGS})
  target_compile_definitions(${name} PRIVATE NARTHEX_VERSION="${PROJECT_VERSION}")
  target_link_libraries(${name} PUBLIC ${ARG_SEES} ${ARG_OPTIONS_OF} ${NARTHEX_LIBS_${name}})
endfunction()

# narthex_proto(NAME FILE): the library NAME of the classes that protoc makes of FILE. The header is found under FILE's
# path, to those who link NAME.
function(narthex_proto name file)
  string(REGEX REPLACE "\\.proto$" ".pb" stem ${file})
  set(out ${CMAKE_BINARY_DIR}/proto)
  file(MAKE_DIRECTORY ${out})
  add_custom_command(OUTPUT ${out}/${stem}.cc ${out}/${stem}.h
    COMMAND protobuf::protoc --cpp_out=${out} --proto_path=${CMAKE_SOURCE_DIR} ${file}
    DEPENDS ${CMAKE_SOURCE_DIR}/${file} VERBATIM)
  add_library(${name} STATIC ${out}/${stem}.cc)
  target_include_directories(${name} SYSTEM PUBLIC ${out})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf-lite)
endfunction()
