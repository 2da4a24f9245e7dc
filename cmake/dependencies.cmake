# Everything comes from the system; nothing is downloaded at configure time.
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCAP REQUIRED IMPORTED_TARGET libpcap)
find_package(CLI11 2.1 CONFIG REQUIRED)
find_package(Eigen3 3.4 CONFIG REQUIRED)
find_package(nlohmann_json 3.11 CONFIG REQUIRED)
find_package(yaml-cpp 0.7 CONFIG REQUIRED)
find_package(spdlog 1.10 CONFIG REQUIRED)
find_package(ZLIB REQUIRED)

# Parts that a build may lack; on where their library is found.
find_package(SQLite3 QUIET)
option(NETML_SQLITE "Write SQLite databases" ${SQLite3_FOUND})
if(NETML_SQLITE)
  find_package(SQLite3 REQUIRED)
endif()
find_package(OpenSSL 3.0 QUIET COMPONENTS Crypto)
option(NETML_CRYPTO "Pseudonyms for addresses and fingerprints of QUIC, through libcrypto" ${OPENSSL_FOUND})
if(NETML_CRYPTO)
  find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
endif()
message(STATUS "SQLite: ${NETML_SQLITE}; libcrypto: ${NETML_CRYPTO}")

# libsvm ships neither a CMake nor a pkg-config file.
find_path(LIBSVM_INCLUDE_DIR NAMES libsvm/svm.h REQUIRED)
find_library(LIBSVM_LIBRARY NAMES svm REQUIRED)
add_library(LibSVM::LibSVM UNKNOWN IMPORTED)
set_target_properties(LibSVM::LibSVM PROPERTIES IMPORTED_LOCATION "${LIBSVM_LIBRARY}"
                      INTERFACE_INCLUDE_DIRECTORIES "${LIBSVM_INCLUDE_DIR}")

if(NETML_BUILD_TESTS)
  find_package(GTest 1.12 CONFIG REQUIRED)
endif()
