#pragma once

#include <string>
#include <vector>

#include "netml/models/conformal.hpp"
#include "netml/models/model.hpp"
#include "netml/models/registry.hpp"

namespace netml {

/// Several models, made comparable by their p-values: for a row whose member m gives the score s_m,
///
///   p = min(1, M · min_m p_m(s_m))      keeps the bound on false alarms (Bonferroni): the verdict
///   score = -mean_m log p_m(s_m)        ranks rows
///
/// In the score alone, p_m goes on below 1/(k + 1) above the largest of its k calibration scores,
/// c_max, so that far rows do not tie: 1/((k + 1)(1 + (s - c_max)/(c_max - c_median))), or 1/(k +
/// 1) where the two are equal. There is no score above which a row is an anomaly.
///
/// A member is the model that `--algorithm` with its name and defaults would give.
class Ensemble : public Model {
 public:
  struct Member {
    const ModelEntry* entry;
    Params params;
    std::unique_ptr<Model> model;
    Calibration calibration;
    double median = 0;  ///< of the calibration scores
  };

  /// What the members say of a row together.
  struct Answer {
    double score = 0;
    double p_value = 1;
    /// The least over the members of 1 + the number of calibration scores not below the row's.
    std::size_t rank = 1;
  };

  std::string_view name() const noexcept override { return "ensemble"; }
  /// Until calibrate() is called, the calibration scores are those that two halves of at most 200
  /// training rows get from models of the other half.
  void fit(const Matrix& rows, const Params& params, const FitContext& context,
           FitReport& report) override;
  void save(ArrayWriter& writer) const override;
  /// Requires: set_members().
  void load(const ArrayReader& reader, const Params& params, std::size_t columns) override;
  double fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;
  double kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const override;

  /// Takes every member's calibration scores from these rows. Requires: fitted; at least one row.
  void calibrate(const Matrix& rows, std::size_t threads);
  /// One per row. Requires: as score().
  std::vector<Answer> answer(const Matrix& rows, std::size_t threads) const;

  const std::vector<Member>& members() const noexcept { return members_; }
  /// For a file: whom load() will find there.
  void set_members(std::vector<Member> members) { members_ = std::move(members); }

 private:
  void score_block(const Rows& rows, std::span<double> scores) const override;

  std::vector<Member> members_;
};

/// The names of the parameter `members`, in its order.
std::vector<std::string> member_names(const Params& params);

/// nullptr for every other model.
Ensemble* as_ensemble(Model* model) noexcept;
const Ensemble* as_ensemble(const Model* model) noexcept;

/// `others`: what may be a member.
ModelEntry ensemble_entry(std::span<const ModelEntry> others);

}  // namespace netml
