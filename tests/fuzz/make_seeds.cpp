// Makes the seed corpora of the fuzz targets: fuzz_seeds OUTDIR fills OUTDIR/<target>/ from the
// builders of tests/support, from data/demo.pcap and, where it is there, from the reference corpus.
// The same sources give the same files.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "netml/core/log.hpp"
#include "netml/core/rng.hpp"

#include "seeds.hpp"

namespace netml::fuzz {

namespace fs = std::filesystem;

void Seeds::add(const std::string& target, const std::string& name, const std::string& bytes) {
  fs::create_directories(folder_ / target);
  std::ofstream stream(folder_ / target / name, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!stream.flush()) {
    throw std::runtime_error("cannot write " + (folder_ / target / name).string());
  }
  ++count_;
}

std::string number(std::uint64_t value, int width) {
  std::string text;
  for (int i = 0; i < width; ++i) {
    text += static_cast<char>(value >> (8 * i));
  }
  return text;
}

std::vector<fs::path> reference_files(const std::string& kind) {
  // Larger files only slow the fuzzing down; the tests of the corpus read them whole.
  constexpr std::size_t kLargestSeed = 64 << 10;
  const fs::path folder = fs::path(NETML_REFERENCE_DIR) / "corpus" / kind;
  std::vector<fs::path> files;
  if (fs::is_directory(folder)) {
    std::copy_if(fs::directory_iterator(folder), fs::directory_iterator{},
                 std::back_inserter(files),
                 [](const fs::path& path) { return fs::file_size(path) <= kLargestSeed; });
  }
  std::sort(files.begin(), files.end());
  return files;
}

void add_noise_seeds(Seeds& seeds) {
  Rng rng(1);
  const auto noise = [&](std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(rng.bits());
    }
    return bytes;
  };
  for (int i = 0; i < 64; ++i) {
    seeds.add("flowtable", "own-" + std::to_string(i), noise(8 + 4 * (8 + rng.below(250))));
  }
  // Calm packets, and none but late ones: the clock goes back after 1000.
  seeds.add("flowtable", "own-calm", noise(8) + std::string(2000, '\x11'));
  std::string late = noise(8) + std::string("\x10\x21\x00\x10", 4);
  for (int i = 0; i < 1100; ++i) {
    late += std::string("\xf0\x21\x00\x10", 4);
  }
  late.replace(0, 6, std::string("\x00\x55\x00\x00\x00\x00", 6));
  seeds.add("flowtable", "own-late", late);
  for (std::uint64_t i = 0; i < 60; ++i) {
    seeds.add("roundtrip", "own-" + std::to_string(i),
              number(i * 5, 1) + noise(1 + rng.below(400)));
    seeds.add("writer", "own-" + std::to_string(i), noise(1 + rng.below(400)));
  }
  int count = 0;
  for (const std::string text : {"=1+1", "a,\"b\"\r\n", "\x1b[31m\x7f", "caf\xc3\xa9 \xff",
                                 "\xe2\x80\xae\xc2\x85", "-", "@x", "\t", " x ", "\xef\xbb\xbfx"}) {
    std::string bytes = number(1, 1) + number(3, 1) + number(3, 1) + number(text.size(), 1) + text;
    for (const std::string& cell : {text, text + text, std::string()}) {
      bytes += number(1, 1) + number(cell.size(), 1) + cell;
    }
    seeds.add("writer", "own-text-" + std::to_string(count++), bytes);
  }
}

namespace {

int run(const fs::path& folder) {
  log::configure(log::Level::kError, log::Format::kText);
  Seeds seeds(folder);
  if (reference_files("captures").empty()) {
    std::printf("the reference corpus is not at %s: seeds from our own builders only\n",
                NETML_REFERENCE_DIR);
  }
  add_capture_seeds(seeds);
  add_dns_seeds(seeds);
  add_text_seeds(seeds);
  add_model_seeds(seeds);
  add_payload_seeds(seeds);
#ifdef NETML_SQLITE
  add_sqlite_seeds(seeds);
#endif
  add_noise_seeds(seeds);
  std::printf("%zu seeds in %s\n", seeds.count(), folder.c_str());
  return 0;
}

}  // namespace
}  // namespace netml::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds OUTDIR\n");
    return 2;
  }
  try {
    return netml::fuzz::run(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fuzz_seeds: %s\n", error.what());
    return 1;
  }
}
