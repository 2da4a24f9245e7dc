// The lists of values of a flow that medians, modes and the like are taken of.

#include <algorithm>

#include "netflowmeter_later.hpp"

namespace netml {
namespace {

std::int64_t time_of(const MeterPacket& packet) noexcept {
  return packet.time_ns();
}
std::int64_t wire_of(const MeterPacket& packet) noexcept {
  return packet.wire_length;
}
std::int64_t header_of(const MeterPacket& packet) noexcept {
  return packet.header;
}
std::int64_t payload_of(const MeterPacket& packet) noexcept {
  return packet.payload;
}
std::int64_t segment_of(const MeterPacket& packet) noexcept {
  return std::int64_t{packet.header} + packet.payload;
}

}  // namespace

void MeterHandshake::add(const PacketRecord& record, std::int64_t now) noexcept {
  const bool has_syn = (record.tcp_flags & tcp_flag::kSyn) != 0;
  const bool has_ack = (record.tcp_flags & tcp_flag::kAck) != 0;
  switch (state) {
    case kNoSyn:
      if (has_syn && !has_ack) {
        state = kSyn;
        syn_ns = now;
        next_sequence = record.tcp_seq + 1;
      }
      break;
    case kSyn:
      if (has_syn && has_ack && record.tcp_ack == next_sequence) {
        state = kSynAck;
        next_acknowledgment = record.tcp_seq + 1;
      }
      break;
    case kSynAck:
      if (has_ack && record.tcp_ack == next_acknowledgment && record.tcp_seq == next_sequence) {
        state = kComplete;
        complete_ns = now;
      }
      break;
    case kComplete:
      if (!has_next) {
        has_next = true;
        next_ns = now;
      }
      break;
  }
}

void LaterMeasures::settle(ValueList list, Scope scope) {
  statistics_[static_cast<std::size_t>(list)][scope] = value_statistics(values_);
  values_.clear();
}

template <typename ValueOf>
void LaterMeasures::fill_values(const MeterPackets& packets, ValueList list, Scope scope,
                                ValueOf value_of) {
  for (const std::uint32_t i : chosen_) {
    values_.push_back(value_of(packets[i]));
  }
  settle(list, scope);
}

template <typename ValueOf>
void LaterMeasures::fill_steps(const MeterPackets& packets, ValueList list, Scope scope,
                               ValueOf value_of) {
  for (std::size_t i = 1; i < chosen_.size(); ++i) {
    values_.push_back(
        time_difference(value_of(packets[chosen_[i]]), value_of(packets[chosen_[i - 1]])));
  }
  settle(list, scope);
}

void LaterMeasures::fill_scope(const MeterPackets& packets, Scope scope) {
  chosen_.clear();
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (scope == kBidirectional || packets[i].direction == scope - kForwardScope) {
      chosen_.push_back(static_cast<std::uint32_t>(i));
    }
  }
  fill_values(packets, ValueList::kPayloads, scope, payload_of);
  fill_values(packets, ValueList::kHeaders, scope, header_of);
  fill_values(packets, ValueList::kSegments, scope, segment_of);
  fill_steps(packets, ValueList::kGaps, scope, time_of);
  const auto is_earlier = [&](std::uint32_t a, std::uint32_t b) {
    return packets[a].time_ns() < packets[b].time_ns();
  };
  if (!std::is_sorted(chosen_.begin(), chosen_.end(), is_earlier)) {
    std::stable_sort(chosen_.begin(), chosen_.end(), is_earlier);
  }
  fill_steps(packets, ValueList::kTimeSteps, scope, time_of);
  fill_steps(packets, ValueList::kLengthSteps, scope, wire_of);
  fill_steps(packets, ValueList::kHeaderSteps, scope, header_of);
  fill_steps(packets, ValueList::kPayloadSteps, scope, payload_of);
}

// SPEC, section 2.6. The period that is open at the end counts nowhere.
void LaterMeasures::fill_periods(const MeterPackets& packets, std::int64_t threshold_ns) {
  for (const ValueList list : {ValueList::kActive, ValueList::kIdle}) {
    std::int64_t begin = packets.size() == 0 ? 0 : packets[0].time_ns();
    std::int64_t last = begin;
    for (std::size_t i = 1; i < packets.size(); ++i) {
      const std::int64_t now = packets[i].time_ns();
      const std::int64_t gap = time_difference(now, last);
      if (gap > threshold_ns) {
        const std::int64_t length = time_difference(last, begin);
        if (list == ValueList::kIdle) {
          values_.push_back(gap);
        } else if (length > 0) {
          values_.push_back(length);
        }
        begin = now;
      }
      last = now;
    }
    settle(list, kBidirectional);
  }
}

void LaterMeasures::fill(const MeterPackets& packets, std::int64_t threshold_ns) {
  chosen_.reserve(packets.size());
  values_.reserve(packets.size());
  for (const Scope scope : {kBidirectional, kForwardScope, kBackwardScope}) {
    fill_scope(packets, scope);
  }
  fill_periods(packets, threshold_ns);
  chosen_.clear();
  values_.clear();
}

}  // namespace netml
