#include "node/feed/heads.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/support/qt.h"

using namespace dunlin;
using feed::AuthorHeads;

namespace {

/// In place of the table of statuses: ids by author. Counts how often it is asked.
struct Table {
  std::mutex mutex;
  std::map<std::int64_t, std::set<std::int64_t>> ids;
  int asked = 0;
} table;

/// Every third is a boost.
store::Listed line(std::int64_t id) { return {StatusId{id}, StatusId{id % 3 == 0 ? id / 2 : 0}}; }

AuthorHeads::Lines table_older(const store::ReadTx&, AccountId author, StatusId before, int limit) {
  std::lock_guard lock(table.mutex);
  ++table.asked;
  AuthorHeads::Lines out;
  const auto& ids = table.ids[author.value];
  for (auto at = ids.lower_bound(before.value); at != ids.begin() && static_cast<int>(out.size()) < limit;) {
    out.push_back(line(*--at));
  }
  return out;
}

AuthorHeads::Lines table_newer(const store::ReadTx&, AccountId author, StatusId after, int limit) {
  std::lock_guard lock(table.mutex);
  ++table.asked;
  AuthorHeads::Lines out;
  const auto& ids = table.ids[author.value];
  for (auto at = ids.upper_bound(after.value); at != ids.end() && static_cast<int>(out.size()) < limit;
       ++at) {
    out.push_back(line(*at));
  }
  return out;
}

constexpr AccountId ann{1};
constexpr AccountId bob{2};
using Ids = std::vector<StatusId>;

/// Of lines that are as they were made.
Ids ids_of(const AuthorHeads::Lines& lines) {
  Ids out;
  for (const auto& listed : lines) {
    out.push_back(listed == line(listed.id.value) ? listed.id : StatusId{-1});
  }
  return out;
}

/// The newest `count` of what the table holds of all authors below `before`, and the other way round.
Ids naive_older(const std::vector<AccountId>& authors, StatusId before, int count) {
  std::vector<StatusId> all;
  for (AccountId author : authors) {
    for (auto id : table.ids[author.value]) {
      if (id < before.value) all.push_back(StatusId{id});
    }
  }
  std::sort(all.begin(), all.end(), std::greater<>());
  all.resize(std::min(all.size(), static_cast<std::size_t>(count)));
  return all;
}
Ids naive_newer(const std::vector<AccountId>& authors, StatusId after, int count) {
  auto all = naive_older(authors, id_max<StatusId>(), INT_MAX);
  std::reverse(all.begin(), all.end());
  std::erase_if(all, [&](StatusId id) { return id <= after; });
  all.resize(std::min(all.size(), static_cast<std::size_t>(count)));
  return all;
}

}  // namespace

class HeadsTest : public QObject {
  Q_OBJECT

  std::unique_ptr<store::Connection> database_;
  store::CommitSequence sequence_{0};
  std::unique_ptr<AuthorHeads> heads_;

  store::ReadTx view() { return {*database_, sequence_}; }
  /// As the writer does: the row, then the caches, then the number.
  void commit(AccountId author, std::int64_t id) {
    const AuthorHeads::Change post{author, line(id), true};
    insert(author, id);
    heads_->push({&post, 1}, sequence_ + 1);
    ++sequence_;
  }
  void remove(AccountId author, std::int64_t id) {
    const AuthorHeads::Change removal{author, line(id), false};
    {
      std::lock_guard lock(table.mutex);
      table.ids[author.value].erase(id);
    }
    heads_->push({&removal, 1}, sequence_ + 1);
    ++sequence_;
  }
  static void insert(AccountId author, std::int64_t id) {
    std::lock_guard lock(table.mutex);
    table.ids[author.value].insert(id);
  }
  Ids newest(AccountId author, int count) {
    return ids_of(heads_->older(view(), {&author, 1}, id_max<StatusId>(), count));
  }

  void begin(std::size_t bytes_max) {
    table.ids.clear();
    table.asked = 0;
    sequence_ = 1;
    database_ = std::make_unique<store::Connection>(":memory:", store::OpenMode::read_write,
                                                    store::ConnectionOptions{});
    heads_ = std::make_unique<AuthorHeads>(AuthorHeads::Source{table_older, table_newer}, bytes_max);
  }

 private Q_SLOTS:
  void init() { begin(SIZE_MAX); }

  void an_author_is_read_once() {
    for (int id = 1; id <= 10; ++id) insert(ann, id);
    QCOMPARE(newest(ann, 3), (Ids{{10}, {9}, {8}}));
    QCOMPARE(newest(ann, 40).size(), std::size_t{10});
    QCOMPARE(ids_of(heads_->newer(view(), {&ann, 1}, StatusId{7}, 2)), (Ids{{8}, {9}}));
    QCOMPARE(table.asked, 1);
  }

  void an_author_without_posts_is_read_once() {
    QVERIFY(newest(ann, 3).empty());
    QVERIFY(newest(ann, 3).empty());
    QCOMPARE(table.asked, 1);
  }

  void a_push_is_seen_without_asking() {
    insert(ann, 5);
    (void)newest(ann, 1);
    commit(ann, 9);
    commit(ann, 7);  // late
    commit(ann, 7);  // and told twice, as an edit does
    QCOMPARE(newest(ann, 9), (Ids{{9}, {7}, {5}}));
    QCOMPARE(ids_of(heads_->newer(view(), {&ann, 1}, StatusId{5}, 9)), (Ids{{7}, {9}}));
    QCOMPARE(table.asked, 1);
  }

  void a_removal_is_seen_without_asking() {
    for (int id = 1; id <= 3; ++id) insert(ann, id);
    (void)newest(ann, 1);
    remove(ann, 3);
    remove(ann, 3);  // and told twice
    remove(ann, 1);
    QCOMPARE(newest(ann, 9), Ids{{2}});
    QCOMPARE(table.asked, 1);
  }

  /// What is left of the author then lies below the block, in the database.
  void a_block_whose_every_post_was_removed_is_read_again() {
    for (int id = 1; id <= 100; ++id) insert(ann, id);
    (void)newest(ann, 1);
    for (int id = 100; id > 10; --id) remove(ann, id);
    QCOMPARE(newest(ann, 3), (Ids{{10}, {9}, {8}}));
  }

  void a_load_that_began_before_a_push_serves_its_page_only() {
    insert(ann, 5);
    {
      const auto old_view = view();
      (void)old_view.sequence();  // begins
      const AuthorHeads::Change post{ann, line(6), true};
      heads_->push({&post, 1}, sequence_ + 1);
      ++sequence_;
      QCOMPARE(ids_of(heads_->older(old_view, {&ann, 1}, id_max<StatusId>(), 9)), (Ids{{5}}));
    }
    insert(ann, 6);  // the old view did not have it
    QCOMPARE(newest(ann, 9), (Ids{{6}, {5}}));
    QCOMPARE(table.asked, 2);
  }

  void a_load_that_began_before_a_clear_serves_its_page_only() {
    insert(ann, 5);
    {
      const auto old_view = view();
      (void)old_view.sequence();
      heads_->clear(sequence_ + 1);
      ++sequence_;
      QCOMPARE(ids_of(heads_->older(old_view, {&ann, 1}, id_max<StatusId>(), 9)), (Ids{{5}}));
    }
    insert(ann, 6);
    QCOMPARE(newest(ann, 9), (Ids{{6}, {5}}));
  }

  void a_clear_forgets_everything() {
    insert(ann, 5);
    (void)newest(ann, 1);
    insert(ann, 6);  // by another process
    heads_->clear(sequence_ + 1);
    ++sequence_;
    QCOMPARE(newest(ann, 9), (Ids{{6}, {5}}));
  }

  void a_page_below_the_head_is_read_from_the_database() {
    for (int id = 1; id <= 2'000; ++id) insert(ann, id);
    (void)newest(ann, 1);
    QCOMPARE(ids_of(heads_->older(view(), {&ann, 1}, StatusId{501}, 3)), (Ids{{500}, {499}, {498}}));
    QCOMPARE(ids_of(heads_->newer(view(), {&ann, 1}, StatusId{100}, 3)), (Ids{{101}, {102}, {103}}));
  }

  void a_head_grows_where_pages_run_past_its_end_and_not_for_ever() {
    for (int id = 1; id <= 5'000; ++id) insert(ann, id);
    std::size_t bytes = 0;
    for (int round = 0; round < 6; ++round) {
      Ids walked;
      while (walked.size() < 3'000) {
        const auto page =
            ids_of(heads_->older(view(), {&ann, 1}, walked.empty() ? id_max<StatusId>() : walked.back(), 40));
        QCOMPARE(page.size(), std::size_t{40});
        walked.insert(walked.end(), page.begin(), page.end());
      }
      QCOMPARE(walked, naive_older({ann}, id_max<StatusId>(), static_cast<int>(walked.size())));
      if (round == 4) bytes = heads_->bytes();
    }
    QCOMPARE(heads_->bytes(), bytes);
    const int before = table.asked;
    QCOMPARE(newest(ann, 1'000).size(), std::size_t{1'000});
    QCOMPARE(table.asked, before);
  }

  void a_head_full_of_pushes_ends_and_the_database_has_the_rest() {
    (void)newest(ann, 1);
    for (int id = 1; id <= 5'000; ++id) commit(ann, id);
    QVERIFY(heads_->bytes() < 4'096 * 24 + 50'000);  // a table of places, and the head
    QCOMPARE(newest(ann, 5'000), naive_older({ann}, id_max<StatusId>(), 5'000));
    QCOMPARE(ids_of(heads_->newer(view(), {&ann, 1}, StatusId{0}, 5'000)),
             naive_newer({ann}, StatusId{0}, 5'000));
  }

  void blocks_take_no_more_than_they_may_and_the_newest_id_stays() {
    constexpr std::size_t bytes_max = 20'000;
    begin(bytes_max);
    std::vector<AccountId> authors;
    for (int a = 1; a <= 500; ++a) {
      authors.push_back(AccountId{a});
      for (int i = 0; i < 10; ++i) insert(AccountId{a}, a * 10 + i);
    }
    const auto all = [&](int count) {
      return ids_of(heads_->older(view(), authors, id_max<StatusId>(), count));
    };
    QCOMPARE(all(20), naive_older(authors, id_max<StatusId>(), 20));
    QVERIFY(heads_->bytes() < bytes_max + 4'096 * 24);  // the rest is the table by account
    // That 480 of 500 have nothing on the page is known without their blocks.
    table.asked = 0;
    QCOMPARE(all(20), naive_older(authors, id_max<StatusId>(), 20));
    QVERIFY2(table.asked <= 20, qPrintable(QString::number(table.asked)));
    table.asked = 0;
    QCOMPARE(all(20), naive_older(authors, id_max<StatusId>(), 20));
    QCOMPARE(table.asked, 0);
    // Of one without a block, too, a new post is on the next page, and one that is removed is not.
    commit(AccountId{7}, 10'000);
    QCOMPARE(all(20), naive_older(authors, id_max<StatusId>(), 20));
    remove(AccountId{7}, 10'000);
    commit(AccountId{9}, 11'000);
    remove(AccountId{9}, 11'000);
    QCOMPARE(all(20), naive_older(authors, id_max<StatusId>(), 20));
  }

  void a_late_post_below_the_head_is_found() {
    for (int id = 100; id <= 300; ++id) insert(ann, id);
    (void)newest(ann, 1);
    commit(ann, 50);
    QCOMPARE(ids_of(heads_->older(view(), {&ann, 1}, StatusId{101}, 9)), (Ids{{100}, {50}}));
    QCOMPARE(newest(ann, 500).size(), std::size_t{202});
  }

  void quiet_authors_among_busy_ones_are_not_lost() {
    std::vector<AccountId> authors;
    for (int a = 1; a <= 30; ++a) authors.push_back(AccountId{a});
    insert(AccountId{30}, 1);
    for (int id = 2; id <= 3'000; ++id) insert(AccountId{1 + id % 29}, id);
    auto before = id_max<StatusId>();
    Ids walked;
    while (true) {
      const auto page = ids_of(heads_->older(view(), authors, before, 7));
      walked.insert(walked.end(), page.begin(), page.end());
      if (page.size() < 7) break;
      before = page.back();
    }
    QCOMPARE(walked, naive_older(authors, id_max<StatusId>(), 10'000));
  }

  void pages_of_random_authors_are_those_of_the_table() {
    for (unsigned seed = 1; seed <= 40; ++seed) {
      std::mt19937 random(seed);
      const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
      // Room for every block, for some, or hardly for one.
      begin(upto(3) == 0 ? SIZE_MAX : static_cast<std::size_t>(upto(upto(2) == 0 ? 50'000 : 2'000)));
      const int people = 1 + upto(60);
      const int span = 500 + upto(5'000);
      std::set<int> used;
      for (int step = 0; step < 600; ++step) {
        // Some authors post far more than others; ids come in order, but for a few late ones.
        const int author = 1 + (upto(3) == 0 ? upto(people) : upto(std::min(people, 3)));
        const int posts = upto(20) == 0 ? 200 : 1;
        for (int i = 0; i < posts; ++i) {
          const bool is_late = upto(30) == 0;
          const auto id = is_late ? 1 + upto(span) : span + 2 * static_cast<int>(sequence_);
          if (!used.insert(id).second) continue;  // no two statuses have one id
          commit(AccountId{author}, id);
        }
        if (upto(4) == 0) {
          const auto& ids = table.ids[author];
          if (!ids.empty()) remove(AccountId{author}, upto(2) == 0 ? *ids.rbegin() : *ids.begin());
        }
        if (upto(100) == 0) {
          heads_->clear(sequence_ + 1);
          ++sequence_;
        }
        std::vector<AccountId> authors;
        for (int a = 1; a <= people; ++a) {
          if (upto(4) != 0) authors.push_back(AccountId{a});
        }
        const StatusId bound{1 + upto(static_cast<int>(sequence_) * 2 + 2 * span)};
        const int count = 1 + upto(upto(3) == 0 ? 200 : 20);
        QCOMPARE(ids_of(heads_->older(view(), authors, bound, count)), naive_older(authors, bound, count));
        QCOMPARE(ids_of(heads_->newer(view(), authors, bound, count)), naive_newer(authors, bound, count));
      }
    }
  }

  /// One writer, several readers, and now and then everything is dropped: no page misses a post of a commit
  /// that was told of before the page was asked for.
  void pages_made_while_posts_arrive_hold_all_that_was_there_before() {
    constexpr int commits = 4'000;
    const std::vector<AccountId> authors = {{1}, {2}, {3}, {4}, {5}};
    std::atomic<int> wrong{0};
    sequence_ = 0;
    std::vector<std::thread> readers;
    for (int r = 0; r < 2; ++r) {
      readers.emplace_back([&] {
        store::Connection own(":memory:", store::OpenMode::read_write, store::ConnectionOptions{});
        for (std::uint64_t seen = 0; seen < commits;) {
          seen = sequence_.load();
          const store::ReadTx tx(own, sequence_);
          const auto page = ids_of(heads_->older(tx, authors, id_max<StatusId>(), 200));
          // Commit n makes id n: below the newest that was told of, none may be missing.
          auto expected = static_cast<std::int64_t>(seen);
          const auto from =
              std::find_if(page.begin(), page.end(), [&](StatusId id) { return id.value <= expected; });
          wrong += static_cast<int>(
              std::count_if(from, page.end(), [&](StatusId id) { return id.value != expected--; }));
          if (page.size() < 200 && expected != 0) ++wrong;
        }
      });
    }
    for (int id = 1; id <= commits; ++id) {
      commit(authors[static_cast<std::size_t>(id * 7 % 11 % 5)], id);
      if (id % 50 == 0) heads_->clear(sequence_);
    }
    for (auto& reader : readers) reader.join();
    QCOMPARE(wrong.load(), 0);
  }
};

QTEST_GUILESS_MAIN(HeadsTest)
#include "heads_test.moc"
