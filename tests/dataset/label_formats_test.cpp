// What all label formats have in common, each in its own syntax: one row of the same flow.

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "label_test_flows.hpp"
#include "support/label_files.hpp"

namespace netml::test {
namespace {

using Syntax = LabelSyntax;

constexpr std::int64_t kBegin = kLabelFileBegin * kLabelSecond;

FlowIdentity the_flow(std::int64_t first, std::int64_t last) {
  return label_flow("192.168.100.103", 51524, "65.127.233.163", 23, 6, first, last);
}

LabelFile parse(const Syntax& syntax, const std::string& rows, const LabelOptions& options = {}) {
  return LabelFile::parse(syntax.header + rows, "l", options);
}

TEST(LabelFormats, RowsMatchTheirFlowInEitherDirectionAndInTheirTime) {
  for (const Syntax& syntax : label_syntaxes()) {
    LabelFile labels = parse(syntax, syntax.attack);
    const FlowIdentity flow = the_flow(kBegin, kBegin + kLabelSecond);
    EXPECT_EQ(said(labels.find(flow)), "1 " + syntax.attack_name) << syntax.name;
    EXPECT_EQ(said(labels.find(swapped(flow))), "1 " + syntax.attack_name) << syntax.name;
    FlowIdentity other = flow;
    other.dst_port = 24;
    EXPECT_EQ(said(labels.find(other)), "none") << syntax.name;
    other = flow;
    other.protocol = 17;
    EXPECT_EQ(said(labels.find(other)), "none") << syntax.name;
    // A second of slack on either side of the row's three seconds.
    const std::int64_t end = kBegin + 3 * kLabelSecond + kLabelSecond;
    EXPECT_EQ(said(labels.find(the_flow(end, end + 1))), "1 " + syntax.attack_name) << syntax.name;
    EXPECT_EQ(said(labels.find(the_flow(end + 1, end + 2))), "none") << syntax.name;
    const std::int64_t begin = kBegin - kLabelSecond;
    EXPECT_EQ(said(labels.find(the_flow(begin - 2, begin))), "1 " + syntax.attack_name)
        << syntax.name;
    EXPECT_EQ(said(labels.find(the_flow(begin - 2, begin - 1))), "none") << syntax.name;
    EXPECT_EQ(labels.report().flows_matched, 4U) << syntax.name;
    EXPECT_EQ(labels.report().flows_unmatched, 4U) << syntax.name;
    EXPECT_EQ(labels.report().rows_matched, 1U) << syntax.name;

    LabelFile normal = parse(syntax, syntax.normal);
    EXPECT_EQ(said(normal.find(flow)), "0 " + syntax.normal_name) << syntax.name;
  }
}

TEST(LabelFormats, SlackAndTimezoneAreThoseOfTheOptions) {
  for (const Syntax& syntax : label_syntaxes()) {
    LabelOptions options;
    options.slack_ns = 0;
    LabelFile exact = parse(syntax, syntax.attack, options);
    const std::int64_t end = kBegin + 3 * kLabelSecond;
    EXPECT_NE(said(exact.find(the_flow(end, end))), "none") << syntax.name;
    EXPECT_EQ(said(exact.find(the_flow(end + 1, end + 1))), "none") << syntax.name;

    options.timezone_ns = parse_label_timezone("+02:00");
    LabelFile moved = parse(syntax, syntax.attack, options);
    moved.begin_capture(kBegin);
    // EVE's times say their zone, and no option changes what they say.
    const std::int64_t zone = syntax.format == LabelFormat::kSuricata ? 0 : *options.timezone_ns;
    EXPECT_NE(said(moved.find(the_flow(kBegin - zone, kBegin - zone))), "none") << syntax.name;
    EXPECT_EQ(said(moved.find(the_flow(kBegin - zone - 1, kBegin - zone - 1))), "none")
        << syntax.name;
  }
}

TEST(LabelFormats, AnAutomaticTimezoneIsFoundWhereTimesSayNone) {
  for (const Syntax& syntax : label_syntaxes()) {
    LabelFile labels = parse(syntax, syntax.attack);
    const std::int64_t late = kBegin + 7200 * kLabelSecond;  // labels two hours behind the capture
    labels.begin_capture(late);
    const bool is_found = syntax.format != LabelFormat::kSuricata;
    EXPECT_EQ(said(labels.find(the_flow(late, late))) != "none", is_found) << syntax.name;
    // Of the zone or, Suricata's, that there are no flow events.
    EXPECT_EQ(labels.report().warnings.size(), 1U) << syntax.name;
  }
}

TEST(LabelFormats, ContradictionsAreDecidedByTheRule) {
  const FlowIdentity flow = the_flow(kBegin, kBegin);
  for (const Syntax& syntax : label_syntaxes()) {
    const std::string rows = syntax.normal + syntax.attack;
    const auto decided = [&](std::optional<LabelConflict> rule) {
      LabelOptions options;
      options.conflict = rule;
      LabelFile labels = parse(syntax, rows, options);
      std::string answer = said(labels.find(flow));
      EXPECT_EQ(labels.report().flows_contradictory, 1U) << syntax.name;
      const LabelContradiction& found = labels.report().contradictions.at(0);
      EXPECT_EQ(found.second_line, found.first_line + 1) << syntax.name;
      EXPECT_EQ(found.first_name, syntax.normal_name) << syntax.name;
      EXPECT_EQ(found.second_name, syntax.attack_name) << syntax.name;
      return answer;
    };
    const std::string attack = "1 " + syntax.attack_name, normal = "0 " + syntax.normal_name;
    EXPECT_EQ(decided(LabelConflict::kAnyAttack), attack) << syntax.name;
    EXPECT_EQ(decided(LabelConflict::kFirst), normal) << syntax.name;
    EXPECT_EQ(decided(LabelConflict::kLast), attack) << syntax.name;
    EXPECT_EQ(decided({}), syntax.format == LabelFormat::kCsv ? normal : attack) << syntax.name;
    LabelOptions strict;
    strict.conflict = LabelConflict::kError;
    LabelFile labels = parse(syntax, rows, strict);
    EXPECT_THROW(labels.find(flow), DataError) << syntax.name;
  }
}

TEST(LabelFormats, BadRowsNameTheirLineOrAreSkipped) {
  for (const Syntax& syntax : label_syntaxes()) {
    const auto lines = [](const std::string& text) {
      return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    };
    const std::string text = syntax.header + syntax.attack + syntax.bad + syntax.normal;
    const std::string start = "l: line " + std::to_string(lines(syntax.header) + 2) + ": address ";
    EXPECT_EQ(label_refusal(text).rfind(start, 0), 0U) << syntax.name << label_refusal(text);
    LabelOptions options;
    options.skip_bad_rows = true;
    const LabelFile labels = LabelFile::parse(text, "l", options);
    EXPECT_EQ(labels.report().rows, 2U) << syntax.name;
    EXPECT_EQ(labels.report().rows_skipped, 1U) << syntax.name;
  }
}

TEST(LabelFormats, ByteOrderMarksLineEndsAndBlankLinesDoNotMatter) {
  for (const Syntax& syntax : label_syntaxes()) {
    std::string text = "\xef\xbb\xbf";
    for (const char c : syntax.header + syntax.attack + "\n" + syntax.normal) {
      text += c == '\n' ? "\r\n" : std::string(1, c);
    }
    text.resize(text.size() - 2);  // no end of the last line
    LabelFile labels = LabelFile::parse(text, "l", {});
    EXPECT_EQ(labels.report().rows, 2U) << syntax.name;
    EXPECT_NE(said(labels.find(the_flow(kBegin, kBegin))), "none") << syntax.name;
  }
}

TEST(LabelFormats, EveryPrefixOfAFileIsReadOrRefused) {
  for (const Syntax& syntax : label_syntaxes()) {
    const std::string text = syntax.header + syntax.attack + syntax.normal;
    for (std::size_t length = 0; length < text.size(); ++length) {
      for (const LabelFormat format : {LabelFormat::kAuto, syntax.format}) {
        LabelOptions options;
        options.format = format;
        const std::string refusal = label_refusal(text.substr(0, length), options);
        EXPECT_TRUE(refusal == "accepted" || refusal.rfind("l: ", 0) == 0) << refusal;
        EXPECT_EQ(refusal.find('\n'), std::string::npos) << refusal;
      }
    }
  }
}

TEST(LabelFormats, TheirNamesReadThemAsAutoDoes) {
  for (const Syntax& syntax : label_syntaxes()) {
    LabelOptions options;
    options.format = syntax.format;
    LabelFile labels = parse(syntax, syntax.attack, options);
    EXPECT_EQ(said(labels.find(the_flow(kBegin, kBegin))), "1 " + syntax.attack_name)
        << syntax.name;
    for (const Syntax& other : label_syntaxes()) {
      if (other.format != syntax.format) {
        options.format = other.format;
        EXPECT_NE(label_refusal(syntax.header + syntax.attack, options), "accepted")
            << syntax.name << " as " << other.name;
      }
    }
  }
}

TEST(LabelFormats, AmbiguousFilesSayBothFormats) {
  const std::string refusal = label_refusal("SrcAddr,DstAddr,srcip,dstip,label\n");
  EXPECT_EQ(refusal,
            "l: labels of several formats begin like this (unsw-nb15 has the columns 'srcip' and "
            "'dstip', or 49 cells without a header; ctu13 has the columns 'SrcAddr' and "
            "'DstAddr'): the file begins with 'SrcAddr,DstAddr,srcip,dstip,label'; --label-format "
            "says which it is");
}

TEST(LabelFormats, WhatIsNotRecognisedIsShownOnOneLine) {
  for (const char* text : {"\x1b[31m\xff\x01", "{\"a\":1}\n", "[{\"event_type\":\"alert\"}]\n",
                           "ts\tuid\n", "Src IP;Dst IP;Label\n"}) {
    const std::string refusal = label_refusal(text);
    EXPECT_EQ(refusal.rfind("l: not labels of a format that netml recognises: the file begins ", 0),
              0U)
        << refusal;
    EXPECT_TRUE(std::none_of(refusal.begin(), refusal.end(),
                             [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
  }
}

}  // namespace
}  // namespace netml::test
