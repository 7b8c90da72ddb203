#include "node/cli/capacity_report.h"

#include <algorithm>

#include "protocol/base/json_writer.h"

namespace dunlin::cli {

namespace {

struct Named {
  std::string_view key, name, unit;
  const Cost* cost;
};

std::vector<Named> named(const Costs& c) {
  return {{"page", "a page of a feed", " us", &c.page_us},
          {"post", "a post", " us", &c.post_us},
          {"push", "a post into one feed", " ns", &c.push_ns},
          {"delivery", "a signature for one server", " us", &c.delivery_us},
          {"https", "an HTTPS request besides", " us", &c.https_us},
          {"commits", "commits of one writer, one post each", "/s", &c.commits_per_s},
          {"post_bytes", "a post on disk", "B", &c.post_bytes},
          {"page_bytes", "a page on the wire, not compressed", "B", &c.page_bytes},
          {"notice_bytes", "a notice to a server", "B", &c.notice_bytes},
          {"ring_bytes", "a feed in memory", "B", &c.ring_bytes},
          {"edge_bytes", "a follow in memory, each way", "B", &c.edge_bytes},
          {"edge_disk_bytes", "a follow on disk", "B", &c.edge_disk_bytes},
          {"card_bytes", "a post in memory", "B", &c.card_bytes},
          {"base_bytes", "a node that does nothing, in memory", "B", &c.base_bytes}};
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}
std::string right(std::string text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

/// "1.16 M/s", "30 TB", "12 cores".
std::string with_unit(double value, const std::string& unit) {
  auto text = short_number(value);
  const bool has_letter = text.find(' ') != std::string::npos;
  if (unit.starts_with('B')) return text + (has_letter ? "" : " ") + unit;
  if (unit == "machines" || unit == "cores" || unit.empty()) return text;
  return text + unit;
}

}  // namespace

std::string capacity_as_text(const Load& load, const Costs& costs, const Machine& machine) {
  const auto figures = capacity(load, costs, machine);
  std::string out = short_number(load.users) + " users on a day; at the peak " + short_number(load.peak) +
                    " times the mean; with " + short_number(load.growth) + " times the users later\n" +
                    "on machines of " + short_number(machine.cores) + " cores and " +
                    short_number(machine.memory_bytes) + "B, of which " + short_number(machine.busy * 100) +
                    " % are used\n\nwhat one of each costs\n";
  for (const auto& cost : named(costs)) {
    out += "  " + padded(std::string(cost.name), 40) +
           right(with_unit(cost.cost->value, std::string(cost.unit)), 12) + "  " +
           std::string(to_string(cost.cost->source)) + "\n";
  }
  std::size_t name_width = 0;
  std::size_t formula_width = 0;
  for (const auto& f : figures) {
    name_width = std::max(name_width, f.name.size());
    formula_width = std::max(formula_width, f.formula.size());
  }
  constexpr std::size_t width = 12;
  out += "\n" + padded("", name_width + formula_width + 4) + right("mean", width) + right("peak", width) +
         right("grown", width) + "\n";
  for (const auto& f : figures) {
    const bool is_whole = !f.name.starts_with(' ');
    const auto name = f.unit == "cores" && is_whole ? f.name + ", cores" : f.name;
    out += padded(name, name_width) + "  " + padded(f.formula, formula_width) + "  " +
           right(with_unit(f.base, f.unit), width) + right(with_unit(f.peak, f.unit), width) +
           right(with_unit(f.growth, f.unit), width) + "\n";
  }
  out +=
      "\nWhere more than one machine comes out, people are spread over as many nodes that federate: a node "
      "is one\n"
      "program on one machine. Then posts also go between these nodes (--servers-told). What pictures cost "
      "to be\n"
      "looked at is not in the sum. Memory is what makes every read quick: with less of it more feeds are "
      "put\n"
      "together when they are read (--ring-share).\n";
  return out;
}

std::string capacity_as_json(const Load& load, const Costs& costs, const Machine& machine) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("load").begin_object();
  json.field("users", load.users).field("posts_per_user", load.posts_per_user);
  json.field("reads_per_user", load.reads_per_user).field("followers", load.followers);
  json.field("servers_told", load.servers_told).field("ring_share", load.ring_share);
  json.field("pictures_per_post", load.pictures_per_post).field("picture_bytes", load.picture_bytes);
  json.field("videos_per_post", load.videos_per_post).field("video_bytes", load.video_bytes);
  json.field("seconds_per_day", load.seconds_per_day).field("peak", load.peak).field("growth", load.growth);
  json.end_object().key("machine").begin_object().field("cores", machine.cores);
  json.field("memory_bytes", machine.memory_bytes).field("busy", machine.busy).end_object();
  json.key("costs").begin_object();
  for (const auto& cost : named(costs)) {
    json.key(cost.key).begin_object().field("value", cost.cost->value);
    json.field("unit", cost.unit.substr(cost.unit.starts_with(' ') ? 1 : 0));
    json.field("source", to_string(cost.cost->source)).end_object();
  }
  json.end_object().key("figures").begin_array();
  for (const auto& f : capacity(load, costs, machine)) {
    const auto name = f.name.substr(f.name.find_first_not_of(' '));
    json.begin_object()
        .field("key", f.key)
        .field("name", name)
        .field("formula", f.formula)
        .field("unit", f.unit);
    json.field("mean", f.base).field("peak", f.peak).field("grown", f.growth).end_object();
  }
  json.end_array().end_object();
  return out;
}

}  // namespace dunlin::cli
