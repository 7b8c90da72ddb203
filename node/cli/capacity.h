#pragma once
// The arithmetic of sizing: from users to rates, from rates and what one operation costs to machines. Pure:
// what is measured and printed is the business of others (capacity_costs.h, capacity_report.h).
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::cli {

/// How people use it.
struct Load {
  double users = 0;              // that come on a day
  double posts_per_user = 2;     // a day
  double reads_per_user = 200;   // home feeds a day: 100 for each post
  double followers = 5'000;      // of a user, in the mean
  double servers_told = 0;       // other servers that a post goes to, in the mean
  double ring_share = 1;         // of the users whose feeds are kept ready in memory
  double pictures_per_post = 0;  // kept by the node
  double picture_bytes = 1e6;
  double videos_per_post = 0;
  double video_bytes = 5e6;
  double seconds_per_day = 86'400;
  double peak = 3;    // the busiest hour against the mean
  double growth = 2;  // users that it should last for, against those of today
};

/// A figure and where it comes from.
enum class Source : std::uint8_t { assumed, measured_now, database, history, given };
std::string_view to_string(Source source);
struct Cost {
  double value = 0;
  Source source = Source::assumed;
};

/// What operations cost: here as they were measured on one 2-core machine, for want of something nearer.
struct Costs {
  Cost page_us{25};           // processor time to make a feed's page of 20
  Cost post_us{90};           // to check, store and show one post
  Cost push_ns{12};           // to bring a post to one follower
  Cost delivery_us{225};      // to sign for one other server
  Cost https_us{36};          // of each request, in or out: parsing, encryption, sending
  Cost commits_per_s{6'600};  // posts that one writer makes durable, one commit each
  Cost post_bytes{2'000};     // on disk, with indexes and what hangs on it
  Cost page_bytes{43'000};    // of a feed of 20 posts
  Cost notice_bytes{3'500};   // sent to one other server
  Cost ring_bytes{2'080};     // of memory for one feed
  Cost edge_bytes{5};         // of memory for one follower in a list; twice: who follows, who is followed
  Cost edge_disk_bytes{110};  // of a follow with its indexes
  Cost card_bytes{1'100};     // of memory for one post that is read
  Cost base_bytes{64e6};      // of memory for a node that does nothing
};

struct Machine {
  double cores = 2;
  double memory_bytes = 24e9;
  double busy = 0.7;  // how much of either may be used at the peak
};

/// One line of the sum. `formula` has the numbers of the base case.
struct Figure {
  std::string key;
  std::string name;
  std::string formula;
  std::string unit;                       // "/s", "cores", "machines", "B", "B/s", ""
  double base = 0, peak = 0, growth = 0;  // growth: the peak of that time
};

/// In the order of the sum; each uses those above it.
std::vector<Figure> capacity(const Load& load, const Costs& costs, const Machine& machine);
/// The figure with this key; it must be there.
const Figure& figure(std::span<const Figure> figures, std::string_view key);

/// "1.16 M", "30 T", "231", "0.42": three digits, and a letter for thousands.
std::string short_number(double value);

/// One interval of a node's own history.
struct Interval {
  double reads = 0, posts = 0, deliveries = 0;
  double cpu_us = 0;
};
/// What one of each costs, so that the intervals' processor time is explained best (least squares, nothing
/// below zero, a steady rest of its own). Nothing when there is too little, or it explains less than nine
/// tenths of what varies, or two of them always go together. What happened less than once a second in the
/// mean is missing: its cost would be that of something else.
struct Explained {
  std::optional<double> read_us, post_us, delivery_us;
};
std::optional<Explained> explain(std::span<const Interval> intervals);
inline constexpr std::size_t intervals_min = 24;  // two hours
inline constexpr double often_min = 300;          // in an interval of five minutes

}  // namespace dunlin::cli
