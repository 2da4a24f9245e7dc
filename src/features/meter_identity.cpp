#include "meter_identity.hpp"

#include <chrono>
#include <cstring>

#include "netml/core/number_text.hpp"

namespace netml {
namespace {

// Text put together in place.
class Joined {
 public:
  explicit Joined(char* begin) noexcept : begin_(begin), end_(begin) {}

  Joined& operator<<(std::string_view text) noexcept {
    std::memcpy(end_, text.data(), text.size());
    end_ += text.size();
    return *this;
  }
  Joined& operator<<(std::uint64_t number) noexcept {
    end_ = write_number(end_, number);
    return *this;
  }
  std::string_view view() const noexcept {
    return {begin_, static_cast<std::size_t>(end_ - begin_)};
  }

 private:
  char* begin_;
  char* end_;
};

// Exactly `digits` digits.
char* put_digits(char* out, std::uint64_t value, std::size_t digits) noexcept {
  for (std::size_t i = digits; i-- > 0; value /= 10) {
    out[i] = static_cast<char>('0' + value % 10);
  }
  return out + digits;
}

}  // namespace

void MeterIdentity::set(const Flow& flow, std::int64_t start_ns) noexcept {
  flow_ = &flow;
  source_ = addresses_.source(flow);
  destination_ = addresses_.destination(flow);
  set_timestamp(start_ns);
  switch (flow.key.protocol) {
    case ip_protocol::kTcp:
      protocol_ = "TCP";
      break;
    case ip_protocol::kUdp:
      protocol_ = "UDP";
      break;
    default:
      protocol_ = (Joined(number_.data()) << flow.key.protocol).view();
  }
}

void MeterIdentity::set_timestamp(std::int64_t ns) noexcept {
  using namespace std::chrono;
  const sys_time<microseconds> time = floor<microseconds>(sys_time<nanoseconds>(nanoseconds(ns)));
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  auto rest = static_cast<std::uint64_t>((time - day).count());
  char* out = timestamp_.data();
  const auto part = [&](std::uint64_t value, std::size_t digits, char behind) {
    out = put_digits(out, value, digits);
    *out++ = behind;
  };
  part(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4, '-');
  part(static_cast<unsigned>(date.month()), 2, '-');
  part(static_cast<unsigned>(date.day()), 2, ' ');
  constexpr std::uint64_t kSecond = 1'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute;
  part(rest / kHour, 2, ':');
  part(rest % kHour / kMinute, 2, ':');
  part(rest % kMinute / kSecond, 2, '.');
  put_digits(out, rest % kSecond, 6);
}

std::string_view MeterIdentity::flow_id() noexcept {
  return (Joined(id_.data()) << source_ << "_" << flow_->source_port() << "_" << destination_ << "_"
                             << flow_->destination_port() << "_" << protocol_ << "_" << timestamp())
      .view();
}

std::string_view MeterIdentity::short_id() noexcept {
  return (Joined(id_.data()) << source_ << "-" << destination_ << "-" << flow_->source_port() << "-"
                             << flow_->destination_port() << "-" << flow_->key.protocol)
      .view();
}

}  // namespace netml
