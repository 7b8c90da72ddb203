#include "node/web/graphs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace dunlin::web {

namespace {

// The drawing's own units; it takes the width that it is given.
constexpr double width = 480, height = 176, left = 46, right = 474, top = 8, bottom = 148;
constexpr int lines_max = 4;
constexpr std::int64_t hour_ms = 3'600'000, day_ms = 24 * hour_ms;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  std::string out = text;
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out;
}

class Drawing {
 public:
  Drawing(Html& html, const GraphView& view, const TimeAxis& axis) : html_(html), view_(view), axis_(axis) {
    double most = 0;
    for (std::size_t i = 0; i < axis.steps; ++i) most = std::max(most, height_at(i));
    step_ = grid_step(most);
    if (view.unit == Unit::count) step_ = std::max(step_, 1.0);  // there is no half of a post
    top_value_ = std::max(1.0, std::ceil(most / step_)) * step_;
  }

  void draw() {
    html_ << "<svg class=\"plot\" viewBox=\"0 0 480 176\" role=\"img\" aria-label=\"" << Text{view_.title}
          << ": " << Text{view_.figure} << "\">\n";
    grid();
    hours_or_days();
    view_.is_bars ? bars() : lines();
    html_ << "</svg>\n";
  }

 private:
  double value(std::size_t series, std::size_t i) const {
    const auto& values = view_.series[series].values;
    return i < values.size() ? values[i].value_or(0) : 0;
  }
  /// What has to fit at this step.
  double height_at(std::size_t i) const {
    double sum = 0;
    double most = 0;
    for (std::size_t s = 0; s < view_.series.size(); ++s) {
      sum += value(s, i);
      most = std::max(most, value(s, i));
    }
    return view_.is_bars ? sum : most;
  }
  double y(double value_) const { return bottom - value_ / top_value_ * (bottom - top); }
  double x(double step) const { return left + step / static_cast<double>(axis_.steps) * (right - left); }

  void text(double at_x, double at_y, Markup anchor, std::string_view words) {
    html_ << "<text x=\"" << Text{number(at_x)} << "\" y=\"" << Text{number(at_y)} << "\" text-anchor=\""
          << anchor << "\">" << Text{words} << "</text>\n";
  }

  void grid() {
    for (double v = 0; v <= top_value_ * 1.001; v += step_) {
      html_ << "<path class=\"" << (v == 0 ? Markup("base") : Markup("grid")) << "\" d=\"M46 "
            << Text{number(y(v))} << "H474\"/>\n";
      text(left - 6, y(v) + 4, "end", value_text(v, view_.unit));
    }
  }

  void hours_or_days() {
    const auto every = axis_.shows_days ? 5 * day_ms : 4 * hour_ms;
    const auto begin = axis_.begins_at.ms;
    const auto length = static_cast<std::int64_t>(axis_.steps) * axis_.step_seconds * 1'000;
    for (auto at = (begin + every - 1) / every * every; at <= begin + length; at += every) {
      const double step = static_cast<double>(at - begin) / static_cast<double>(axis_.step_seconds * 1'000);
      const double at_x = x(axis_.shows_days ? step + 0.5 : step);
      if (at_x < left + 12 || at_x > right - 10) continue;  // it would run into the other labels
      const auto words = minute_text({at});                 // "21 Nov 2026, 06:59 UTC"
      text(at_x, bottom + 18, "middle",
           axis_.shows_days ? words.substr(0, words.find(' ', words.find(' ') + 1))
                            : words.substr(words.find(", ") + 2, 5));
    }
  }

  std::string when(std::size_t i) const {
    const Timestamp at{axis_.begins_at.ms + static_cast<std::int64_t>(i) * axis_.step_seconds * 1'000};
    return axis_.shows_days ? day_text(at) : minute_text(at);
  }

  void bars() {
    const double whole = x(1) - x(0);
    const double gap = std::min(1.5, whole / 4);
    for (std::size_t i = 0; i < axis_.steps; ++i) {
      if (height_at(i) <= 0) continue;
      html_ << "<g><title>" << Text{when(i)};
      double from = 0;
      for (std::size_t s = 0; s < view_.series.size(); ++s) {
        html_ << (s == 0 ? Text{": "} : Text{", "}) << Text{value_text(value(s, i), view_.unit)};
        if (view_.series.size() > 1) html_ << " " << Text{view_.series[s].name};
      }
      html_ << "</title>";
      for (std::size_t s = 0; s < view_.series.size(); ++s) {
        const double v = value(s, i);
        if (v <= 0) continue;
        html_ << "<rect class=\"" << series_class(s) << "\" x=\""
              << Text{number(x(static_cast<double>(i)) + gap / 2)} << "\" y=\"" << Text{number(y(from + v))}
              << "\" width=\"" << Text{number(whole - gap)} << "\" height=\""
              << Text{number(std::max(y(from) - y(from + v), 0.8))} << "\"/>";
        from += v;
      }
      html_ << "</g>\n";
    }
  }

  void lines() {
    for (std::size_t s = 0; s < view_.series.size(); ++s) {
      const auto& values = view_.series[s].values;
      std::string line;
      std::string area;
      std::optional<double> begun;  // of what is known without a gap
      double last = 0;
      const auto close = [&] {
        if (begun) area += "V" + number(bottom) + "H" + number(*begun) + "Z";
        begun.reset();
      };
      for (std::size_t i = 0; i < std::min(values.size(), axis_.steps); ++i) {
        if (!values[i]) {
          close();
          continue;
        }
        last = x(static_cast<double>(i) + 0.5);
        const auto point = number(last) + " " + number(y(*values[i]));
        line += (begun ? "L" : "M") + point;
        area += (begun ? "L" : "M") + point;
        // One value alone is a short line, so that it is seen.
        if (!begun && (i + 1 >= values.size() || !values[i + 1])) line += "h2", area += "h2";
        if (!begun) begun = last;
      }
      close();
      if (line.empty()) continue;
      html_ << "<path class=\"area " << series_class(s) << "\" d=\"" << Text{area} << "\"/>\n"
            << "<path class=\"line " << series_class(s) << "\" d=\"" << Text{line} << "\"/>\n";
    }
  }

  static Markup series_class(std::size_t s) { return s == 0 ? Markup("series-1") : Markup("series-2"); }

  Html& html_;
  const GraphView& view_;
  const TimeAxis& axis_;
  double step_ = 1;
  double top_value_ = 1;
};

}  // namespace

double grid_step(double most) {
  if (!(most > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(most)) - 1);
  for (const double factor : {1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0}) {
    if (std::ceil(most / (factor * power)) <= lines_max) return factor * power;
  }
  return most;
}

std::string value_text(double value, Unit unit) {
  static constexpr std::array<const char*, 6> letters = {"", "k", "M", "G", "T", "P"};
  std::size_t power = 0;
  const double shorten_from = unit == Unit::bytes ? 999.5 : 9'999.5;
  double shown = value;
  if (unit != Unit::percent && value >= shorten_from) {
    while (shown >= 999.5 && power + 1 < letters.size()) shown /= 1'000, ++power;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", shown);
  std::string out = power == 0 && unit == Unit::count && std::floor(value) == value
                        ? count_text(static_cast<std::int64_t>(value))
                        : text;
  if (unit == Unit::percent) return out + " %";
  if (power > 0 || unit == Unit::bytes) out += " ";
  out += letters[power];
  return unit == Unit::bytes ? out + "B" : out;
}

void graph(Html& html, const GraphView& view, const TimeAxis& axis) {
  html << "<figure class=\"card graph\">\n<figcaption><h2>" << Text{view.title} << "</h2><p class=\"figure\">"
       << Text{view.figure} << "</p></figcaption>\n";
  Drawing(html, view, axis).draw();
  if (view.series.size() > 1) {
    html << "<p class=\"legend\"><span><span class=\"key series-1\"></span>" << Text{view.series[0].name}
         << "</span> <span><span class=\"key series-2\"></span>" << Text{view.series[1].name}
         << "</span></p>\n";
  }
  html << "<p class=\"hint\">" << Text{view.hint} << "</p>\n</figure>\n";
}

}  // namespace dunlin::web
