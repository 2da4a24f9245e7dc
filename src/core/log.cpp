#include "netml/core/log.hpp"

#include <algorithm>
#include <atomic>
#include <memory>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "netml/core/log_lines.hpp"
#include "netml/core/text_format.hpp"

namespace netml::log {
namespace {

struct State {
  Level level = Level::kDefault;
  Format format = Format::kText;
  spdlog::logger logger{"netml", std::make_shared<spdlog::sinks::stderr_sink_mt>()};

  State() {
    logger.set_level(spdlog::level::trace);
    logger.set_pattern("%v");
    logger.flush_on(spdlog::level::trace);
  }
};

State& state() {
  static State instance;
  return instance;
}

std::atomic<void (*)()> prepare_line = nullptr;

void write(spdlog::level::level_enum severity, const char* name, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  message = printable_line(message);  // whatever a message repeats of an input
  std::string line;
  if (state().format == Format::kJson) {
    line = std::string("{\"level\":\"") + name + "\",\"message\":";
    append_json_text(line, message);
    line += '}';
  } else {
    line = "netml: " + (severity == spdlog::level::warn ? "warning: " + message : message);
  }
  if (void (*prepare)() = prepare_line) {
    prepare();
  }
  state().logger.log(severity, spdlog::string_view_t(line));
}

}  // namespace

void configure(Level level, Format format) {
  state().level = level;
  state().format = format;
}

void before_each_line(void (*prepare)()) {
  prepare_line = prepare;
}

Format format() noexcept {
  return state().format;
}

Level level() noexcept {
  return state().level;
}

void error(const std::string& message) {
  write(spdlog::level::err, "error", message);
}

void warning(const std::string& message) {
  if (level() >= Level::kDefault) {
    write(spdlog::level::warn, "warning", message);
  }
}

void info(const std::string& message) {
  if (level() >= Level::kDefault) {
    write(spdlog::level::info, "info", message);
  }
}

void detail(const std::string& message) {
  if (level() >= Level::kDetail) {
    write(spdlog::level::info, "info", message);
  }
}

void debug(const std::string& message) {
  if (level() >= Level::kDebug) {
    write(spdlog::level::debug, "debug", message);
  }
}

}  // namespace netml::log
