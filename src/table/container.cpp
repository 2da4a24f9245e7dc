#include "netml/table/container.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include <nlohmann/json.hpp>
#include <zlib.h>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are stored as they lie in memory");

using nlohmann::json;

// On disk; none of these may ever change.
constexpr std::string_view kPrefix = R"({"__metadata__":{"crc32":")";
constexpr std::string_view kAfterChecksum = R"(","format":")";
constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kChecksumDigits = 8;
constexpr std::size_t kChecksumOffset = kLengthBytes + kPrefix.size();
constexpr std::size_t kFormatOffset = kChecksumOffset + kChecksumDigits + kAfterChecksum.size();

constexpr std::size_t kLargestHeader = std::size_t{64} << 20;
constexpr std::size_t kLargestDescription = std::size_t{16} << 20;
constexpr std::size_t kMostArrays = 4096;
constexpr std::size_t kLongestName = 256;
constexpr std::size_t kMostMetadataKeys = 64;

constexpr Dtype kDtypes[] = {Dtype::kF64, Dtype::kI64, Dtype::kI32, Dtype::kU8};

std::string hex8(std::uint32_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kChecksumDigits, '0');
  for (std::size_t i = 0; i < kChecksumDigits; ++i) {
    text[kChecksumDigits - 1 - i] = kDigits[(value >> (4 * i)) & 15U];
  }
  return text;
}

// zlib takes lengths of 32 bits.
std::uint32_t crc_of(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

// Of everything behind the length, with zeros in place of the digits.
std::uint32_t checksum(std::string_view file) {
  std::uint32_t crc = crc_of(0, file.substr(kLengthBytes, kChecksumOffset - kLengthBytes));
  crc = crc_of(crc, "00000000");
  return crc_of(crc, file.substr(kChecksumOffset + kChecksumDigits));
}

std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

// The header, event by event: every value has one place where it may stand.
class HeaderReader : public nlohmann::json_sax<json> {
 public:
  struct Entry {
    ArrayView array;
    std::vector<std::uint64_t> offsets;
  };

  explicit HeaderReader(const std::string& what) : what_(what) {}

  std::string take_description() {
    if (!has_description_) {
      fail("the header has no description");
    }
    return std::move(description_);
  }
  std::vector<Entry>& entries() { return entries_; }

  bool null() override { unexpected(); }
  bool boolean(bool) override { unexpected(); }
  bool number_integer(number_integer_t) override { unexpected(); }
  bool number_float(number_float_t, const string_t&) override { unexpected(); }
  bool binary(binary_t&) override { unexpected(); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::kShape) {
      return add(entries_.back().array.shape, value);
    }
    if (place_ == Place::kOffsets) {
      return add(entries_.back().offsets, value);
    }
    unexpected();
  }

  bool string(string_t& value) override {
    if (place_ == Place::kMetadata) {
      if (key_ == "netml") {
        if (value.size() > kLargestDescription) {
          fail("the description is larger than " + std::to_string(kLargestDescription) + " bytes");
        }
        description_ = std::move(value);
        has_description_ = true;
      }
      return true;
    }
    if (place_ != Place::kEntry || key_ != "dtype") {
      unexpected();
    }
    const auto* known = std::find_if(std::begin(kDtypes), std::end(kDtypes),
                                     [&](Dtype dtype) { return to_text(dtype) == value; });
    if (known == std::end(kDtypes)) {
      fail_entry("unknown dtype '" + printable(value) + "'");
    }
    entries_.back().array.dtype = *known;
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::kStart) {
      place_ = Place::kTop;
    } else if (place_ == Place::kTop && key_ == "__metadata__") {
      place_ = Place::kMetadata;
    } else if (place_ == Place::kTop) {
      if (entries_.size() == kMostArrays) {
        fail("more than " + std::to_string(kMostArrays) + " arrays");
      }
      entries_.emplace_back();
      entries_.back().array.name = key_;
      entry_keys_.clear();
      place_ = Place::kEntry;
    } else {
      unexpected();
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kEntry && entry_keys_.size() != 3) {
      fail_entry("needs dtype, shape and data_offsets");
    }
    place_ = place_ == Place::kTop ? Place::kDone : Place::kTop;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::kEntry || (key_ != "shape" && key_ != "data_offsets")) {
      unexpected();
    }
    place_ = key_ == "shape" ? Place::kShape : Place::kOffsets;
    return true;
  }

  bool end_array() override {
    place_ = Place::kEntry;
    return true;
  }

  bool key(string_t& name) override {
    if (place_ == Place::kEntry) {
      if (name != "dtype" && name != "shape" && name != "data_offsets") {
        fail_entry("unknown field '" + printable(name) + "'");
      }
      if (!entry_keys_.insert(name).second) {
        fail_entry("field '" + name + "' is given twice");
      }
    } else {
      std::set<std::string>& seen = place_ == Place::kMetadata ? metadata_keys_ : names_;
      if (name.size() > kLongestName || seen.size() > kMostArrays ||
          (place_ == Place::kMetadata && seen.size() > kMostMetadataKeys)) {
        fail("the header has too many or too long names");
      }
      if (!seen.insert(name).second) {
        fail("'" + printable(name) + "' is given twice in the header");
      }
    }
    key_ = name;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    fail("the header is not valid JSON at byte " + std::to_string(kLengthBytes + position));
  }

 private:
  enum class Place { kStart, kTop, kMetadata, kEntry, kShape, kOffsets, kDone };

  bool add(std::vector<std::uint64_t>& list, std::uint64_t value) {
    if (list.size() == 2) {
      fail_entry("more than two values in '" + key_ + "'");
    }
    list.push_back(value);
    return true;
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw ModelError(what_ + ": " + reason);
  }
  [[noreturn]] void fail_entry(const std::string& reason) const {
    fail("array '" + printable(entries_.back().array.name) + "': " + reason);
  }
  [[noreturn]] void unexpected() const {
    fail("the header has an unexpected value at '" + printable(key_) + "'");
  }

  const std::string& what_;
  Place place_ = Place::kStart;
  std::string key_;
  std::string description_;
  bool has_description_ = false;
  std::vector<Entry> entries_;
  std::set<std::string> names_, metadata_keys_, entry_keys_;
};

[[noreturn]] void refuse_array(const std::string& what, const ArrayView& array,
                               const std::string& reason) {
  throw ModelError(what + ": array '" + printable(array.name) + "': " + reason);
}

// Everything that can be checked before JSON is parsed. Gives the header.
std::string_view checked_header(std::string_view bytes, const std::string& what) {
  const auto fail = [&](const std::string& reason) { throw ModelError(what + ": " + reason); };
  if (!looks_like_container(bytes)) {
    fail("not a netml model file");
  }
  const std::size_t format_end = bytes.find('"', kFormatOffset);
  const auto format = bytes.substr(kFormatOffset - kAfterChecksum.size(), kAfterChecksum.size()) ==
                                  kAfterChecksum &&
                              format_end != std::string_view::npos &&
                              format_end - kFormatOffset <= 9
                          ? parse_u64(bytes.substr(kFormatOffset, format_end - kFormatOffset))
                          : std::nullopt;
  if (!format || *format == 0) {
    fail("the format number is damaged");
  }
  if (*format > kContainerFormat) {
    fail("format " + std::to_string(*format) + " is newer than format " +
         std::to_string(kContainerFormat) +
         ", the newest that this netml reads; use a newer netml");
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kLargestHeader || length > bytes.size() - kLengthBytes || length % 8 != 0 ||
      length < format_end - kLengthBytes) {
    fail("the header's length " + std::to_string(length) + " does not fit a file of " +
         std::to_string(bytes.size()) + " bytes; the file is damaged or cut short");
  }
  if (bytes.substr(kChecksumOffset, kChecksumDigits) != hex8(checksum(bytes))) {
    fail("the checksum does not match; the file is damaged or cut short");
  }
  return bytes.substr(kLengthBytes, static_cast<std::size_t>(length));
}

}  // namespace

std::string_view to_text(Dtype dtype) noexcept {
  switch (dtype) {
    case Dtype::kF64:
      return "F64";
    case Dtype::kI64:
      return "I64";
    case Dtype::kI32:
      return "I32";
    case Dtype::kU8:
      return "U8";
  }
  return "";
}

std::size_t size_of(Dtype dtype) noexcept {
  switch (dtype) {
    case Dtype::kF64:
    case Dtype::kI64:
      return 8;
    case Dtype::kI32:
      return 4;
    case Dtype::kU8:
      return 1;
  }
  return 1;
}

const ArrayView* Container::find(std::string_view name) const noexcept {
  for (const ArrayView& array : arrays) {
    if (array.name == name) {
      return &array;
    }
  }
  return nullptr;
}

bool looks_like_container(std::string_view bytes) noexcept {
  return bytes.size() > kFormatOffset && bytes.substr(kLengthBytes, kPrefix.size()) == kPrefix;
}

std::string write_container(std::string_view description, std::span<const Array> arrays) {
  std::string header(kPrefix);
  header.append(kChecksumDigits, '0');
  header += kAfterChecksum;
  append_number(header, static_cast<std::uint64_t>(kContainerFormat));
  header += R"(","netml":)";
  append_json_text(header, description);
  header += '}';
  std::uint64_t offset = 0;
  for (const Array& array : arrays) {
    header += ',';
    append_json_text(header, array.name);
    header += R"(:{"dtype":")";
    header += to_text(array.dtype);
    header += R"(","shape":[)";
    for (std::size_t i = 0; i < array.shape.size(); ++i) {
      header += i == 0 ? "" : ",";
      append_number(header, array.shape[i]);
    }
    header += R"(],"data_offsets":[)";
    append_number(header, offset);
    header += ',';
    offset += array.bytes.size();
    append_number(header, offset);
    header += "]}";
  }
  header += '}';
  header.resize((header.size() + 7) / 8 * 8, ' ');

  const std::uint64_t length = header.size();
  std::string file(reinterpret_cast<const char*>(&length), kLengthBytes);
  file.reserve(kLengthBytes + header.size() + static_cast<std::size_t>(offset));
  file += header;
  for (const Array& array : arrays) {
    file += array.bytes;
  }
  file.replace(kChecksumOffset, kChecksumDigits, hex8(checksum(file)));
  return file;
}

Container read_container(std::string_view bytes, const std::string& what) {
  const std::string_view header = checked_header(bytes, what);
  HeaderReader reader(what);
  if (!json::sax_parse(header, &reader)) {
    throw ModelError(what + ": the header is not valid JSON");
  }
  const std::string_view payload = bytes.substr(kLengthBytes + header.size());

  Container container;
  container.description = reader.take_description();
  std::uint64_t expected = 0;
  for (HeaderReader::Entry& entry : reader.entries()) {
    ArrayView& array = entry.array;
    std::optional<std::uint64_t> size = size_of(array.dtype);
    for (const std::uint64_t extent : array.shape) {
      size = size ? product(*size, extent) : size;
    }
    if (!size) {
      refuse_array(what, array, "its shape is too large");
    }
    if (entry.offsets.size() != 2 || entry.offsets[0] != expected ||
        entry.offsets[1] < entry.offsets[0] || entry.offsets[1] > payload.size() ||
        entry.offsets[1] - entry.offsets[0] != *size) {
      refuse_array(what, array, "its data_offsets do not fit its shape or its place in the file");
    }
    expected = entry.offsets[1];
    array.bytes =
        payload.substr(static_cast<std::size_t>(entry.offsets[0]), static_cast<std::size_t>(*size));
    container.arrays.push_back(std::move(array));
  }
  if (expected != payload.size()) {
    throw ModelError(what + ": the arrays take " + std::to_string(expected) + " bytes of " +
                     std::to_string(payload.size()));
  }
  return container;
}

}  // namespace netml
