#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netml {

/// The file that models are kept in: the published safetensors layout (docs/model-file.md).
///
///   8 bytes    length of the header, little-endian
///   header     JSON: "__metadata__" with crc32, format and netml (our description, a JSON text),
///              then every array's dtype, shape and data_offsets; padded with spaces to 8 bytes
///   payload    the arrays, little-endian, row-major, one behind the other in header order
///
/// crc32 is of everything behind the first 8 bytes, computed with its 8 digits as zeros. It finds
/// accidents; the checks of read_container face malice.
inline constexpr int kContainerFormat = 1;

enum class Dtype { kF64, kI64, kI32, kU8 };

/// "F64", "I64", "I32", "U8", as safetensors spells them.
std::string_view to_text(Dtype dtype) noexcept;
std::size_t size_of(Dtype dtype) noexcept;

/// An array on its way into a container.
struct Array {
  std::string name;
  Dtype dtype = Dtype::kF64;
  std::vector<std::uint64_t> shape;  ///< at most two dimensions, row-major
  std::string bytes;                 ///< little-endian
};

/// An array of a container that was read. `bytes` is borrowed from the file's bytes and need not
/// be aligned.
struct ArrayView {
  std::string name;
  Dtype dtype = Dtype::kF64;
  std::vector<std::uint64_t> shape;
  std::string_view bytes;
};

struct Container {
  std::string description;  ///< the JSON text of `__metadata__.netml`, not parsed
  std::vector<ArrayView> arrays;

  const ArrayView* find(std::string_view name) const noexcept;
};

/// The bytes of a file. The same arguments give the same bytes.
/// Requires: distinct names; each array's bytes agree with its dtype and shape.
std::string write_container(std::string_view description, std::span<const Array> arrays);

/// Reads and checks a file's bytes, which the result borrows.
/// Throws ModelError `<what>: <reason>`. In this order: prefix, format, header length, checksum,
/// then the header field by field (known dtype, rank, sizes without overflow, offsets contiguous
/// and filling the payload exactly, no name twice). Takes memory for the header only.
Container read_container(std::string_view bytes, const std::string& what);

/// True when the bytes begin like a container, whatever else is wrong with them.
bool looks_like_container(std::string_view bytes) noexcept;

/// Collects arrays under a common name prefix ("ocsvm.").
class ArrayWriter {
 public:
  ArrayWriter(std::vector<Array>& arrays, std::string prefix)
      : arrays_(arrays), prefix_(std::move(prefix)) {}

  void add(const std::string& name, std::span<const double> values);
  /// values: [rows × columns], row-major.
  void add(const std::string& name, std::span<const double> values, std::size_t rows,
           std::size_t columns);
  void add(const std::string& name, std::span<const std::int32_t> values);
  void add(const std::string& name, std::span<const std::int64_t> values);
  void add_text(const std::string& name, std::string_view text);
  /// The same arrays under a longer prefix.
  ArrayWriter nested(const std::string& prefix) { return {arrays_, prefix_ + prefix}; }

 private:
  void add_raw(const std::string& name, Dtype dtype, std::vector<std::uint64_t> shape,
               const void* data, std::size_t bytes);

  std::vector<Array>& arrays_;
  std::string prefix_;
};

/// Checked access to the arrays of a container under a common name prefix. Every member throws
/// ModelError naming the file and the array when it is absent or not of the asked kind; numbers
/// that are not finite are refused.
class ArrayReader {
 public:
  /// Borrows the container.
  ArrayReader(const Container& container, std::string prefix, std::string what)
      : container_(container), prefix_(std::move(prefix)), what_(std::move(what)) {}

  bool has(std::string_view name) const {
    return container_.find(prefix_ + std::string(name)) != nullptr;
  }
  /// A one-dimensional array.
  std::vector<double> f64(std::string_view name) const;
  /// The same with exactly `count` values.
  std::vector<double> f64(std::string_view name, std::size_t count) const;
  double scalar(std::string_view name) const { return f64(name, 1)[0]; }
  std::vector<std::int32_t> i32(std::string_view name) const;
  std::vector<std::int64_t> i64(std::string_view name) const;
  std::string text(std::string_view name) const;

  struct Shape {
    std::size_t rows;
    std::size_t columns;
  };
  /// Of a two-dimensional F64 array.
  Shape shape(std::string_view name) const;
  /// Copies a two-dimensional F64 array. Requires: out.size() == rows * columns of shape(name).
  void copy(std::string_view name, std::span<double> out) const;

  ArrayReader nested(const std::string& prefix) const {
    return {container_, prefix_ + prefix, what_};
  }
  /// Throws ModelError `<what>: <prefix><name>: <reason>`.
  [[noreturn]] void refuse(std::string_view name, const std::string& reason) const;

 private:
  const ArrayView& get(std::string_view name, Dtype dtype, std::size_t rank) const;
  void copy_finite(const ArrayView& array, std::string_view name, double* out) const;

  const Container& container_;
  std::string prefix_;
  std::string what_;
};

}  // namespace netml
