# Everything comes from the system; nothing is downloaded at configure time.
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCAP REQUIRED IMPORTED_TARGET libpcap)
find_package(CLI11 2.1 CONFIG REQUIRED)
find_package(Eigen3 3.4 CONFIG REQUIRED)
find_package(nlohmann_json 3.11 CONFIG REQUIRED)
find_package(yaml-cpp 0.7 CONFIG REQUIRED)
find_package(spdlog 1.10 CONFIG REQUIRED)
find_package(ZLIB REQUIRED)

# libsvm ships neither a CMake nor a pkg-config file.
find_path(LIBSVM_INCLUDE_DIR NAMES libsvm/svm.h REQUIRED)
find_library(LIBSVM_LIBRARY NAMES svm REQUIRED)
add_library(LibSVM::LibSVM UNKNOWN IMPORTED)
set_target_properties(LibSVM::LibSVM PROPERTIES IMPORTED_LOCATION "${LIBSVM_LIBRARY}"
                      INTERFACE_INCLUDE_DIRECTORIES "${LIBSVM_INCLUDE_DIR}")

if(NETML_BUILD_TESTS)
  find_package(GTest 1.12 CONFIG REQUIRED)
endif()
