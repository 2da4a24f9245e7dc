// Named arrays of a container, written and read by the type they should have.

#include <algorithm>
#include <cmath>
#include <cstring>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/container.hpp"

namespace netml {

void ArrayWriter::add_raw(const std::string& name, Dtype dtype, std::vector<std::uint64_t> shape,
                          const void* data, std::size_t bytes) {
  Array array;
  array.name = prefix_ + name;
  array.dtype = dtype;
  array.shape = std::move(shape);
  array.bytes.assign(static_cast<const char*>(data), bytes);
  arrays_.push_back(std::move(array));
}

void ArrayWriter::add(const std::string& name, std::span<const double> values) {
  add_raw(name, Dtype::kF64, {values.size()}, values.data(), values.size_bytes());
}

void ArrayWriter::add(const std::string& name, std::span<const double> values, std::size_t rows,
                      std::size_t columns) {
  add_raw(name, Dtype::kF64, {rows, columns}, values.data(), values.size_bytes());
}

void ArrayWriter::add(const std::string& name, std::span<const std::int32_t> values) {
  add_raw(name, Dtype::kI32, {values.size()}, values.data(), values.size_bytes());
}

void ArrayWriter::add(const std::string& name, std::span<const std::int64_t> values) {
  add_raw(name, Dtype::kI64, {values.size()}, values.data(), values.size_bytes());
}

void ArrayWriter::add_text(const std::string& name, std::string_view text) {
  add_raw(name, Dtype::kU8, {text.size()}, text.data(), text.size());
}

void ArrayReader::refuse(std::string_view name, const std::string& reason) const {
  throw ModelError(what_ + ": " + printable(prefix_ + std::string(name)) + ": " + reason);
}

const ArrayView& ArrayReader::get(std::string_view name, Dtype dtype, std::size_t rank) const {
  const ArrayView* array = container_.find(prefix_ + std::string(name));
  if (array == nullptr) {
    refuse(name, "the array is missing");
  }
  if (array->dtype != dtype || array->shape.size() != rank) {
    refuse(name, "an array of " + std::string(to_text(dtype)) + " with " + std::to_string(rank) +
                     (rank == 1 ? " dimension" : " dimensions") + " is expected");
  }
  return *array;
}

void ArrayReader::copy_finite(const ArrayView& array, std::string_view name, double* out) const {
  const std::size_t count = array.bytes.size() / sizeof(double);
  if (count != 0) {
    std::memcpy(out, array.bytes.data(), array.bytes.size());
  }
  if (!std::all_of(out, out + count, [](double value) { return std::isfinite(value); })) {
    refuse(name, "a value is not finite");
  }
}

std::vector<double> ArrayReader::f64(std::string_view name) const {
  const ArrayView& array = get(name, Dtype::kF64, 1);
  std::vector<double> values(array.bytes.size() / sizeof(double));
  copy_finite(array, name, values.data());
  return values;
}

std::vector<double> ArrayReader::f64(std::string_view name, std::size_t count) const {
  const ArrayView& array = get(name, Dtype::kF64, 1);
  if (array.shape[0] != count) {
    refuse(name, std::to_string(array.shape[0]) + " values where " + std::to_string(count) +
                     " are expected");
  }
  return f64(name);
}

std::vector<std::int32_t> ArrayReader::i32(std::string_view name) const {
  const ArrayView& array = get(name, Dtype::kI32, 1);
  std::vector<std::int32_t> values(array.bytes.size() / sizeof(std::int32_t));
  std::copy(array.bytes.begin(), array.bytes.end(), reinterpret_cast<char*>(values.data()));
  return values;
}

std::vector<std::int64_t> ArrayReader::i64(std::string_view name) const {
  const ArrayView& array = get(name, Dtype::kI64, 1);
  std::vector<std::int64_t> values(array.bytes.size() / sizeof(std::int64_t));
  std::copy(array.bytes.begin(), array.bytes.end(), reinterpret_cast<char*>(values.data()));
  return values;
}

std::string ArrayReader::text(std::string_view name) const {
  return std::string(get(name, Dtype::kU8, 1).bytes);
}

ArrayReader::Shape ArrayReader::shape(std::string_view name) const {
  const ArrayView& array = get(name, Dtype::kF64, 2);
  // With no values at all the other extent could be any number.
  if (array.bytes.empty()) {
    refuse(name, "the array is empty");
  }
  return {static_cast<std::size_t>(array.shape[0]), static_cast<std::size_t>(array.shape[1])};
}

void ArrayReader::copy(std::string_view name, std::span<double> out) const {
  copy_finite(get(name, Dtype::kF64, 2), name, out.data());
}

}  // namespace netml
