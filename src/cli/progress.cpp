#include "progress.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "netml/core/log.hpp"
#include "netml/core/log_lines.hpp"
#include "netml/core/progress.hpp"

namespace netml::cli {
namespace {

constexpr auto kPeriod = std::chrono::milliseconds(500);
constexpr double kLeastForRest_s = 1;  // before that an estimate jumps about

// "3.1 M", with three digits or four.
std::string scaled(double value, double step, const char* const (&units)[5]) {
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(units)) {
    value /= step;
    ++unit;
  }
  char text[48];
  const bool has_tenth = unit > 0 && value < 99.95;
  std::snprintf(text, sizeof text, has_tenth ? "%.1f%s" : "%.0f%s", value, units[unit]);
  return text;
}

std::string count_text(double value) {
  return scaled(value, 1000, {"", " k", " M", " G", " T"});
}

std::string bytes_text(double value) {
  return scaled(value, 1000, {" B", " kB", " MB", " GB", " TB"});
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(std::min(seconds, 359999.0)));
  char text[48];
  if (whole < 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60,
                  whole % 60);
  }
  return text;
}

// What is left when so much is done after so long; empty when that says little.
std::string rest_text(double share, double elapsed_s) {
  if (share <= 0 || share >= 1 || elapsed_s < kLeastForRest_s) {
    return "";
  }
  return ", " + clock_text(elapsed_s * (1 - share) / share) + " left";
}

std::string percent_text(double share) {
  return std::to_string(static_cast<int>(std::floor(share * 100))) + " %";
}

std::string captures_text(const ProgressMoment& moment) {
  // More than expected: the file has grown, or some are read twice.
  const bool has_total = moment.bytes_expected != 0 && moment.bytes <= moment.bytes_expected;
  const double share =
      has_total ? static_cast<double>(moment.bytes) / static_cast<double>(moment.bytes_expected)
                : 0;
  std::string text = has_total ? percent_text(share) + " of " +
                                     bytes_text(static_cast<double>(moment.bytes_expected))
                               : bytes_text(static_cast<double>(moment.bytes));
  text += ", " + count_text(static_cast<double>(moment.packets)) + " packets";
  if (moment.elapsed_s > 0) {
    text += ", " + count_text(static_cast<double>(moment.packets) / moment.elapsed_s) + "/s";
  }
  if (moment.flows_open > 0 || moment.flows_closed > 0) {
    text += ", " + count_text(static_cast<double>(std::max<std::int64_t>(moment.flows_open, 0))) +
            " flows open, " + count_text(static_cast<double>(moment.flows_closed)) + " closed";
  }
  return text + rest_text(share, moment.elapsed_s);
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

bool is_capable_terminal() {
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string(kind) != "dumb";
}

}  // namespace

std::string progress_text(const ProgressMoment& moment) {
  if (moment.fit_share >= 0) {
    const double share = std::min(moment.fit_share, 1.0);
    if (share == 0) {  // not every model can say
      return "fitting, " + clock_text(moment.fit_elapsed_s) + " so far";
    }
    return "fitting, " + percent_text(share) + rest_text(share, moment.fit_elapsed_s);
  }
  return moment.bytes == 0 ? "" : captures_text(moment);
}

class ProgressMeter::Impl {
 public:
  explicit Impl(bool draws) : draws_(draws) {
    instance_ = this;
    log::before_each_line([] {
      const std::lock_guard lock(instance_->mutex_);
      instance_->hide();
    });
    sigset_t all, before;  // signals are for the thread that does the work
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      thread_ = std::thread([this] { run(); });
    } catch (...) {  // no thread, no meter
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    over_.notify_one();
    if (thread_.joinable()) {
      thread_.join();
    }
    log::before_each_line(nullptr);
    hide();
    if (!draws_) {
      show(progress_text(moment()));  // how it ended stays, however short it was
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  static double seconds(Clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!over_.wait_for(lock, kPeriod, [this] { return is_over_; })) {
      show(progress_text(moment()));
    }
  }

  ProgressMoment moment() {
    const progress::Board& board = progress::board;
    const Clock::time_point now = Clock::now();
    ProgressMoment moment;
    moment.elapsed_s = seconds(now - start_);
    moment.bytes = board.bytes;
    moment.bytes_expected = board.bytes_expected;
    moment.packets = board.packets;
    moment.flows_open = board.flows_open;
    moment.flows_closed = board.flows_closed;
    moment.fit_share = board.fit_share;
    if (moment.fit_share < 0) {
      fit_start_.reset();
    } else {
      fit_start_ = fit_start_.value_or(now);
      moment.fit_elapsed_s = seconds(now - *fit_start_);
    }
    return moment;
  }

  void show(std::string text) {
    if (text.empty() || (draws_ && progress::board.has_data_on_terminal)) {
      hide();
      return;
    }
    text = "netml: " + text;
    if (!draws_) {
      put(text + "\n");
      return;
    }
    put("\r" + text.substr(0, terminal_width() - 1) + "\x1b[K");
    is_shown_ = true;
  }

  // Requires: the lock, or no thread.
  void hide() {
    if (is_shown_) {
      put("\r\x1b[K");
      is_shown_ = false;
    }
  }

  // What stderr makes of it is of no importance.
  static void put(const std::string& text) {
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) {
      return;
    }
  }

  static Impl* instance_;

  const bool draws_;
  const Clock::time_point start_ = Clock::now();
  std::optional<Clock::time_point> fit_start_;
  bool is_shown_ = false;
  bool is_over_ = false;
  std::mutex mutex_;
  std::condition_variable over_;
  std::thread thread_;
};

ProgressMeter::Impl* ProgressMeter::Impl::instance_ = nullptr;

ProgressMeter::ProgressMeter(const std::string& when) {
  const bool draws = is_capable_terminal();
  const bool is_wanted =
      when == "always" || (when == "auto" && draws && log::level() >= log::Level::kDefault &&
                           log::format() == log::Format::kText);
  if (is_wanted) {
    impl_ = std::make_unique<Impl>(draws);
  }
}

ProgressMeter::~ProgressMeter() = default;

}  // namespace netml::cli
