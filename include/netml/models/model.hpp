#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netml/dataset/matrix.hpp"
#include "netml/models/params.hpp"
#include "netml/table/container.hpp"

namespace netml {

/// A number that a model took from the data, and how.
struct DerivedValue {
  std::string name;
  double value = 0;
  std::string rule;
};

/// What a fit did besides fitting; goes into the log and the model card.
struct FitReport {
  std::size_t rows_given = 0;
  std::size_t rows_used = 0;
  std::vector<DerivedValue> derived;
  std::vector<std::string> warnings;
};

/// What a fit is given besides rows and parameters.
struct FitContext {
  std::uint64_t seed = 0;
  std::size_t threads = 1;  ///< to use at most; the model is the same, bit for bit, for any number
  /// Told now and then, from the thread that fits, which share is done (0 to 1, never less than
  /// before). May throw to end the fit; the model is then of no use. May be empty.
  std::function<void(double)> progress = {};

  void tell(double share) const {
    if (progress) {
      progress(share);
    }
  }
};

/// A novelty model. It knows only scaled numbers.
///
/// Scores are real and finite; greater = more novel, for every model. Not thread-safe while it is
/// fitted or loaded; score() may be called from several threads.
class Model {
 public:
  virtual ~Model() = default;

  /// The name in files and output.
  virtual std::string_view name() const noexcept = 0;

  /// Requires: rows finite, at least one row and one column; params of this model's schema.
  /// The same arguments give the same model, bit for bit. Throws DataError for data that the
  /// parameters do not fit.
  virtual void fit(const Matrix& rows, const Params& params, const FitContext& context,
                   FitReport& report) = 0;

  /// One score per row. Requires: a fitted model, finite rows, the columns it was fitted on. Each
  /// score depends on its own row only: neither the rows beside it nor `threads` change a bit.
  /// Throws Interrupted when a signal asks to stop while there is an interrupt::Indivisible.
  Vector score(const Matrix& rows, std::size_t threads = 1) const;

  virtual void save(ArrayWriter& writer) const = 0;
  /// Takes the place of fit(). Throws ModelError.
  virtual void load(const ArrayReader& reader, const Params& params, std::size_t columns) = 0;

  /// Bytes that fit() needs besides its input, roughly and from above.
  virtual double fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const = 0;
  /// Bytes of the model that it leaves, likewise; about those of its arrays in a file.
  virtual double kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const = 0;

  /// The score above which the method itself calls a row novel; nothing where it has no such rule.
  virtual std::optional<double> own_threshold() const { return std::nullopt; }

 protected:
  /// A run of neighbouring rows, contiguous in memory.
  using Rows = Eigen::Ref<const Matrix>;

 private:
  /// Fills one score per row of a block. Called from several threads at once.
  virtual void score_block(const Rows& rows, std::span<double> scores) const = 0;
};

}  // namespace netml
