#include "node/cli/capacity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "protocol/base/ensure.h"

namespace dunlin::cli {

namespace {

constexpr double days_per_year = 365;

std::string n(double value) { return short_number(value); }

/// What one case multiplies the base with.
struct Case {
  double users, rate;
};

class Sum {
 public:
  Sum(const Load& load, const Costs& costs, const Machine& machine)
      : load_(load), costs_(costs), machine_(machine) {}

  std::vector<Figure> take() {
    rates();
    processors();
    memory();
    disk();
    network();
    machines();
    return std::move(figures_);
  }

 private:
  /// `of` gives the value of one case.
  template <class Of>
  void add(const char* key, const char* name, std::string formula, const char* unit, Of of) {
    const Case base{1, 1}, peak{1, load_.peak}, growth{load_.growth, load_.peak * load_.growth};
    figures_.push_back({key, name, std::move(formula), unit, of(base), of(peak), of(growth)});
  }
  /// What grows with the rate alone.
  void add_rate(const char* key, const char* name, std::string formula, const char* unit, double base) {
    add(key, name, std::move(formula), unit, [=](Case c) { return base * c.rate; });
  }
  /// What grows with the users, at no hour more than at another.
  void add_stock(const char* key, const char* name, std::string formula, const char* unit, double base) {
    add(key, name, std::move(formula), unit, [=](Case c) { return base * c.users; });
  }
  double base_of(std::string_view key) const { return figure(figures_, key).base; }

  void rates() {
    const auto& l = load_;
    const auto day = n(l.seconds_per_day) + " s";
    add_stock("posts_per_day", "posts a day", n(l.users) + " users x " + n(l.posts_per_user), "",
              l.users * l.posts_per_user);
    add_rate("posts", "posts", n(base_of("posts_per_day")) + " / " + day, "/s",
             base_of("posts_per_day") / l.seconds_per_day);
    add_rate("feed_updates", "feed updates", n(base_of("posts")) + "/s x " + n(l.followers) + " followers",
             "/s", base_of("posts") * l.followers);
    add_rate("reads", "feed reads", n(l.users) + " users x " + n(l.reads_per_user) + " / " + day, "/s",
             l.users * l.reads_per_user / l.seconds_per_day);
    add_rate("deliveries", "deliveries to servers",
             n(base_of("posts")) + "/s x " + n(l.servers_told) + " servers", "/s",
             base_of("posts") * l.servers_told);
  }

  void processors() {
    const auto& c = costs_;
    const auto with_request = [&](const char* key, const char* name, const char* of, double us) {
      add_rate(key, name, n(base_of(of)) + "/s x (" + n(us) + " + " + n(c.https_us.value) + ") us", "cores",
               base_of(of) * (us + c.https_us.value) / 1e6);
    };
    with_request("read_cores", "  for reads", "reads", c.page_us.value);
    with_request("post_cores", "  for posts", "posts", c.post_us.value);
    add_rate("update_cores", "  for feed updates",
             n(base_of("feed_updates")) + "/s x " + n(c.push_ns.value) + " ns", "cores",
             base_of("feed_updates") * c.push_ns.value / 1e9);
    with_request("delivery_cores", "  for deliveries", "deliveries", c.delivery_us.value);
    const double all =
        base_of("read_cores") + base_of("post_cores") + base_of("update_cores") + base_of("delivery_cores");
    add_rate("cores", "processor",
             n(base_of("read_cores")) + " + " + n(base_of("post_cores")) + " + " +
                 n(base_of("update_cores")) + " + " + n(base_of("delivery_cores")),
             "cores", all);
  }

  void memory() {
    const auto& l = load_;
    const auto& c = costs_;
    const double users = l.users;
    add_stock("ring_memory", "  feeds kept ready",
              n(users) + " x " + n(l.ring_share) + " x " + n(c.ring_bytes.value) + " B", "B",
              users * l.ring_share * c.ring_bytes.value);
    add_stock("edge_memory", "  who follows whom",
              n(users) + " x " + n(l.followers) + " x 2 x " + n(c.edge_bytes.value) + " B", "B",
              users * l.followers * 2 * c.edge_bytes.value);
    add_stock("card_memory", "  posts of a day",
              n(base_of("posts_per_day")) + " x " + n(c.card_bytes.value) + " B", "B",
              base_of("posts_per_day") * c.card_bytes.value);
    add_stock(
        "memory", "memory",
        n(base_of("ring_memory")) + " + " + n(base_of("edge_memory")) + " + " + n(base_of("card_memory")),
        "B", base_of("ring_memory") + base_of("edge_memory") + base_of("card_memory"));
  }

  void disk() {
    const auto& l = load_;
    const auto& c = costs_;
    const double posts = base_of("posts_per_day");
    add_stock("text_per_day", "  posts on disk, a day", n(posts) + " x " + n(c.post_bytes.value) + " B", "B",
              posts * c.post_bytes.value);
    const double pictures = posts * l.pictures_per_post;
    const double videos = posts * l.videos_per_post;
    add_stock(
        "media_per_day", "  pictures and videos, a day",
        n(pictures) + " x " + n(l.picture_bytes) + " B + " + n(videos) + " x " + n(l.video_bytes) + " B", "B",
        pictures * l.picture_bytes + videos * l.video_bytes);
    add_stock("disk_per_day", "disk a day", n(base_of("text_per_day")) + " + " + n(base_of("media_per_day")),
              "B", base_of("text_per_day") + base_of("media_per_day"));
    add_stock("disk_per_year", "disk a year", n(base_of("disk_per_day")) + " x 365", "B",
              base_of("disk_per_day") * days_per_year);
    add_stock("edge_disk", "disk for follows, once",
              n(l.users) + " x " + n(l.followers) + " x " + n(c.edge_disk_bytes.value) + " B", "B",
              l.users * l.followers * c.edge_disk_bytes.value);
  }

  void network() {
    const auto& c = costs_;
    add_rate("network", "network out",
             n(base_of("reads")) + "/s x " + n(c.page_bytes.value) + " B + " + n(base_of("deliveries")) +
                 "/s x " + n(c.notice_bytes.value) + " B",
             "B/s", base_of("reads") * c.page_bytes.value + base_of("deliveries") * c.notice_bytes.value);
  }

  void machines() {
    const auto cores = figure(figures_, "cores");
    const auto memory = figure(figures_, "memory");
    const auto posts = figure(figures_, "posts");
    const double usable_cores = machine_.cores * machine_.busy;
    const double usable_memory =
        std::max(machine_.memory_bytes * machine_.busy - costs_.base_bytes.value, 1.0);
    const double writes = costs_.commits_per_s.value * machine_.busy;
    const auto add_whole = [&](const char* key, const char* name, std::string formula, const Figure& of,
                               double by) {
      const auto whole = [&](double value) { return std::max(1.0, std::ceil(value / by)); };
      figures_.push_back(
          {key, name, std::move(formula), "machines", whole(of.base), whole(of.peak), whole(of.growth)});
    };
    add_whole("processor_machines", "  by processor",
              n(cores.base) + " / (" + n(machine_.cores) + " cores x " + n(machine_.busy) + ")", cores,
              usable_cores);
    add_whole("memory_machines", "  by memory",
              n(memory.base) + "B / (" + n(machine_.memory_bytes) + "B x " + n(machine_.busy) + " - " +
                  n(costs_.base_bytes.value) + "B)",
              memory, usable_memory);
    add_whole("writer_machines", "  by the writer",
              n(posts.base) + "/s / (" + n(costs_.commits_per_s.value) + "/s x " + n(machine_.busy) + ")",
              posts, writes);
    const auto most = [&](auto of) {
      return std::max({of(figure(figures_, "processor_machines")), of(figure(figures_, "memory_machines")),
                       of(figure(figures_, "writer_machines"))});
    };
    figures_.push_back({"machines", "machines", "the greatest of these", "machines",
                        most([](const Figure& f) { return f.base; }),
                        most([](const Figure& f) { return f.peak; }),
                        most([](const Figure& f) { return f.growth; })});
  }

  const Load& load_;
  const Costs& costs_;
  const Machine& machine_;
  std::vector<Figure> figures_;
};

// --- least squares ---

constexpr std::size_t terms = 4;  // reads, posts, deliveries, and a steady rest
constexpr double explained_min = 0.9;
// Of what follows from the other terms nothing is left but rounding.
constexpr double told_apart_min = 1e-6;
constexpr double alike_min = 0.98;  // correlation
using Row = std::array<double, terms>;

Row row_of(const Interval& interval) { return {interval.reads, interval.posts, interval.deliveries, 1}; }

/// The coefficients of the terms in `chosen`, the others 0; nothing when they cannot be told apart.
std::optional<Row> solve(std::span<const Interval> intervals, unsigned chosen) {
  std::array<std::array<double, terms + 1>, terms> matrix{};
  for (const auto& interval : intervals) {
    const auto row = row_of(interval);
    for (std::size_t i = 0; i < terms; ++i) {
      for (std::size_t j = 0; j < terms; ++j) matrix[i][j] += row[i] * row[j];
      matrix[i][terms] += row[i] * interval.cpu_us;
    }
  }
  for (std::size_t i = 0; i < terms; ++i) {
    if ((chosen >> i & 1) != 0) continue;
    for (std::size_t j = 0; j <= terms; ++j) matrix[i][j] = 0;
    for (std::size_t j = 0; j < terms; ++j) matrix[j][i] = 0;
    matrix[i][i] = 1;
  }
  Row whole{};
  for (std::size_t i = 0; i < terms; ++i) whole[i] = matrix[i][i];
  for (std::size_t i = 0; i < terms; ++i) {  // the matrix is positive: no row has to be exchanged
    const double diagonal = matrix[i][i];
    if (diagonal <= told_apart_min * whole[i]) return std::nullopt;
    for (std::size_t k = 0; k < terms; ++k) {
      if (k == i) continue;
      const double factor = matrix[k][i] / diagonal;
      for (std::size_t j = i; j <= terms; ++j) matrix[k][j] -= factor * matrix[i][j];
    }
  }
  Row out{};
  for (std::size_t i = 0; i < terms; ++i) {
    out[i] = matrix[i][terms] / matrix[i][i];
    if (!(out[i] >= 0)) return std::nullopt;
  }
  return out;
}

double error_of(std::span<const Interval> intervals, const Row& coefficients) {
  double sum = 0;
  for (const auto& interval : intervals) {
    const auto row = row_of(interval);
    double rest = interval.cpu_us;
    for (std::size_t i = 0; i < terms; ++i) rest -= coefficients[i] * row[i];
    sum += rest * rest;
  }
  return sum;
}

double mean_of(std::span<const Interval> intervals, std::size_t term) {
  double sum = 0;
  for (const auto& interval : intervals) sum += row_of(interval)[term];
  return sum / static_cast<double>(intervals.size());
}

/// Whether two terms rise and fall so much alike that nobody can say which of them takes the time.
bool are_alike(std::span<const Interval> intervals, std::size_t a, std::size_t b) {
  const double mean_a = mean_of(intervals, a), mean_b = mean_of(intervals, b);
  double aa = 0, bb = 0, ab = 0;
  for (const auto& interval : intervals) {
    const auto row = row_of(interval);
    aa += (row[a] - mean_a) * (row[a] - mean_a);
    bb += (row[b] - mean_b) * (row[b] - mean_b);
    ab += (row[a] - mean_a) * (row[b] - mean_b);
  }
  return ab > 0 && ab * ab > alike_min * alike_min * aa * bb;
}

}  // namespace

std::string_view to_string(Source source) {
  switch (source) {
    case Source::assumed:
      return "assumed";
    case Source::measured_now:
      return "measured now";
    case Source::database:
      return "this database";
    case Source::history:
      return "this node's history";
    case Source::given:
      return "given";
  }
  return "";
}

std::vector<Figure> capacity(const Load& load, const Costs& costs, const Machine& machine) {
  return Sum(load, costs, machine).take();
}

const Figure& figure(std::span<const Figure> figures, std::string_view key) {
  const auto found =
      std::find_if(figures.begin(), figures.end(), [&](const Figure& f) { return f.key == key; });
  ENSURE(found != figures.end());
  return *found;
}

std::string short_number(double value) {
  static constexpr std::array<const char*, 7> letters = {"", " k", " M", " G", " T", " P", " E"};
  std::size_t power = 0;
  double shown = value;
  // 999.6 would be printed as 1000.
  while (shown >= 999.5 && power + 1 < letters.size()) {
    // Small whole numbers stay as they are: 5,000 followers, 86,400 seconds.
    if (power == 0 && value < 100'000 && std::floor(value) == value) break;
    shown /= 1'000;
    ++power;
  }
  char text[40];
  if (power == 0 && std::floor(shown) == shown) {
    std::snprintf(text, sizeof text, "%.0f", shown);
  } else {
    std::snprintf(text, sizeof text, "%.3g", shown);
  }
  return std::string(text) + letters[power];
}

std::optional<Explained> explain(std::span<const Interval> intervals) {
  if (intervals.size() < intervals_min) return std::nullopt;
  double mean = 0;
  for (const auto& interval : intervals) mean += interval.cpu_us / static_cast<double>(intervals.size());
  double variance = 0;
  for (const auto& interval : intervals) variance += (interval.cpu_us - mean) * (interval.cpu_us - mean);
  std::optional<Row> best;
  double least = 0;
  for (unsigned chosen = 1; chosen < 1u << terms; ++chosen) {
    const auto found = solve(intervals, chosen);
    if (!found) continue;
    const double error = error_of(intervals, *found);
    if (!best || error < least) best = found, least = error;
  }
  if (!best || variance <= 0 || least > (1 - explained_min) * variance) return std::nullopt;
  const auto is_often = [&](std::size_t term) { return mean_of(intervals, term) >= often_min; };
  constexpr std::pair<std::size_t, std::size_t> pairs[] = {{0, 1}, {0, 2}, {1, 2}};
  for (const auto& [a, b] : pairs) {
    if (is_often(a) && is_often(b) && are_alike(intervals, a, b)) return std::nullopt;
  }
  const auto cost = [&](std::size_t term) {
    return is_often(term) && (*best)[term] > 0 ? std::optional((*best)[term]) : std::nullopt;
  };
  return Explained{cost(0), cost(1), cost(2)};
}

}  // namespace dunlin::cli
