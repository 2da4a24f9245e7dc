#include "netml/table/anonymized_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/table/csv_writer.hpp"

#include "support/writer_output.hpp"

namespace netml {
namespace {

using testing::HasSubstr;

const Schema& schema() {
  static const Schema kSchema = test::schema_of({{"src_ip", ColumnType::kText},
                                                 {"src_port", ColumnType::kU64},
                                                 {"dst_ip", ColumnType::kText},
                                                 {"name", ColumnType::kText}});
  return kSchema;
}

const std::vector<std::vector<Cell>>& rows() {
  static const std::vector<std::vector<Cell>> kRows = {
      {Cell::of(std::string_view("10.0.0.1")), Cell::of(std::uint64_t{1}),
       Cell::of(std::string_view("10.0.0.2")), Cell::of(std::string_view("=x"))},
      {Cell::of(std::string_view("10.0.0.2")), Cell::missing(),
       Cell::of(std::string_view("10.0.0.1")), Cell::missing()},
      {Cell::missing(), Cell::missing(), Cell::of(std::string_view("")), Cell::missing()}};
  return kRows;
}

Anonymization anonymization(std::vector<std::string> columns) {
  Anonymization result;
  result.columns = std::move(columns);
  result.key[3] = 7;
  return result;
}

// A CSV behind the stage, as one object.
class AnonymizedCsv {
 public:
  explicit AnonymizedCsv(OutputFile& file)
      : writer_(std::make_unique<CsvWriter>(file, CsvDialect::kRfc4180, TextMode::kSafe)),
        stage_(std::make_unique<AnonymizedRows>(*writer_, anonymization({"src_ip", "dst_ip"}))) {}
  void begin(const Schema& columns) { stage_->begin(columns); }
  void row(std::span<const Cell> cells) { stage_->row(cells); }
  std::unique_ptr<RowFormat> row_format() const { return stage_->row_format(); }
  void lines(std::string_view text) { stage_->lines(text); }
  void end() { stage_->end(); }

 private:
  std::unique_ptr<CsvWriter> writer_;
  std::unique_ptr<AnonymizedRows> stage_;
};

std::string pseudonym(std::string_view text) {
  Pseudonyms pseudonyms(anonymization({}).key, PseudonymMode::kDigest);
  return std::string(pseudonyms.of(text));
}

TEST(AnonymizedRows, ReplaceTheColumnsThatWereNamed) {
  const std::string one = pseudonym("10.0.0.1"), two = pseudonym("10.0.0.2");
  const std::string expected = "src_ip,src_port,dst_ip,name\n" + one + ",1," + two + ",'=x\n" +
                               two + ",," + one + ",\n,,,\n";
  const auto make = [](OutputFile& file) { return AnonymizedCsv(file); };
  EXPECT_EQ(test::written(schema(), rows(), make), expected);
  EXPECT_EQ(test::written_as_lines(schema(), rows(), make), expected);
}

std::string error_of(const std::vector<std::string>& names) {
  try {
    anonymized_columns(schema(), names);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(AnonymizedRows, NamesThatCannotBe) {
  EXPECT_EQ(anonymized_columns(schema(), {"dst_ip", "src_ip", "dst_ip"}),
            (std::vector<std::size_t>{2, 0}));
  EXPECT_THAT(error_of({"src_ipp"}), HasSubstr("did you mean 'src_ip'?"));
  EXPECT_THAT(error_of({"src_port"}), HasSubstr("holds numbers"));
  EXPECT_THAT(error_of({"src_port"}), HasSubstr("those with text are src_ip, dst_ip, name"));
}

}  // namespace
}  // namespace netml
