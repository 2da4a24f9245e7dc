# Compiler and linker settings that every target of ours gets, and the function that declares a room.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

include(CheckPIESupported)
check_pie_supported()

function(netml_target_defaults target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/include)
  target_compile_features(${target} PUBLIC cxx_std_20)
  # Results must not depend on fused multiply-add.
  target_compile_options(${target} PRIVATE -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 warns of overlaps inside std::string's own operator+ (GCC bug 105651).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(NETML_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(NETML_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${NETML_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${NETML_SANITIZE})
  elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
    target_compile_options(${target} PRIVATE -fstack-protector-strong -fstack-clash-protection
                                             -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  endif()
  target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
  target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now,-z,noexecstack)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

# netml_module(NAME SOURCES a.cpp… [DEPENDS room…] [LIBRARIES target…])
#
# Declares room NAME as the static library netml_NAME. DEPENDS is the architecture: the only rooms
# that this one may include. tests/architecture_test.cpp holds the #include lines against it.
function(netml_module name)
  cmake_parse_arguments(MODULE "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_library(netml_${name} STATIC ${MODULE_SOURCES})
  netml_target_defaults(netml_${name})
  list(TRANSFORM MODULE_DEPENDS PREPEND netml_)
  target_link_libraries(netml_${name} PUBLIC ${MODULE_DEPENDS} PRIVATE ${MODULE_LIBRARIES})
endfunction()
