#include "node/outgoing/client.h"

#include <curl/curl.h>
#include <pthread.h>

#include <atomic>
#include <deque>
#include <future>
#include <iterator>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "node/outgoing/event_loop.h"
#include "node/outgoing/transfer.h"
#include "node/outgoing/trust.h"
#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"

namespace dunlin::outgoing {
namespace {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;

void init_libcurl() {
  static std::once_flag once;
  std::call_once(once, [] { ENSURE(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

std::string system_authorities() {
  const Easy easy(curl_easy_init());
  ENSURE(easy);
  char* path = nullptr;
  curl_easy_getinfo(easy.get(), CURLINFO_CAINFO, &path);
  return path == nullptr ? std::string() : path;
}

/// "host:port:address" -> "host:port", canonical as in a Url.
Result<std::string> name_and_port(std::string_view entry) {
  const auto first = entry.find(':');
  const auto second = first == entry.npos ? first : entry.find(':', first + 1);
  if (second == entry.npos || second + 1 == entry.size())
    return fail(Errc::bad_request, "\"" + std::string(entry) + "\" is not of the form host:port:address");
  TRY(const auto url, Url::parse("https://" + std::string(entry.substr(0, second)) + "/"));
  return std::string(url.host()) + ":" + std::to_string(url.port());
}

}  // namespace

class Client::Engine {
 public:
  Engine(const Options& options, AddressGuard guard, std::map<std::string, std::string, std::less<>> resolve,
         Trust trust);
  ~Engine() { stop(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void send(std::vector<std::pair<Request, Done>> requests);
  void stop();
  Stats stats() const;
  bool is_own_thread() const { return std::this_thread::get_id() == thread_id_; }

 private:
  using Owned = std::unique_ptr<Transfer>;

  void run();
  void start_waiting();
  void run_hop(Owned transfer, Easy easy);
  void take_ended();
  void finish(Owned transfer);
  void cancel_all();

  Trust trust_;
  Shared shared_;
  const std::size_t transfers_max_;
  std::unique_ptr<CURLM, FreeMulti> multi_;
  EventLoop loop_;

  // Of the client's thread.
  std::unordered_map<CURL*, std::pair<Easy, Owned>> running_;
  std::vector<Easy> idle_;

  mutable std::mutex mutex_;
  std::deque<Owned> waiting_;
  bool stopping_ = false;

  std::atomic<std::uint64_t> in_flight_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::array<std::atomic<std::uint64_t>, failures> failed_{};
  std::mutex stop_mutex_;  // one stop() at a time
  std::thread thread_;
  std::thread::id thread_id_;  // join() takes it from `thread_`
};

Client::Engine::Engine(const Options& options, AddressGuard guard,
                       std::map<std::string, std::string, std::less<>> resolve, Trust trust)
    : trust_(std::move(trust)),
      shared_{.guard = std::move(guard),
              .user_agent = options.user_agent,
              .ca_path = trust_.path(),
              .allow_plain_http = options.allow_plain_http,
              .resolve = std::move(resolve),
              .may_contact = options.may_contact},
      transfers_max_(std::max<std::size_t>(1, options.transfers_max)),
      multi_(curl_multi_init()),
      loop_(multi_.get()) {
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(options.kept_connections_max));
  thread_ = std::thread([this] { run(); });
  thread_id_ = thread_.get_id();
}

void Client::Engine::send(std::vector<std::pair<Request, Done>> requests) {
  std::vector<Owned> transfers;
  transfers.reserve(requests.size());
  for (auto& [request, done] : requests) {
    auto headers = request.sign ? request.sign(request.url, request.method) : Headers{};
    transfers.push_back(
        std::make_unique<Transfer>(shared_, std::move(request), std::move(headers), std::move(done)));
  }
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      // Whoever has put the first one there has woken the thread.
      const bool is_awake = !waiting_.empty();
      std::move(transfers.begin(), transfers.end(), std::back_inserter(waiting_));
      transfers.clear();
      if (is_awake) return;
    }
  }
  if (transfers.empty()) return loop_.wake();
  for (auto& transfer : transfers) {
    transfer->cancel();
    finish(std::move(transfer));
  }
}

void Client::Engine::stop() {
  const std::lock_guard once(stop_mutex_);
  if (!thread_.joinable()) return;
  ENSURE(!is_own_thread());
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  loop_.wake();
  thread_.join();
}

void Client::Engine::run() {
  pthread_setname_np(pthread_self(), "outgoing");
  while (true) {
    loop_.turn();
    take_ended();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    start_waiting();
  }
  cancel_all();
}

void Client::Engine::start_waiting() {
  while (running_.size() < transfers_max_) {
    Owned next;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    Easy easy;
    if (idle_.empty()) {
      easy.reset(curl_easy_init());
      ENSURE(easy);
      Transfer::configure(easy.get(), shared_);
    } else {
      easy = std::move(idle_.back());
      idle_.pop_back();
    }
    run_hop(std::move(next), std::move(easy));
  }
}

void Client::Engine::run_hop(Owned transfer, Easy easy) {
  if (!transfer->begin_hop(easy.get())) {
    idle_.push_back(std::move(easy));
    return finish(std::move(transfer));
  }
  auto* handle = easy.get();
  running_.emplace(handle, std::pair(std::move(easy), std::move(transfer)));
  in_flight_.store(running_.size(), std::memory_order_relaxed);
  ENSURE(curl_multi_add_handle(multi_.get(), handle) == CURLM_OK);
}

void Client::Engine::take_ended() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;  // `message` is gone with its handle
    const auto found = running_.find(message->easy_handle);
    ENSURE(found != running_.end());
    auto easy = std::move(found->second.first);
    auto transfer = std::move(found->second.second);
    running_.erase(found);
    const bool goes_on = transfer->end_hop(easy.get(), code);
    curl_multi_remove_handle(multi_.get(), easy.get());
    if (goes_on) {
      run_hop(std::move(transfer), std::move(easy));
    } else {
      in_flight_.store(running_.size(), std::memory_order_relaxed);
      idle_.push_back(std::move(easy));
      finish(std::move(transfer));
    }
  }
}

void Client::Engine::finish(Owned transfer) {
  auto [done, result] = transfer->take();
  transfer.reset();  // its body, which others may count
  auto& count = result ? answered_ : failed_[static_cast<std::size_t>(result.error().failure)];
  count.fetch_add(1, std::memory_order_relaxed);
  done(std::move(result));
}

void Client::Engine::cancel_all() {
  while (!running_.empty()) {
    auto first = running_.begin();
    auto easy = std::move(first->second.first);
    auto transfer = std::move(first->second.second);
    running_.erase(first);
    curl_multi_remove_handle(multi_.get(), easy.get());
    transfer->cancel();
    finish(std::move(transfer));
  }
  in_flight_.store(0, std::memory_order_relaxed);
  std::deque<Owned> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
  }
  for (auto& transfer : waiting) {
    transfer->cancel();
    finish(std::move(transfer));
  }
}

Stats Client::Engine::stats() const {
  Stats out;
  out.in_flight = in_flight_.load(std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    out.waiting = waiting_.size();
  }
  out.answered = answered_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < failures; ++i) out.failed[i] = failed_[i].load(std::memory_order_relaxed);
  out.connections_opened = shared_.connections_opened.load(std::memory_order_relaxed);
  out.connections_open = shared_.connections_open.load(std::memory_order_relaxed);
  out.hops_on_kept_connections = shared_.hops_on_kept_connections.load(std::memory_order_relaxed);
  out.addresses_refused = shared_.addresses_refused.load(std::memory_order_relaxed);
  return out;
}

Result<std::unique_ptr<Client>> Client::open(Options options) {
  init_libcurl();
  std::vector<AllowedRange> allowed;
  for (const auto& text : options.allow) {
    TRY(auto range, AllowedRange::parse(text));
    allowed.push_back(range);
  }
  std::map<std::string, std::string, std::less<>> resolve;
  for (const auto& entry : options.resolve) {
    TRY(auto name, name_and_port(entry));
    resolve[name] = name + entry.substr(entry.find(':', entry.find(':') + 1));
  }
  TRY(auto trust, Trust::load(system_authorities(), options.ca_file));
  auto engine = std::make_unique<Engine>(options, AddressGuard(options.allow_private, std::move(allowed)),
                                         std::move(resolve), std::move(trust));
  return std::unique_ptr<Client>(new Client(std::move(engine)));
}

Client::Client(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Client::~Client() = default;

void Client::send(Request request, Done done) {
  std::vector<std::pair<Request, Done>> one;
  one.emplace_back(std::move(request), std::move(done));
  engine_->send(std::move(one));
}

void Client::send(std::vector<std::pair<Request, Done>> requests) {
  if (!requests.empty()) engine_->send(std::move(requests));
}

Fetched Client::fetch(Request request) {
  ENSURE(!engine_->is_own_thread());
  std::promise<Fetched> promise;
  auto answer = promise.get_future();
  send(std::move(request), [&promise](Fetched result) { promise.set_value(std::move(result)); });
  return answer.get();
}

void Client::stop() { engine_->stop(); }
Stats Client::stats() const { return engine_->stats(); }

}  // namespace dunlin::outgoing
