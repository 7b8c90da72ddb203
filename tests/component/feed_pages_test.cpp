// Pages of feeds where chance alone seldom leads: very long stretches of hidden posts, views that are older
// than the caches, and posts that arrive while a page is made.
#include <atomic>
#include <thread>

#include "node/domain/relationships/relationships.h"
#include "node/domain/statuses/change.h"
#include "protocol/base/limits.h"
#include "tests/component/feed_world.h"
#include "tests/support/gunzip.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::test;
using store::Visibility;
using Ids = std::vector<std::int64_t>;

namespace {

/// Posts in few commits; the ids, oldest first.
Ids post_many(FeedWorld& world, AccountId author, int count, const domain::StatusDraft& draft_of = draft()) {
  Ids ids;
  for (int done = 0; done < count;) {
    world.write([&](store::WriteTx& tx) {
      for (int i = 0; i < 500 && done < count; ++i, ++done)
        ids.push_back(domain::publish(tx, author, draft_of)->value);
    });
  }
  return ids;
}

struct Walked {
  Ids ids;  // newest first
  int pages = 0;
  int short_pages = 0;  // that held less than was asked for, though the feed went on
};

Walked walk_down_home(FeedWorld& world, AccountId reader, int limit) {
  Walked walked;
  feed::PageRequest request;
  request.limit = limit;
  while (walked.pages < 100'000) {
    const auto tx = world.read();
    const auto page = world.feeds().home(tx, *world.feeds().viewer(tx, reader), request);
    const auto ids = ids_of(page);
    walked.ids.insert(walked.ids.end(), ids.begin(), ids.end());
    ++walked.pages;
    if (!page.older_than) return walked;
    if (static_cast<int>(ids.size()) < limit) ++walked.short_pages;
    request.max = *page.older_than;
  }
  return walked;
}

Ids walk_up_home(FeedWorld& world, AccountId reader, StatusId from, int limit) {
  Ids walked;
  feed::PageRequest request;
  request.limit = limit;
  request.min = from;
  for (int pages = 0; pages < 100'000; ++pages) {
    const auto tx = world.read();
    const auto page = world.feeds().home(tx, *world.feeds().viewer(tx, reader), request);
    const auto ids = ids_of(page);
    walked.insert(walked.begin(), ids.begin(), ids.end());
    if (!page.newer_than) return walked;
    request.min = *page.newer_than;
  }
  return walked;
}

Ids reversed(Ids ids) {
  std::reverse(ids.begin(), ids.end());
  return ids;
}

}  // namespace

class FeedPagesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void hidden_posts_in_a_row_never_end_a_feed_data() {
    QTest::addColumn<int>("hidden");
    QTest::newRow("within the bound on work") << 500;
    QTest::newRow("beyond it") << 3 * limits::candidates_examined_max;
  }

  /// Twelve to see, a long stretch of a muted author, twelve to see: in both directions.
  void hidden_posts_in_a_row_never_end_a_feed() {
    QFETCH(int, hidden);
    FeedWorld world;
    const auto reader = world.account("reader");
    const auto author = world.account("author");
    const auto muted = world.account("muted");
    for (auto followed : {author, muted}) world.follow(reader, followed);
    auto expected = post_many(world, author, 12);
    post_many(world, muted, hidden);
    for (auto id : post_many(world, author, 12)) expected.push_back(id);
    world.write([&](store::WriteTx& tx) { (void)domain::mute(tx, reader, muted, true, std::nullopt); });
    for (int limit : {1, 5, 12, 13, 40}) {
      const auto down = walk_down_home(world, reader, limit);
      QCOMPARE(down.ids, reversed(expected));
      QVERIFY(down.short_pages <= hidden / limits::candidates_examined_max + 1);
      QCOMPARE(walk_up_home(world, reader, StatusId{0}, limit), reversed(expected));
    }
  }

  void a_page_asked_from_below_starts_right_above_its_bound() {
    FeedWorld world;
    const auto reader = world.account("reader");
    const auto author = world.account("author");
    world.follow(reader, author);
    const auto ids = post_many(world, author, 5'000);
    for (const auto& [from, limit] : {std::pair{0, 20}, {17, 1}, {2'500, 40}, {4'990, 40}}) {
      const auto tx = world.read();
      feed::PageRequest request;
      request.min = StatusId{from == 0 ? 0 : ids[static_cast<std::size_t>(from) - 1]};
      request.limit = limit;
      const auto page = ids_of(world.feeds().home(tx, *world.feeds().viewer(tx, reader), request));
      const auto end = std::min(from + limit, 5'000);
      QCOMPARE(page, reversed(Ids(ids.begin() + from, ids.begin() + end)));
    }
  }

  void polling_a_quiet_feed_of_many_hidden_posts_finds_nothing() {
    FeedWorld world;
    const auto reader = world.account("reader");
    const auto author = world.account("author");
    const auto muted = world.account("muted");
    for (auto followed : {author, muted}) world.follow(reader, followed);
    const auto last = world.post(author);
    post_many(world, muted, 300);
    world.write([&](store::WriteTx& tx) { (void)domain::mute(tx, reader, muted, true, std::nullopt); });
    const auto tx = world.read();
    const auto viewer = world.feeds().viewer(tx, reader);
    feed::PageRequest since;
    since.since = last;
    const auto page = world.feeds().home(tx, *viewer, since);
    QVERIFY(page.entries.empty());
    QVERIFY(!page.older_than);
  }

  void a_repeated_boost_is_hidden_among_80_candidates_data() {
    QTest::addColumn<int>("above");
    QTest::addColumn<int>("between");
    QTest::addColumn<bool>("is_hidden");
    constexpr int bound = limits::candidates_examined_max;
    QTest::newRow("one above the other") << 0 << 0 << true;
    QTest::newRow("the last of the 80") << 0 << 79 << true;
    QTest::newRow("just beyond") << 0 << 80 << false;
    QTest::newRow("the bound on work ends between the two") << bound - 100 << 79 << true;
    QTest::newRow("the bound on work ends between the two, far apart") << bound - 100 << 200 << false;
  }

  /// Of two boosts of one post only the older is shown, wherever a page begins or ends, hidden posts around
  /// them or not.
  void a_repeated_boost_is_hidden_among_80_candidates() {
    QFETCH(int, above);
    QFETCH(int, between);
    QFETCH(bool, is_hidden);
    FeedWorld world;
    const auto reader = world.account("reader");
    const auto first = world.account("first");
    const auto second = world.account("second");
    const auto muted = world.account("muted");
    const auto stranger = world.account("stranger");
    for (auto followed : {first, second, muted}) world.follow(reader, followed);
    const auto original = world.post(stranger);
    const auto boost = [&](AccountId who) {
      StatusId id;
      world.write([&](store::WriteTx& tx) { id = *domain::reblog(tx, who, original, Visibility::public_); });
      return id;
    };
    const auto older = boost(first);
    post_many(world, muted, between);
    const auto newer = boost(second);
    post_many(world, muted, above);
    const auto top = post_many(world, first, 50);
    world.write([&](store::WriteTx& tx) { (void)domain::mute(tx, reader, muted, true, std::nullopt); });
    auto expected = reversed(top);
    if (!is_hidden) expected.push_back(newer.value);
    expected.push_back(older.value);
    for (int limit : {20, 40}) QCOMPARE(walk_down_home(world, reader, limit).ids, expected);
    QCOMPARE(walk_up_home(world, reader, StatusId{0}, 20), expected);
  }

  /// Else nobody would see it: the older boost is by someone whose boosts the reader does not want.
  void a_boost_repeats_only_what_is_shown() {
    FeedWorld world;
    const auto reader = world.account("reader");
    const auto unwanted = world.account("unwanted");
    const auto wanted = world.account("wanted");
    for (auto followed : {unwanted, wanted}) world.follow(reader, followed);
    const auto original = world.post(world.account("stranger"));
    StatusId shown;
    world.write([&](store::WriteTx& tx) {
      domain::FollowChange change;
      change.show_reblogs = false;
      (void)domain::follow(tx, reader, unwanted, change, 10);
      (void)domain::reblog(tx, unwanted, original, Visibility::public_);
      shown = *domain::reblog(tx, wanted, original, Visibility::public_);
    });
    QCOMPARE(walk_down_home(world, reader, 20).ids, Ids{shown.value});
  }

  /// A removed post takes no place among the 80, whether the head was in memory or not.
  void a_removed_post_is_no_candidate() {
    FeedWorld world;
    const auto reader = world.account("reader");
    const auto busy = world.account("busy");
    world.follow(reader, busy);
    const auto original = world.post(world.account("stranger"));
    StatusId older;
    world.write(
        [&](store::WriteTx& tx) { older = *domain::reblog(tx, busy, original, Visibility::public_); });
    auto between = post_many(world, busy, 80);
    const auto friendly = world.account("friendly");
    world.follow(reader, friendly);
    StatusId newer;
    world.write(
        [&](store::WriteTx& tx) { newer = *domain::reblog(tx, friendly, original, Visibility::public_); });
    QCOMPARE(walk_down_home(world, reader, 20).ids.front(), newer.value);
    world.write([&](store::WriteTx& tx) {
      domain::remove_status(tx, *store::find_status(tx, StatusId{between.back()}));
    });
    between.pop_back();
    auto expected = reversed(between);
    expected.push_back(older.value);
    QCOMPARE(walk_down_home(world, reader, 20).ids, expected);
  }

  /// The reader's view of the database began before two commits; one author's head is in memory and knows of
  /// its new post, the other's has to be read.
  void a_page_shows_no_post_without_those_before_it() {
    FeedWorld world;
    const auto reader = world.account("reader");
    const auto warm = world.account("warm");
    const auto cold = world.account("cold");
    for (auto followed : {warm, cold}) world.follow(reader, followed);
    const auto visit = world.post(warm);
    {
      const auto tx = world.read();
      const auto viewer = world.feeds().viewer(tx, reader);
      QCOMPARE(ids_of(world.feeds().account(tx, *viewer, {warm, false, false, ""}, {})), Ids{visit.value});
    }
    for (const bool upwards : {false, true}) {
      const auto tx = world.read();
      QVERIFY(store::find_account(tx, reader));  // the view is what stands at the first read
      const auto lower = world.post(cold);
      const auto upper = world.post(warm);
      feed::PageRequest request;
      request.limit = 2;
      if (upwards) request.min = StatusId{lower.value - 1};
      const auto page = ids_of(world.feeds().home(tx, *world.feeds().viewer(tx, reader), request));
      QCOMPARE(page, (Ids{upper.value, lower.value}));
    }
  }

  /// Every post, direct or not, is the next of one row; whoever sees one sees those before it. Two readers,
  /// one of whom the caches hardly serve.
  void pages_made_while_posts_arrive_have_no_gaps() {
    FeedWorld world;
    const auto reader = world.account("reader");
    std::vector<AccountId> authors;
    for (int i = 0; i < 5; ++i) authors.push_back(world.account("author" + std::to_string(i)));
    for (auto author : authors) world.follow(reader, author);
    std::atomic<bool> is_done = false;
    std::atomic<int> wrong = 0;
    std::atomic<int> pages = 0;
    std::vector<std::thread> readers;
    std::mutex mutex;
    std::map<std::int64_t, int> places;  // of each post in the row, as soon as its author was told
    for (int r = 0; r < 2; ++r) {
      readers.emplace_back([&] {
        const auto connection = world.connection();
        Ids seen;  // by polling: everything, oldest first
        while (true) {
          const bool is_last = is_done;
          const store::ReadTx tx(*connection, world.writer().sequence());
          const auto viewer = world.feeds().viewer(tx, reader);
          feed::PageRequest request;
          request.limit = 40;
          if (!seen.empty()) request.min = StatusId{seen.back()};
          const auto page = reversed(ids_of(world.feeds().home(tx, *viewer, request)));
          seen.insert(seen.end(), page.begin(), page.end());
          ++pages;
          if (is_last && page.empty()) break;
        }
        std::lock_guard lock(mutex);
        // The first page began somewhere; from there on nothing is missing.
        const auto first = seen.empty() ? places.end() : places.find(seen.front());
        if (!std::equal(first, places.end(), seen.begin(), seen.end(),
                        [](const auto& place, auto id) { return place.first == id; })) {
          ++wrong;
        }
      });
    }
    for (int i = 0; i < 3'000; ++i) {
      const auto author = authors[static_cast<std::size_t>(i * 7 % 11 % 5)];
      const auto id = world.post(author, i % 3 == 0 ? draft(Visibility::direct, {reader}) : draft());
      {
        std::lock_guard lock(mutex);
        places.emplace(id.value, i);
      }
      if (i % 20 == 0) world.write([](store::WriteTx& tx) { tx.changes().everything = true; });
    }
    is_done = true;
    for (auto& thread : readers) thread.join();
    QCOMPARE(wrong.load(), 0);
    QVERIFY(pages > 10);
  }

  void what_is_compressed_counts_as_memory_of_its_cache_once() {
    FeedWorld world;
    const auto reader = world.account("reader");
    const auto author = world.account("author");
    world.follow(reader, author);
    post_many(world, author, 20);
    const auto tx = world.read();
    auto& feeds = world.feeds();
    const auto viewer = feeds.viewer(tx, reader);
    const auto entries = feeds.home(tx, *viewer, {}).entries;
    const auto compress = [&] {
      feed::PageWriter page(feeds.library(), feed::Feeds::size_of(entries));
      feeds.append(page, tx, *viewer, entries);
      return gunzip(page.finish());
    };
    const auto before = feeds.memory();
    QVERIFY(compress() == feeds.json(tx, *viewer, entries));
    const auto after = feeds.memory();
    QVERIFY(after.statuses > before.statuses);
    QVERIFY(after.accounts > before.accounts);
    QVERIFY(compress() == feeds.json(tx, *viewer, entries));
    QCOMPARE(feeds.memory().statuses, after.statuses);
    QCOMPARE(feeds.memory().accounts, after.accounts);
  }
};

QTEST_GUILESS_MAIN(FeedPagesTest)
#include "feed_pages_test.moc"
