#include "netml/pipeline/netml_corpus.hpp"

#include <string>

#include <gtest/gtest.h>

#include "support/capture_file.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

// Packets read of a capture whose packets have so many keys in turn.
std::uint64_t packets_held(std::size_t keys, std::uint64_t memory_limit) {
  constexpr std::size_t kPackets = 4000;
  std::string capture = test::pcap_header();
  for (std::size_t i = 0; i < kPackets; ++i) {
    const auto frame =
        test::ether(0x0800, test::ipv4(6, test::tcp(1000 + i % keys, 80, tcp_flag::kAck)));
    capture += test::pcap_record(static_cast<std::int64_t>(i) * 1'000'000, frame);
  }
  const test::TempFolder folder;
  Recipe recipe;
  recipe.sets = {"iat"};
  recipe.policy.memory_limit = memory_limit;
  const NetmlCorpus corpus(folder.write("a.pcap", capture), "", recipe);
  RunStats stats;
  corpus.add_to(stats);
  return stats.packets_read;
}

TEST(NetmlCorpus, KeysCountAgainstTheMemoryLimit) {
  // Resident, where each packet has a key of its own: 195 bytes, and up to 270 when vectors double.
  EXPECT_LE(packets_held(4000, 400'000), 400'000u / 270 + 1);
  EXPECT_GE(packets_held(1, 400'000), 400'000u / 200) << "one key costs packets little";
  EXPECT_EQ(packets_held(1, 0), 4000u);
}

}  // namespace
}  // namespace netml
