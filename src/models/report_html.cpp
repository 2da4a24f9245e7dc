#include <algorithm>

#include "netml/core/text_format.hpp"
#include "netml/models/report.hpp"

#include "report_plots.hpp"

namespace netml {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6b7b;--page:#f6f7f9;--card:#fff;--line:#dde3ea;
--normal:#2f7ebc;--abnormal:#d1495b;--none:#7a8895;--band:#2f7ebc33;--warn:#fff4d6;--warnink:#6b4e00}
@media(prefers-color-scheme:dark){:root{--ink:#e4e9ef;--soft:#9aa8b6;--page:#12171d;--card:#1a2129;
--line:#2e3945;--normal:#69b1e8;--abnormal:#ff7b8b;--none:#8b99a7;--band:#69b1e833;--warn:#3b3115;
--warnink:#f3dc9b}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif}
main{max-width:1080px;margin:0 auto;padding:28px 18px 48px}
h1{font-size:1.55rem;line-height:1.25;margin:0 0 6px;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:0 0 12px}
p{margin:0 0 12px}.lead,.note{color:var(--soft)}.note{font-size:.86rem;margin:10px 0 0}
section,.fact{background:var(--card);border:1px solid var(--line);border-radius:10px}
section{padding:18px;margin-top:18px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));gap:12px;margin-top:18px}
.fact{padding:12px 14px}.fact b{display:block;font-size:1.5rem;line-height:1.2}
.fact span{color:var(--soft);font-size:.84rem;display:block}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(290px,1fr));gap:18px}
.pair section{margin-top:18px}.pair+section{margin-top:18px}
.warn{background:var(--warn);color:var(--warnink);border-radius:10px;padding:12px 16px;margin-top:18px}
.warn ul{margin:0;padding-left:1.1em}
svg{width:100%;max-width:560px;height:auto;display:block;margin:auto}
svg text{fill:var(--soft);font-size:11px}svg .axis{fill:var(--ink)}
.grid{stroke:var(--line)}.chance{stroke:var(--soft);stroke-dasharray:4 4}
.curve{fill:none;stroke:var(--normal);stroke-width:2.2}.band{fill:var(--band)}
.threshold{stroke:var(--ink);stroke-dasharray:5 3;stroke-width:1.4}
.bar.normal{fill:var(--normal)}.bar.abnormal{fill:var(--abnormal)}.bar.none{fill:var(--none)}
.key{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin:0 .3em 0 .9em}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:7px 10px 7px 0;border-bottom:1px solid var(--line);
overflow-wrap:anywhere}
th{font-weight:600;color:var(--soft);font-size:.84rem}td.n,th.n{text-align:right;
font-variant-numeric:tabular-nums}
.mono{font-family:ui-monospace,"SF Mono",Consolas,monospace;font-size:.86rem}
.tag{border-radius:99px;padding:0 .6em;font-size:.8rem;border:1px solid currentColor}
.anomaly{color:var(--abnormal)}.normalt{color:var(--normal)}
ul.why{margin:4px 0 0;padding-left:1.1em;font-size:.88rem}
dl{display:grid;grid-template-columns:minmax(120px,max-content) 1fr;gap:4px 18px;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.meter{background:var(--line);border-radius:3px;height:8px;min-width:60px}
.meter i{display:block;height:8px;border-radius:3px;background:var(--normal)}
.meter i.far{background:var(--abnormal)}
footer{color:var(--soft);font-size:.84rem;margin-top:22px}
@media(max-width:640px){main{padding:18px 12px 32px}section{padding:14px}
table.stack thead{display:none}table.stack td{display:block;border:0;padding:2px 0}
table.stack td.n{text-align:left}table.stack tr{display:block;padding:10px 0;
border-bottom:1px solid var(--line)}table.stack td[data-name]::before{content:attr(data-name) " ";
color:var(--soft);font-size:.84rem}dl{grid-template-columns:1fr}dd{margin-bottom:6px}}
@media print{body{background:#fff}section,.fact{break-inside:avoid}}
)css";

std::string fact(const std::string& value, const std::string& name) {
  return "<div class=\"fact\"><b>" + html_text(value) + "</b><span>" + html_text(name) +
         "</span></div>";
}

std::string interval(const Estimate& estimate) {
  return " (" + plain_number(estimate.low) + " to " + plain_number(estimate.high) + ")";
}

std::string section(const std::string& title, const std::string& content) {
  return "<section><h2>" + html_text(title) + "</h2>" + content + "</section>\n";
}

std::string note(const std::string& text) {
  return "<p class=\"note\">" + html_text(text) + "</p>";
}

std::string cell(const std::string& name, const std::string& content, bool is_number = false) {
  return "<td" + std::string(is_number ? " class=\"n\"" : "") + " data-name=\"" + html_text(name) +
         "\">" + content + "</td>";
}

double rate(std::size_t part, std::size_t rest) {
  return part + rest == 0 ? 0 : static_cast<double>(part) / static_cast<double>(part + rest);
}

// Else the verdicts come from elsewhere (--fdr).
bool has_rule_of_model(const Report& report) {
  return report.threshold || report.alpha;
}

std::string facts(const Report& report) {
  std::string out;
  if (report.evaluation) {
    const Evaluation& one = *report.evaluation;
    out += fact(plain_number(one.auc.value), "area under the ROC curve" + interval(one.auc));
    out +=
        fact(percent(one.tpr_at_fpr_001.value),
             "of the abnormal flows found at 1 % false alarms (" + percent(one.tpr_at_fpr_001.low) +
                 " to " + percent(one.tpr_at_fpr_001.high) + ")");
    out += fact(plain_number(one.average_precision.value),
                "average precision" + interval(one.average_precision));
  }
  if (report.confusion) {
    const Confusion& counts = *report.confusion;
    out += fact(percent(rate(counts.false_positives, counts.true_negatives)),
                std::string("false alarms among the normal flows") +
                    (has_rule_of_model(report) ? " at the threshold" : ""));
  }
  if (report.alpha) {
    out += fact(percent(*report.alpha), "false-alarm rate asked for" +
                                            (report.rate_bound ? "; with 95 % confidence below " +
                                                                     percent(*report.rate_bound)
                                                               : std::string()));
  }
  return out.empty() ? out : "<div class=\"facts\">" + out + "</div>\n";
}

std::string warnings(const Report& report) {
  if (report.warnings.empty()) {
    return "";
  }
  std::string out = "<div class=\"warn\" role=\"note\"><ul>";
  for (const std::string& warning : report.warnings) {
    out += "<li>" + html_text(warning) + "</li>";
  }
  return out + "</ul></div>\n";
}

std::string curves(const Evaluation& evaluation) {
  const std::string rows = std::to_string(evaluation.normal) + " normal and " +
                           std::to_string(evaluation.abnormal) + " abnormal flows";
  return "<div class=\"pair\">" +
         section("ROC curve",
                 curve_svg(evaluation.roc, {"ROC curve, area " + plain_number(evaluation.auc.value),
                                            "false alarms", "found", true}) +
                     note("Over " + rows + ". The band is the 95 % bootstrap interval.")) +
         section("Precision and recall",
                 curve_svg(evaluation.precision_recall,
                           {"Precision-recall curve, average precision " +
                                plain_number(evaluation.average_precision.value),
                            "recall (abnormal flows found)", "precision", false}) +
                     note("Of what is flagged, the share that is abnormal; it depends on how "
                          "many abnormal flows there are.")) +
         "</div>\n";
}

std::string legend(const ScoreHistogram& histogram) {
  const auto any = [](const std::vector<std::uint64_t>& counts) {
    return std::any_of(counts.begin(), counts.end(), [](std::uint64_t n) { return n != 0; });
  };
  std::string out = "<p class=\"note\">";
  const std::pair<const std::vector<std::uint64_t>&, std::pair<const char*, const char*>> kinds[] =
      {{histogram.normal, {"normal", "normal"}},
       {histogram.abnormal, {"abnormal", "abnormal"}},
       {histogram.unlabelled, {"none", "without a label"}}};
  for (const auto& [counts, names] : kinds) {
    if (any(counts)) {
      out += "<span class=\"key\" style=\"background:var(--" + std::string(names.first) +
             ")\"></span>" + names.second;
    }
  }
  return out + "</p>";
}

std::string confusion_table(const std::string& title, const Confusion& counts) {
  const auto row = [](const char* name, std::size_t flagged, std::size_t passed) {
    return "<tr><th scope=\"row\">" + std::string(name) + "</th><td class=\"n\">" +
           std::to_string(flagged) + "</td><td class=\"n\">" + std::to_string(passed) +
           "</td><td class=\"n\">" + percent(rate(flagged, passed)) + "</td></tr>";
  };
  return section(title,
                 "<table><thead><tr><th></th><th class=\"n\">alerts</th><th class=\"n\">no "
                 "alert</th><th class=\"n\">share</th></tr></thead><tbody>" +
                     row("abnormal flows", counts.true_positives, counts.false_negatives) +
                     row("normal flows", counts.false_positives, counts.true_negatives) +
                     "</tbody></table>");
}

// The histogram, beside the table of counts where there is one.
std::string scores(const Report& report) {
  std::string out;
  if (!report.histogram.edges.empty()) {
    out += section("Scores",
                   histogram_svg(report.histogram, report.threshold) + legend(report.histogram));
  }
  if (report.confusion) {
    out += confusion_table(has_rule_of_model(report) ? "At the threshold" : "By verdict",
                           *report.confusion);
  }
  return out.empty() ? out : "<div class=\"pair\">" + out + "</div>\n";
}

std::string fold_table(const FoldRates& folds) {
  std::string cells;
  for (const double one : folds.rates) {
    cells += (cells.empty() ? "" : " · ") + percent(one);
  }
  return section(
      "Alerts on training flows that were held out, fold by fold",
      "<p>" + cells + "</p>" +
          note("Each fold is scored by a model fitted on the others, with a threshold "
               "for " +
               percent(folds.alpha) + ". Rates far from it mean that the flows change over time."));
}

std::string verdict_tag(const NovelRow& row) {
  const char* kind = row.verdict == "anomaly" ? "anomaly" : "normalt";
  std::string out =
      "<span class=\"tag " + std::string(kind) + "\">" + html_text(row.verdict) + "</span>";
  return row.label.empty() ? out
                           : out + " <span class=\"note\">" + html_text(row.label) + "</span>";
}

std::string novel_table(const std::vector<NovelRow>& rows) {
  std::string body;
  for (const NovelRow& row : rows) {
    std::string why;
    for (const std::string& reason : row.reasons) {
      why += "<li>" + html_text(reason) + "</li>";
    }
    std::string who = "<span class=\"mono\">" + html_text(row.who) + "</span>";
    who += row.when.empty() ? "" : "<br><span class=\"note\">" + html_text(row.when) + "</span>";
    who += why.empty() ? "" : "<ul class=\"why\">" + why + "</ul>";
    who += row.like.empty() ? ""
                            : "<span class=\"note\">nearest normal flow: <span class=\"mono\">" +
                                  html_text(row.like) + "</span></span>";
    body += "<tr><td>" + who + "</td>" + cell("score", plain_number(row.score), true) +
            cell("p", row.p_value ? plain_number(*row.p_value) : "–", true) + "<td>" +
            verdict_tag(row) + "</td></tr>";
  }
  return section(
      "The most novel flows",
      "<table class=\"stack\"><thead><tr><th>flow and what makes it novel</th><th "
      "class=\"n\">score</th><th class=\"n\">p</th><th>verdict</th></tr></thead><tbody>" +
          body + "</tbody></table>");
}

std::string drift_table(const DriftReport& drift) {
  constexpr std::size_t kMostShown = 15;
  std::vector<MovedColumn> columns = drift.columns;
  std::stable_sort(columns.begin(), columns.end(), [](const auto& a, const auto& b) {
    return a.stability_index > b.stability_index;
  });
  columns.resize(std::min(columns.size(), kMostShown));
  std::string body;
  for (const MovedColumn& column : columns) {
    const bool is_far = column.stability_index > DriftCheck::kMovedIndex;
    const int width = static_cast<int>(std::min(100.0, column.stability_index * 100));
    body += "<tr><td class=\"mono\">" + html_text(column.name) + "</td>" +
            cell("index", plain_number(column.stability_index), true) +
            cell("KS", plain_number(column.ks_distance), true) + "<td><div class=\"meter\"><i" +
            (is_far ? " class=\"far\"" : "") + " style=\"width:" + std::to_string(width) +
            "%\"></i></div></td></tr>";
  }
  const std::string verdict =
      !drift.is_conclusive
          ? "Whether the traffic has drifted cannot be told: " + html_text(drift.doubt) + "."
      : drift.has_drifted ? "The traffic no longer looks like the flows that the model learnt from."
                          : "The traffic still looks like the flows that the model learnt from.";
  const std::string shares = shares_line(drift);
  return section(
      "Drift", "<p>" + verdict + " " + html_text(drift_line(drift)) + ".</p>" +
                   (shares.empty() ? "" : "<p>" + html_text("Of this input " + shares) + ".</p>") +
                   "<table><thead><tr><th>column</th><th class=\"n\">stability index</th>"
                   "<th class=\"n\">KS distance</th><th></th></tr></thead><tbody>" +
                   body + "</tbody></table>" +
                   note("An index above 0.25 counts as moved; the columns that moved most are "
                        "shown. By chance: where the share of so many flows lies 99 times in "
                        "100, were the calibration flows all there are; they are a sample, so that "
                        "with few of them it lies outside more often."));
}

std::string card_list(const Report& report) {
  std::string list;
  for (const auto& [name, value] : report.card) {
    list += "<dt>" + html_text(name) + "</dt><dd>" + html_text(value) + "</dd>";
  }
  return section("The model", "<dl>" + list + "</dl>");
}

}  // namespace

std::string report_html(const Report& report) {
  std::string body = "<h1>" + html_text(report.title) + "</h1>\n<p class=\"lead\">" +
                     html_text(report.summary) + "</p>\n";
  body += warnings(report) + facts(report);
  if (report.evaluation) {
    body += curves(*report.evaluation);
  }
  body += scores(report);
  body += report.folds ? fold_table(*report.folds) : "";
  body += report.novel.empty() ? "" : novel_table(report.novel);
  body += report.drift ? drift_table(*report.drift) : "";
  body += card_list(report);
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
         html_text(report.title) + "</title>\n<style>" + std::string(kStyle) +
         "</style></head>\n<body><main>\n" + body +
         "<footer>netml. The numbers of this page stand as JSON beside it.</footer>\n"
         "</main></body></html>\n";
}

}  // namespace netml
