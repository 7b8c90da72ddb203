#include "node/cli/capacity_costs.h"

#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "node/cli/dev_seed.h"
#include "node/domain/statuses/publish.h"
#include "node/feed/feeds.h"
#include "node/store/accounts.h"
#include "node/store/database.h"
#include "node/store/history.h"
#include "node/store/maintenance.h"
#include "protocol/base/log.h"
#include "protocol/signature/cavage.h"

namespace dunlin::cli {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t statuses_min = 1'000;  // fewer, and the empty tables are most of the file
constexpr auto patience = 400ms;              // for each of the things that are measured

/// Of this thread, in microseconds: what others do on the machine does not count.
double cpu_us() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

/// Calls `once` until the time is up; how often.
template <class Once>
int repeat(const Once& once) {
  const auto end = system_clock().monotonic() + patience;
  int count = 0;
  for (; system_clock().monotonic() < end; ++count) once();
  return count;
}

/// The processor time of one call, microseconds.
template <class Once>
double time_of_one(const Once& once) {
  once();  // warms
  const double before = cpu_us();
  const int count = repeat(once);
  return (cpu_us() - before) / std::max(count, 1);
}

/// A node with demo data on the same disk, gone with this object.
class Throwaway {
 public:
  static Result<std::unique_ptr<Throwaway>> make(const app::DataFolder& beside) {
    auto name = beside.path + "/measure-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
      return fail(Errc::unavailable, "Cannot make a folder in " + beside.path + " to measure with");
    std::unique_ptr<Throwaway> made(new Throwaway({name}));
    TRY_DO(app::init_folder(made->folder_, "measure.invalid"));
    TRY_DO(dev_seed(name, {.accounts = 200, .statuses = 2'000, .follows_per_account = 50}));
    return made;
  }
  ~Throwaway() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_.path, ignored);
  }
  const app::DataFolder& folder() const { return folder_; }

 private:
  explicit Throwaway(app::DataFolder folder) : folder_(std::move(folder)) {}
  app::DataFolder folder_;
};

const domain::Site site{"measure.invalid", "https://measure.invalid"};

Result<void> measure_posts(const app::DataFolder& folder, Costs& costs) {
  TRY(auto session, Session::open(folder));
  const auto author =
      session.read([](const store::ReadTx& tx) { return store::account_by_name(tx, "reader", ""); });
  if (!author) return fail(Errc::not_found, "there is no demo data");
  const std::string text(240, 'x');
  const auto post = [&] {
    return session.write([&](store::WriteTx& tx) -> Result<void> {
      domain::StatusDraft draft;
      TRY(draft.text, domain::prepare_text(tx, site, {.characters_max = 500}, text, "", "plain"));
      TRY_DO(domain::publish(tx, *author, draft));
      return {};
    });
  };
  TRY_DO(post());
  const double cpu = cpu_us();
  const auto begin = system_clock().monotonic();
  const int count = repeat([&] { (void)post(); });
  const auto wall = std::chrono::duration<double>(system_clock().monotonic() - begin).count();
  costs.post_us = {(cpu_us() - cpu) / count, Source::measured_now};
  costs.commits_per_s = {count / wall, Source::measured_now};
  return {};
}

void measure_page(const app::DataFolder& folder, Costs& costs) {
  const store::CommitSequence sequence{0};
  const auto connection = store::open_for_reading(folder.database_file(), {});
  const store::ReadTx tx(*connection, sequence);
  domain::Domains domains(site.domain, false);
  domains.reload(tx);
  feed::Feeds feeds(site, domains, system_clock(), {});
  store::Changes all;
  all.everything = true;
  all.newest_id = store::greatest_id(*connection);
  feeds.on_commit(all, sequence);
  const auto reader = store::account_by_name(tx, "reader", "");
  if (!reader) return;
  const auto viewer = feeds.viewer(tx, *reader);
  std::size_t bytes = 0;
  const double us =
      time_of_one([&] { bytes = feeds.json(tx, *viewer, feeds.home(tx, *viewer, {}).entries).size(); });
  costs.page_us = {us, Source::measured_now};
  costs.page_bytes = {static_cast<double>(bytes), Source::measured_now};
}

void measure_push(Costs& costs) {
  constexpr std::uint32_t readers = 16'384;  // 32 MB: more than a processor's caches hold
  constexpr std::size_t followers = 4'096;
  feed::Rings rings(std::size_t{readers} * feed::Rings::length * 8 * 2);
  for (std::uint32_t account = 1; account <= readers; ++account)
    rings.build(AccountId{account}, rings.version(AccountId{account}), {}, true);
  std::mt19937 random(1);  // the same followers each time
  std::vector<std::uint32_t> list;
  while (list.size() < followers) list.push_back(1 + static_cast<std::uint32_t>(random() % readers));
  std::int64_t id = 1;
  // Rings that nobody reads are dropped after 1,024 pushes: fewer than that here.
  double us = 0;
  int pushes = 0;
  for (; pushes < 500; ++pushes) {
    const double before = cpu_us();
    rings.push(list.data(), list.data() + list.size(), rings.begin({StatusId{++id}, false}));
    us += cpu_us() - before;
  }
  costs.push_ns = {us * 1e3 / static_cast<double>(followers) / pushes, Source::measured_now};
}

void measure_signature(Costs& costs) {
  const auto key = signature::PrivateKey::generate(signature::KeyKind::rsa);
  const std::string body(static_cast<std::size_t>(costs.notice_bytes.value), 'x');
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"Content-Type", "application/activity+json"}};
  signature::Message message;
  message.method = "POST";
  message.authority = "example.org";
  message.target = "/inbox";
  message.headers.emplace_back(headers[0].first, headers[0].second);
  message.body = body;
  message.has_body = true;
  costs.delivery_us = {time_of_one([&] {
                         (void)signature::sign_cavage(key, "https://measure.invalid/a#key", message,
                                                      system_clock().now(), sha256(body));
                       }),
                       Source::measured_now};
}

Result<void> measure(const app::DataFolder& folder, Costs& costs) {
  TRY(const auto throwaway, Throwaway::make(folder));
  TRY_DO(measure_posts(throwaway->folder(), costs));
  measure_page(throwaway->folder(), costs);
  measure_push(costs);
  measure_signature(costs);
  return {};
}

Result<void> look_at_database(const app::DataFolder& folder, Costs& costs) {
  TRY(const auto snapshot, store::Snapshot::open(folder.database_file()));
  const auto statuses = snapshot->totals().statuses;
  if (statuses < statuses_min) return {};
  const auto connection = store::open_for_reading(folder.database_file(), {});
  const auto bytes =
      connection->pragma_integer("PRAGMA page_count") * connection->pragma_integer("PRAGMA page_size");
  costs.post_bytes = {static_cast<double>(bytes) / static_cast<double>(statuses), Source::database};
  return {};
}

/// What a whole operation took, without what is counted for its request.
void put_whole(Cost& cost, const std::optional<double>& whole_us, const Costs& costs) {
  if (whole_us) cost = {std::max(0.0, *whole_us - costs.https_us.value), Source::history};
}

void look_at_history(Session& session, Costs& costs) {
  std::vector<Interval> intervals;
  session.read([&](const store::ReadTx& tx) {
    for (const auto& row : store::history_since(tx, store::history_steps[0].seconds, {})) {
      intervals.push_back({static_cast<double>(row.feed_reads), static_cast<double>(row.posts),
                           static_cast<double>(row.deliveries), static_cast<double>(row.cpu_ms) * 1e3});
    }
  });
  const auto explained = explain(intervals);
  if (!explained) return;
  put_whole(costs.page_us, explained->read_us, costs);
  put_whole(costs.post_us, explained->post_us, costs);
  put_whole(costs.delivery_us, explained->delivery_us, costs);
}

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.cores = std::max(1u, std::thread::hardware_concurrency());
  machine.memory_bytes =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return machine;
}

Result<Costs> costs_of(Session& session, const app::DataFolder& folder, bool measures) {
  Costs costs;
  if (measures) {
    set_log_level(Level::warning);  // making a node is nothing to tell of
    TRY_DO(measure(folder, costs));
  }
  TRY_DO(look_at_database(folder, costs));
  look_at_history(session, costs);
  return costs;
}

}  // namespace dunlin::cli
