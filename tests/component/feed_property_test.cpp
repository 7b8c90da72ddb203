// Random histories: every page of every feed must be what plain SQL says it is. A failure names its seed;
// that history alone is run again with DUNLIN_FEED_SEED=<seed>. DUNLIN_FEED_HISTORIES=<count> sets how many
// are run.
#include "tests/component/feed_history.h"
#include "tests/component/naive_feeds.h"
#include "tests/support/gunzip.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::test;

namespace {

/// One feed of one reader, from the node and from the reference.
struct Feed {
  std::string name;
  std::function<feed::StatusPage(const feed::PageRequest&)> page;
  NaiveFeeds::Ids whole;
};

std::string text_of(const NaiveFeeds::Ids& ids) {
  std::string out = "[";
  for (auto id : ids) out += (out.size() > 1 ? " " : "") + std::to_string(id);
  return out + "]";
}

std::string text_of(const NaivePage& p) {
  std::string out = "limit=" + std::to_string(p.limit);
  if (p.max != INT64_MAX) out += " max_id=" + std::to_string(p.max);
  if (p.since != 0) out += " since_id=" + std::to_string(p.since);
  if (p.min) out += " min_id=" + std::to_string(*p.min);
  return out;
}

feed::PageRequest request_of(const NaivePage& p) {
  feed::PageRequest request;
  request.max = StatusId{p.max};
  request.since = StatusId{p.since};
  if (p.min) request.min = StatusId{*p.min};
  request.limit = p.limit;
  return request;
}

/// What was looked at, to be seen in the log: a test that compares little proves little.
struct Counts {
  std::size_t statuses = 0;
  std::size_t busy_authors = 0;  // with so many that their heads end above the first
  std::size_t pages = 0;
  std::size_t entries = 0;
  std::size_t longest_feed = 0;
  std::size_t from_rings = 0;  // home pages, and others were pulled
  std::size_t pulled = 0;
  std::size_t pull_accounts = 0;  // at the end of a history
} counts;

/// Compares feeds at one point of a history. Every function answers what is wrong, empty when nothing is.
class Check {
 public:
  explicit Check(FeedHistory& history, NaiveFeeds& naive) : history_(history), naive_(naive) {}

  std::string some_feeds() {
    const auto tx = history_.world.read();
    for (int readers = 1 + history_.upto(2); readers > 0; --readers) {
      const AccountId reader = history_.someone();
      const auto viewer = history_.world.feeds().viewer(tx, reader);
      if (auto wrong = one_feed(tx, *viewer, home(tx, *viewer)); !wrong.empty()) return wrong;
      const bool is_anonymous = history_.percent(20);
      const auto other = is_anonymous ? history_.world.feeds().viewer(tx, AccountId{}) : viewer;
      if (auto wrong = one_feed(tx, *other, other_feed(tx, *other)); !wrong.empty()) return wrong;
    }
    return {};
  }

 private:
  feed::Feeds& feeds() { return history_.world.feeds(); }
  Timestamp now() const { return history_.world.clock.now(); }

  Feed home(const store::ReadTx& tx, const feed::Viewer& viewer) {
    return {"home of " + to_string(viewer.self()),
            [&](const auto& request) { return feeds().home(tx, viewer, request); },
            naive_.home(viewer.self(), now())};
  }

  Feed other_feed(const store::ReadTx& tx, const feed::Viewer& viewer) {
    const AccountId reader = viewer.self();
    const std::string by = " seen by " + to_string(reader);
    switch (history_.upto(3)) {
      case 0:
        return {"public" + by,
                [&](const auto& request) {
                  return feeds().public_timeline(tx, viewer, feed::Origin::all, request);
                },
                naive_.public_timeline(reader, now())};
      case 1: {
        feed::Feeds::TagRequest wanted;
        wanted.name = history_.one_of(FeedHistory::tags);
        for (auto* place : {&wanted.any, &wanted.all, &wanted.none}) {
          if (history_.percent(20))
            place->push_back(history_.percent(90) ? history_.one_of(FeedHistory::tags) : "unheard");
        }
        NaiveFeeds::Tags tags{wanted.any, wanted.all, wanted.none};
        tags.any.push_back(wanted.name);
        return {"tag " + wanted.name + by,
                [&, wanted](const auto& request) { return feeds().tag(tx, viewer, wanted, request); },
                naive_.tag(reader, now(), tags)};
      }
      default: {
        const AccountId whose = history_.percent(30) && reader ? reader : history_.someone();
        feed::Feeds::AccountRequest wanted{whose, history_.percent(30), history_.percent(30), ""};
        if (history_.percent(20)) wanted.tag = history_.one_of(FeedHistory::tags);
        return {"account " + to_string(whose) + by,
                [&, wanted](const auto& request) { return feeds().account(tx, viewer, wanted, request); },
                naive_.account(reader, now(),
                               {whose, wanted.without_replies, wanted.without_reblogs, wanted.tag})};
      }
    }
  }

  std::string one_feed(const store::ReadTx& tx, const feed::Viewer& viewer, const Feed& feed) {
    for (int i = 0; i < 3; ++i) {
      const auto asked = random_page(feed.whole);
      const auto page = feed.page(request_of(asked));
      if (auto wrong = compare(feed, asked, page); !wrong.empty()) return wrong;
      if (i == 0 && history_.percent(25)) {
        if (auto wrong = compare_with_cold(tx, viewer, page); !wrong.empty()) return feed.name + ": " + wrong;
      }
    }
    if (history_.percent(40)) return walk_down(feed);
    if (history_.percent(40)) return walk_up(feed);
    return {};
  }

  std::int64_t random_bound(const NaiveFeeds::Ids& whole) {
    if (whole.empty() || history_.percent(5)) return 1 + history_.upto(1000);
    return history_.one_of(whole) + history_.upto(3) - 1;
  }

  NaivePage random_page(const NaiveFeeds::Ids& whole) {
    NaivePage page;
    page.limit = 1 + history_.upto(40);
    if (history_.percent(40)) page.max = random_bound(whole);
    if (history_.percent(25)) page.since = random_bound(whole);
    if (history_.percent(35)) page.min = random_bound(whole);
    return page;
  }

  std::string compare(const Feed& feed, const NaivePage& asked, const feed::StatusPage& page) {
    const auto expected = page_of(feed.whole, asked);
    const auto got = ids_of(page);
    ++counts.pages;
    counts.entries += got.size();
    counts.longest_feed = std::max(counts.longest_feed, feed.whole.size());
    if (got == expected) return {};
    return feed.name + ", " + text_of(asked) + ": expected " + text_of(expected) + ", got " + text_of(got);
  }

  /// By `older_than` to the end: nothing twice, nothing left out, and an end.
  std::string walk_down(const Feed& feed) {
    NaivePage asked;
    NaiveFeeds::Ids seen;
    for (std::size_t pages = 0; pages <= feed.whole.size() + 1; ++pages) {
      asked.limit = 1 + history_.upto(40);
      const auto page = feed.page(request_of(asked));
      if (auto wrong = compare(feed, asked, page); !wrong.empty()) return "walking down, " + wrong;
      for (auto id : ids_of(page)) seen.push_back(id);
      if (!page.older_than) {
        if (seen == feed.whole) return {};
        return feed.name + " ended early, after " + text_of(asked);
      }
      asked.max = page.older_than->value;
    }
    return feed.name + " walks down for ever";
  }

  /// By `newer_than` from the first post.
  std::string walk_up(const Feed& feed) {
    NaivePage asked;
    asked.min = 0;
    NaiveFeeds::Ids seen;
    for (std::size_t pages = 0; pages <= feed.whole.size() + 1; ++pages) {
      asked.limit = 1 + history_.upto(40);
      const auto page = feed.page(request_of(asked));
      if (auto wrong = compare(feed, asked, page); !wrong.empty()) return "walking up, " + wrong;
      const auto ids = ids_of(page);
      seen.insert(seen.begin(), ids.begin(), ids.end());
      if (!page.newer_than) {
        if (seen == feed.whole) return {};
        return feed.name + " ended early on the way up, after " + text_of(asked);
      }
      asked.min = page.newer_than->value;
    }
    return feed.name + " walks up for ever";
  }

  /// What the caches hold is what the database says: the page's bytes are those that feeds just started would
  /// make.
  std::string compare_with_cold(const store::ReadTx& tx, const feed::Viewer& viewer,
                                const feed::StatusPage& page) {
    std::vector<StatusId> ids;
    for (auto id : ids_of(page)) ids.push_back(StatusId{id});
    feed::Feeds cold(history_.world.site(), history_.world.domains(), history_.world.clock, {});
    const auto cold_viewer = cold.viewer(tx, viewer.self());
    const auto expected = cold.json(tx, *cold_viewer, cold.entries(tx, *cold_viewer, ids));
    const auto got = feeds().json(tx, viewer, page.entries);
    if (got != expected) return "stale: expected " + expected + ", got " + got;
    feed::PageWriter packed(feeds().library(), feed::Feeds::size_of(page.entries));
    feeds().append(packed, tx, viewer, page.entries);
    if (gunzip(packed.finish()) != expected) return "compressed it is not " + expected;
    return {};
  }

  FeedHistory& history_;
  NaiveFeeds& naive_;
};

std::string run_history(std::uint64_t seed) {
  FeedHistory history(seed);
  NaiveFeeds naive(history.world.database_file());
  for (int points = 1; !history.is_over(); ++points) {
    history.go_on();
    if (history.percent(70)) history.world.feeds().settle();
    const auto wrong = Check(history, naive).some_feeds();
    if (!wrong.empty()) {
      return "seed " + std::to_string(seed) + ", point " + std::to_string(points) + ": " + wrong;
    }
  }
  counts.statuses += history.statuses_made();
  counts.busy_authors += history.authors_with(200);
  const auto stats = history.world.feeds().fan_out();
  counts.from_rings += stats->ring_reads;
  counts.pulled += stats->pulls;
  counts.pull_accounts += stats->pull_accounts;
  return {};
}

}  // namespace

class FeedPropertyTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void pages_are_what_plain_sql_says() {
    bool has_seed = false;
    const auto only = qEnvironmentVariable("DUNLIN_FEED_SEED").toULongLong(&has_seed);
    if (has_seed) {
      const auto wrong = run_history(only);
      QVERIFY2(wrong.empty(), wrong.c_str());
      return;
    }
    const auto first = qEnvironmentVariable("DUNLIN_FEED_FIRST_SEED", "1").toULongLong();
    const auto count = qEnvironmentVariable("DUNLIN_FEED_HISTORIES", "300").toULongLong();
    QVERIFY(count > 0);
    int differences = 0;
    for (auto seed = first; seed < first + count; ++seed) {
      const auto wrong = run_history(seed);
      if (wrong.empty()) continue;
      ++differences;
      qWarning("%s", wrong.substr(0, 2'000).c_str());
    }
    qInfo(
        "%llu histories, %zu statuses, %zu authors with 200 or more, %zu pages with %zu entries, longest "
        "feed %zu",
        count, counts.statuses, counts.busy_authors, counts.pages, counts.entries, counts.longest_feed);
    qInfo("%zu home pages from rings, %zu pulled; %zu accounts not pushed at the end", counts.from_rings,
          counts.pulled, counts.pull_accounts);
    QCOMPARE(differences, 0);
    QVERIFY(counts.from_rings > 1'000 && counts.pulled > 1'000 && counts.pull_accounts > 20);
  }
};

QTEST_GUILESS_MAIN(FeedPropertyTest)
#include "feed_property_test.moc"
