#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "netml/core/text_format.hpp"

#include "support/process.hpp"

// The binary under test, and what holds for each of its runs.
namespace netml::test {

/// The binary under test: NETML_TEST_BINARY of the environment, or the one of this build.
std::string binary();

/// The command line `netml arguments…`, for Process.
std::vector<std::string> netml_command(const std::vector<std::string>& arguments);

/// Runs the binary. Every run is held against the rules for all runs (`expect_sound`).
RunResult netml(const std::vector<std::string>& arguments, const std::string& input = "",
                const Streams& streams = {});

/// Known exit status, no signal, no time-out; failures say why in lines that start with `netml: `,
/// none holds the text of an exception or a stack trace; no control byte on stderr.
void expect_sound(const RunResult& result, const std::string& what);

/// A file of the repository's demo data.
std::string demo(const std::string& name);

/// A JSON file; null when it is absent.
nlohmann::json read_json(const std::string& path);

/// packets_read = packets_in_flows + packets_skipped + packets_in_flows_too_short, exactly.
void expect_conservation(const nlohmann::json& summary, const std::string& what);

/// Lines without their line ends.
std::vector<std::string> lines_of(const std::string& text);

/// Cells of a CSV by RFC 4180; checks that it is rectangular.
std::vector<std::vector<std::string>> csv_rows(const std::string& text);

/// Names in a folder, sorted.
std::vector<std::string> folder_names(const std::string& path);

}  // namespace netml::test
