// Suricata's EVE log, one JSON event per line. An alert is a row of value 1 from the begin of its
// flow (where the event has it) to the packet that raised it; a flow event is a row over the whole
// flow: 1 where it was alerted, else 0. Other events say nothing of labels.

#include <algorithm>
#include <optional>
#include <utility>

#include "label_cells.hpp"
#include "label_formats.hpp"
#include "label_json.hpp"
#include "label_lines.hpp"

namespace netml {
namespace {

constexpr std::string_view kTimeForm = "one like 2017-07-03T08:09:00.123456+0000";

class EventReader {
 public:
  explicit EventReader(LabelRowBuilder& rows)
      : rows_(rows),
        fields_({"timestamp", "event_type", "src_ip", "src_port", "dest_ip", "dest_port", "proto",
                 "alert.signature", "flow.start", "flow.end", "flow.alerted"}) {}

  std::string read(std::string_view line, LabelDraft& draft) {
    if (std::string problem = fields_.read(line); !problem.empty()) {
      return problem;
    }
    const auto type = fields_.get("event_type");
    if (!type) {
      return "the event has no event_type";
    }
    if (*type != "alert" && *type != "flow") {
      draft.is_left_out = true;
      return "";
    }
    const bool is_alert = *type == "alert";
    (is_alert ? has_alerts_ : has_flows_) = true;
    std::string problem = read_logged_key(
        {text("proto"), text("src_ip"), text("src_port"), text("dest_ip"), text("dest_port")},
        draft);
    if (problem.empty()) {
      problem = is_alert ? read_alert_times(draft.row) : read_flow_times(draft.row);
    }
    const bool is_attack = is_alert || text("flow.alerted") == "true";
    draft.value = is_attack ? 1 : 0;
    draft.name = is_alert ? text("alert.signature") : is_attack ? "alert" : "no alert";
    if (draft.name.empty()) {
      draft.name = "alert";
    }
    return problem;
  }

  void finish() {
    if (has_alerts_ && !has_flows_) {
      rows_.warn(
          "alerts, but no flow events: flows without an alert get no label; the types of "
          "Suricata's eve-log should have 'flow'");
    }
  }

 private:
  std::string_view text(std::string_view name) const { return fields_.get(name).value_or(""); }

  // Nothing where the event has no such field.
  std::string read_time(std::string_view name, std::optional<LabelTime>& time) const {
    const auto written = fields_.get(name);
    if (!written) {
      return "";
    }
    time = parse_label_time(*written);
    return time ? "" : bad_cell(name, *written, kTimeForm);
  }

  std::string read_alert_times(LabelRow& row) {
    std::optional<LabelTime> begin, end;
    std::string problem = read_time("timestamp", end);
    if (problem.empty()) {
      problem = read_time("flow.start", begin);
    }
    return problem.empty() ? place(begin, end, row) : problem;
  }

  // The time of a flow event is when it was written, which may be never in a capture's time.
  std::string read_flow_times(LabelRow& row) {
    std::optional<LabelTime> begin, end;
    std::string problem = read_time("flow.start", begin);
    if (problem.empty()) {
      problem = read_time("flow.end", end);
    }
    if (problem.empty() && !begin && !end) {
      problem = read_time("timestamp", end);
    }
    return problem.empty() ? place(begin, end, row) : problem;
  }

  // One of the two may be missing: then the row is a moment.
  std::string place(std::optional<LabelTime> begin, std::optional<LabelTime> end, LabelRow& row) {
    begin = begin ? begin : end;
    end = end ? end : begin;
    if (!begin) {
      return "the event has no time";
    }
    if (!rows_.set_times(row, begin, end)) {
      return "the time of the event is not before 2262";
    }
    row.end_ns = std::max(row.begin_ns, row.end_ns);
    return "";
  }

  LabelRowBuilder& rows_;
  JsonFields fields_;
  bool has_alerts_ = false, has_flows_ = false;
};

}  // namespace

bool recognises_suricata(const LabelHead& head) {
  return head.has_member("event_type");
}

LabelRows read_suricata(TextSource source, LabelRowBuilder& rows, const LabelOptions&) {
  LineScanner lines(std::move(source));
  EventReader events(rows);
  while (lines.next()) {
    if (lines.line().empty()) {
      continue;
    }
    LabelDraft draft;
    std::string problem = lines.problem();
    if (problem.empty()) {
      problem = events.read(lines.line(), draft);
    }
    rows.add(std::move(draft), lines.number(), std::move(problem));
  }
  events.finish();
  return rows.finish();
}

}  // namespace netml
