#pragma once

#include <string>

namespace netml::log {

/// 0 errors, 1 default (warnings and results), 2 details, 3 debug.
enum class Level { kError = 0, kDefault = 1, kDetail = 2, kDebug = 3 };
enum class Format { kText, kJson };

/// Sets up the log on stderr. Until then warnings and errors are written as text.
void configure(Level level, Format format);
Level level() noexcept;
Format format() noexcept;

// One event is one line: `netml: <message>` on stderr (or a JSON object). Text that comes from an
// input must have passed through `printable`. Line ends inside a message are turned into spaces.
void error(const std::string& message);
void warning(const std::string& message);  ///< shown from level 1
void info(const std::string& message);     ///< shown from level 1: what a run did
void detail(const std::string& message);   ///< shown from level 2
void debug(const std::string& message);    ///< shown from level 3

}  // namespace netml::log
