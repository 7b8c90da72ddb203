#pragma once
// Graphs over time as inline SVG: no script, colours from the stylesheet, each value also as words.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/web/html.h"

namespace dunlin::web {

enum class Unit : std::uint8_t { count, bytes, percent };

struct SeriesView {
  std::string name{};                           // shown where a graph has two
  std::vector<std::optional<double>> values{};  // one for each step; nothing: not known
};

struct GraphView {
  std::string title{};
  std::string figure{};  // the most telling number of it, in words
  std::string hint{};    // what exactly is counted
  Unit unit{};
  bool is_bars{};                    // stacked; else lines
  std::vector<SeriesView> series{};  // one or two
};

/// What all graphs of a page share.
struct TimeAxis {
  Timestamp begins_at{};
  std::int64_t step_seconds{};  // of one value
  std::size_t steps{};
  bool shows_days{};  // the labels: days, else hours
};

/// A figure with its title, the drawing, and a legend where there are two series.
void graph(Html& html, const GraphView& view, const TimeAxis& axis);

/// "1.2 k", "640 MB", "12 %".
std::string value_text(double value, Unit unit);
/// The distance of the lines across: 1, 2 or 5 times a power of ten, so that at most four are needed.
double grid_step(double most);

}  // namespace dunlin::web
