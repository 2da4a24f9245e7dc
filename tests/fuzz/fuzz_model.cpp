// A model file: load it, score four rows, save it. Input: two bytes, the number of the allocation
// that fails (0: none does); one byte, the form of the rest:
//   0  the file's bytes
//   1  the header's JSON, a NUL, the payload: length, padding and checksum are put right
//   2  the description's JSON, a NUL, then changes to the arrays of a small sound model, six bytes
//      each: which array, what is done, where (two bytes), two bytes of value. 2 + 3 k: the same of
//      the k-th algorithm
// Forms 1 and 2 are there because no mutation of a file gets past its checksum.

#include <cmath>
#include <cstring>

#include <zlib.h>

#include "netml/features/feature_set.hpp"

#include "failing_allocator.hpp"
#include "fuzz.hpp"
#include "models/support.hpp"

namespace netml {
namespace {

using fuzz::require;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kChecksumOffset = 34;  // of the eight digits (docs/model-file.md)
constexpr std::size_t kChecksumDigits = 8;

std::string with_checksum(std::string file) {
  if (file.size() < kChecksumOffset + kChecksumDigits) {
    return file;
  }
  file.replace(kChecksumOffset, kChecksumDigits, kChecksumDigits, '0');
  const auto* bytes = reinterpret_cast<const Bytef*>(file.data());
  const unsigned long crc = crc32_z(0, bytes + kLengthBytes, file.size() - kLengthBytes);
  char digits[kChecksumDigits + 1];
  std::snprintf(digits, sizeof digits, "%08lx", crc & 0xffffffffUL);
  return file.replace(kChecksumOffset, kChecksumDigits, digits);
}

std::string from_header_and_payload(fuzz::Input& input) {
  std::string header(input.text_to_nul());
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = header.size();
  std::string file(reinterpret_cast<const char*>(&length), kLengthBytes);
  file += header;
  file += input.rest();
  return with_checksum(std::move(file));
}

const std::string& sound_model(std::size_t algorithm) {
  static const std::vector<std::string> files = [] {
    std::vector<std::string> made;
    for (const ModelEntry& entry : model_entries()) {
      made.push_back(
          save_detector(test::small_detector(test::normal_rows(24, 2, 1), "", entry.name)));
      require(with_checksum(made.back()) == made.back(), "the checksum is where it is looked for");
    }
    return made;
  }();
  return files[algorithm % files.size()];
}

void change(Array& array, std::uint8_t how, std::size_t where, std::uint16_t value) {
  switch (how % 6) {
    case 0:
      if (!array.bytes.empty()) {
        array.bytes[where % array.bytes.size()] = static_cast<char>(value);
      }
      break;
    case 1: {
      const double numbers[] = {0, -1, 1e308, -1e308, 5e-324, NAN, INFINITY, 1e-300};
      if (array.bytes.size() >= sizeof(double)) {
        std::memcpy(array.bytes.data() + where % (array.bytes.size() / 8) * 8, &numbers[value % 8],
                    sizeof(double));
      }
      break;
    }
    case 2:
      array.name = "x" + std::to_string(value);
      break;
    case 3:
      array.dtype = static_cast<Dtype>(value % 4);
      break;
    case 4:
      array.shape.assign(1 + where % 2, value);
      array.bytes.resize(std::size_t{value} * (where % 2 == 0 ? 1 : value) % 4096 *
                         size_of(array.dtype));
      array.shape = {array.bytes.size() / size_of(array.dtype)};
      break;
    default:
      if (array.shape.size() == 2) {  // rows fewer or more, columns as they are
        const std::uint64_t columns = array.shape[1];
        array.shape[0] = value % 1200;
        array.bytes.resize(array.shape[0] * columns * size_of(array.dtype));
      } else {
        array.shape = {value % 1200U};
        array.bytes.resize(array.shape[0] * size_of(array.dtype));
      }
  }
}

std::string from_description_and_changes(std::size_t algorithm, fuzz::Input& input) {
  const Container sound = read_container(sound_model(algorithm), "sound");
  const std::string_view description = input.text_to_nul();
  std::vector<Array> arrays;
  for (const ArrayView& view : sound.arrays) {
    arrays.push_back({view.name, view.dtype, view.shape, std::string(view.bytes)});
  }
  for (int changes = 0; !input.is_empty() && changes < 16; ++changes) {
    Array& array = arrays[input.u8() % arrays.size()];
    const std::uint8_t how = input.u8();
    const std::uint16_t where = input.u16();
    change(array, how, where, input.u16());
  }
  return write_container(description.empty() ? std::string_view(sound.description) : description,
                         arrays);
}

// Zeros, ones, a wide spread, and values at the end of what doubles hold.
Matrix four_rows(std::size_t columns) {
  Matrix rows = Matrix::Zero(4, static_cast<Eigen::Index>(columns));
  rows.row(1).setOnes();
  for (Eigen::Index i = 0; i < rows.cols(); ++i) {
    rows(2, i) = (i % 2 == 0 ? 1e6 : -1e-6) * static_cast<double>(i + 1);
    rows(3, i) = i % 2 == 0 ? 1e300 : -1e300;
  }
  return rows;
}

void check_scores(const Detector& detector) {
  const Matrix rows = four_rows(detector.columns.size());
  const std::vector<RowScore> answers = detector.score(rows);
  require(answers.size() == 4, "every row has an answer");
  for (const RowScore& answer : answers) {
    require(answer.verdict != Verdict::kInvalid, "rows of numbers are valid");
    require(std::isfinite(answer.score), "scores are finite");
    require(!answer.p_value || (*answer.p_value > 0 && *answer.p_value <= 1), "p is in (0, 1]");
    require((answer.verdict == Verdict::kUnclassified) == !detector.has_verdicts(),
            "without a threshold there is no verdict");
    require(!detector.threshold ||
                (answer.verdict == Verdict::kAnomaly) == (answer.score > *detector.threshold),
            "an anomaly is above the threshold");
  }
}

// What `classify` does with a model's recipe.
void use_recipe(const Detector& detector) {
  if (detector.recipe_json.empty()) {
    return;
  }
  try {
    const Recipe recipe = Recipe::from_json(detector.recipe_json, "model: recipe");
    const std::string text = recipe.to_json();
    require(Recipe::from_json(text, "again").to_json() == text, "a recipe survives its text");
    const FeatureSet features(recipe);
    require(features.state_size() % 8 == 0, "states are aligned");
  } catch (const DataError& error) {
    fuzz::require_refusal(error, ErrorKind::kData, "model: recipe");
  } catch (const UsageError& error) {
    fuzz::require_refusal(error, ErrorKind::kUsage, "");
  }
}

void use(const Detector& detector) {
  check_scores(detector);
  const std::string bytes = save_detector(detector);
  const Detector again = load_detector(bytes, "again");
  require(save_detector(again) == bytes, "save, load, save gives the same bytes");
  use_recipe(detector);
}

std::optional<Detector> load(const std::string& file, std::uint64_t fail_at) {
  const fuzz::AllocationTrial trial(fail_at);
  std::optional<Detector> detector = load_detector(file, "model");
  // RELIABILITY: four times the file's size, besides a constant.
  require(fuzz::AllocationTrial::peak_bytes() <= 4 * file.size() + (std::size_t{1} << 20),
          "loading takes at most four times the file's size",
          std::to_string(fuzz::AllocationTrial::peak_bytes()) + " bytes for a file of " +
              std::to_string(file.size()));
  return detector;
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  fuzz::Input input(data, size);
  const std::uint16_t fail_at = input.u16();
  const std::uint8_t kind = input.u8();
  const int form = kind % 3;
  const std::string file = form == 0   ? std::string(input.rest())
                           : form == 1 ? from_header_and_payload(input)
                                       : from_description_and_changes(kind / 3U, input);
  try {
    const std::optional<Detector> detector = load(file, fail_at);
    use(*detector);
  } catch (const ModelError& error) {
    fuzz::require_refusal(error, ErrorKind::kModel, "model: ");
    fuzz::require(!fuzz::AllocationTrial::has_failed(), "want of memory is not blamed on the file",
                  error.what());
  } catch (const std::bad_alloc&) {
    fuzz::require(fuzz::AllocationTrial::has_failed(), "memory runs out only where it is short");
  }
  return 0;
}
