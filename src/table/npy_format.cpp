#include "npy_format.hpp"

#include <cstring>
#include <limits>
#include <optional>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMostFields = 4096;
constexpr std::size_t kWidestText = std::size_t{1} << 20;

template <typename T>
T load(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

void append_utf8(std::string& out, char32_t code) {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    code = 0xfffd;
  }
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

// The dictionary of a header: {'descr': …, 'fortran_order': False, 'shape': (3, 2), }.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& what) : text_(text), what_(what) {}

  void parse(NpyArray& array) {
    expect('{');
    bool has_descr = false, has_order = false, has_shape = false;
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !has_descr) {
        has_descr = true;
        descr(array);
      } else if (key == "fortran_order" && !has_order) {
        has_order = true;
        fortran_order();
      } else if (key == "shape" && !has_shape) {
        has_shape = true;
        shape(array);
      } else {
        fail("unknown or repeated key");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (position_ != text_.size() || !has_descr || !has_order || !has_shape) {
      fail("incomplete header");
    }
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw DataError(what_ + ": not a NumPy array that netml reads: " + reason);
  }

  void skip_space() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n')) {
      ++position_;
    }
  }
  bool accept(char c) {
    skip_space();
    if (position_ < text_.size() && text_[position_] == c) {
      ++position_;
      return true;
    }
    return false;
  }
  void expect(char c) {
    if (!accept(c)) {
      fail(std::string("'") + c + "' is missing in the header");
    }
  }

  std::string string() {
    skip_space();
    const char quote = position_ < text_.size() ? text_[position_] : '\0';
    if (quote != '\'' && quote != '"') {
      fail("a text is missing in the header");
    }
    std::string value;
    for (++position_; position_ < text_.size() && text_[position_] != quote; ++position_) {
      if (text_[position_] == '\\') {
        ++position_;
        if (position_ == text_.size() ||
            (text_[position_] != '\\' && text_[position_] != '\'' && text_[position_] != '"')) {
          fail("an unusual character in a name");
        }
      }
      value += text_[position_];
    }
    if (position_ == text_.size()) {
      fail("a text without end");
    }
    ++position_;
    return value;
  }

  void descr(NpyArray& array) {
    skip_space();
    if (!accept('[')) {
      array.fields.push_back(field("", string()));
      array.record_width = array.fields[0].width;
      return;
    }
    array.is_structured = true;
    while (!accept(']')) {
      expect('(');
      const std::string name = string();
      expect(',');
      NpyField next = field(name, string());
      accept(',');
      expect(')');
      next.offset = array.record_width;
      array.record_width += next.width;
      array.fields.push_back(std::move(next));
      if (array.fields.size() > kMostFields) {
        fail("too many fields");
      }
      if (!accept(',')) {
        expect(']');
        break;
      }
    }
    if (array.fields.empty()) {
      fail("no fields");
    }
  }

  NpyField field(const std::string& name, const std::string& type) {
    NpyField result;
    result.name = name;
    const auto width = type.size() > 2 ? parse_u64(std::string_view(type).substr(2)) : std::nullopt;
    if (!width || (type[0] != '<' && type[0] != '|') || *width > kWidestText) {
      fail("type '" + printable(type) + "' (objects and big-endian values are not read)");
    }
    result.kind = type[1];
    result.width = static_cast<std::size_t>(*width) * (result.kind == 'U' ? 4 : 1);
    const bool is_integer = result.kind == 'i' || result.kind == 'u';
    const std::size_t w = result.width;
    if (!((is_integer && (w == 1 || w == 2 || w == 4 || w == 8)) ||
          (result.kind == 'f' && (w == 4 || w == 8)) || (result.kind == 'b' && w == 1) ||
          ((result.kind == 'U' || result.kind == 'S') && w > 0))) {
      fail("type '" + printable(type) + "'");
    }
    return result;
  }

  void fortran_order() {
    skip_space();
    if (text_.substr(position_, 5) == "False") {
      position_ += 5;
      return;
    }
    fail("values are in Fortran order; save np.ascontiguousarray(X)");
  }

  void shape(NpyArray& array) {
    expect('(');
    while (!accept(')')) {
      skip_space();
      const std::size_t begin = position_;
      while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9') {
        ++position_;
      }
      const auto extent = parse_u64(text_.substr(begin, position_ - begin));
      if (!extent || array.shape.size() == 2) {
        fail("its shape");
      }
      array.shape.push_back(*extent);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
  }

  std::string_view text_;
  const std::string& what_;
  std::size_t position_ = 0;
};

}  // namespace

std::string npy_header(std::string_view descr, std::string_view shape, std::size_t minimum) {
  std::string dictionary = "{'descr': ";
  dictionary += descr;
  dictionary += ", 'fortran_order': False, 'shape': ";
  dictionary += shape;
  dictionary += ", }";
  // Version 1 has 16 bits for the length; long field lists need version 2.
  const bool is_long = dictionary.size() + kAlignment > 65000;
  const std::size_t before = kMagic.size() + 2 + (is_long ? 4 : 2);
  std::size_t total = before + dictionary.size() + 1;
  total = std::max(minimum, (total + kAlignment - 1) / kAlignment * kAlignment);
  dictionary.resize(total - before - 1, ' ');
  dictionary += '\n';

  std::string header(kMagic);
  header += is_long ? '\x02' : '\x01';
  header += '\0';
  const auto length = static_cast<std::uint32_t>(dictionary.size());
  header.append(reinterpret_cast<const char*>(&length), is_long ? 4 : 2);
  return header + dictionary;
}

std::string python_literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : valid_utf8(text)) {
    if (c == '\\' || c == '\'') {
      literal += '\\';
    }
    literal += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return literal + "'";
}

NpyArray parse_npy(std::string_view bytes, const std::string& what) {
  const auto fail = [&](const std::string& reason) { throw DataError(what + ": " + reason); };
  if (bytes.size() < 12 || bytes.substr(0, kMagic.size()) != kMagic || bytes[6] < 1 ||
      bytes[6] > 3) {
    fail("not a NumPy array");
  }
  const bool is_long = bytes[6] > 1;
  const std::size_t before = is_long ? 12 : 10;
  const std::size_t length =
      is_long ? load<std::uint32_t>(bytes.data() + 8) : load<std::uint16_t>(bytes.data() + 8);
  if (length > bytes.size() - before) {
    fail("its header is cut short");
  }
  NpyArray array;
  HeaderParser(bytes.substr(before, length), what).parse(array);
  array.values = bytes.substr(before + length);
  std::uint64_t size = array.record_width;
  for (const std::uint64_t extent : array.shape) {
    if (__builtin_mul_overflow(size, extent, &size)) {
      fail("its shape is too large");
    }
  }
  if (size != array.values.size()) {
    fail("its shape asks for " + std::to_string(size) + " bytes, the file has " +
         std::to_string(array.values.size()));
  }
  return array;
}

std::int64_t npy_i64(const NpyField& field, const char* record) {
  const char* at = record + field.offset;
  switch (field.width) {
    case 1:
      return load<std::int8_t>(at);
    case 2:
      return load<std::int16_t>(at);
    case 4:
      return load<std::int32_t>(at);
    default:
      return load<std::int64_t>(at);
  }
}

std::uint64_t npy_u64(const NpyField& field, const char* record) {
  const char* at = record + field.offset;
  switch (field.width) {
    case 1:
      return load<std::uint8_t>(at);
    case 2:
      return load<std::uint16_t>(at);
    case 4:
      return load<std::uint32_t>(at);
    default:
      return load<std::uint64_t>(at);
  }
}

double npy_number(const NpyField& field, const char* record) {
  switch (field.kind) {
    case 'f':
      return field.width == 4 ? static_cast<double>(load<float>(record + field.offset))
                              : load<double>(record + field.offset);
    case 'i':
      return static_cast<double>(npy_i64(field, record));
    case 'u':
    case 'b':
      return static_cast<double>(npy_u64(field, record));
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

std::string npy_text(const NpyField& field, const char* record) {
  const char* at = record + field.offset;
  std::string text;
  if (field.kind == 'S') {
    text.assign(at, field.width);
    text.resize(text.find_last_not_of('\0') + 1);
    return valid_utf8(text);
  }
  std::size_t length = field.width / 4;
  while (length > 0 && load<char32_t>(at + 4 * (length - 1)) == 0) {
    --length;
  }
  for (std::size_t i = 0; i < length; ++i) {
    append_utf8(text, load<char32_t>(at + 4 * i));
  }
  return text;
}

std::u32string to_ucs4(std::string_view text) {
  const std::string valid = valid_utf8(text);
  std::u32string codes;
  for (std::size_t i = 0; i < valid.size();) {
    const auto lead = static_cast<unsigned char>(valid[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t code = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      code = (code << 6) | (static_cast<unsigned char>(valid[i + k]) & 0x3fU);
    }
    codes += code;
    i += length;
  }
  return codes;
}

}  // namespace netml
