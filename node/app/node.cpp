#include "node/app/node.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "node/api/dispatcher.h"
#include "node/app/housekeeping.h"
#include "node/app/metrics.h"
#include "node/federation/catch_up.h"
#include "node/federation/deliveries.h"
#include "node/federation/emoji_pictures.h"
#include "node/federation/imports.h"
#include "node/federation/keys.h"
#include "node/federation/remote.h"
#include "node/federation/signers.h"
#include "node/feed/feeds.h"
#include "node/net/server.h"
#include "node/store/database.h"
#include "node/store/writer.h"
#include "protocol/base/limits.h"
#include "protocol/base/log.h"

namespace dunlin::app {

namespace {

constexpr std::uint8_t process_number = 0;  // commands that write beside the node use others
constexpr unsigned worker_threads = 2;
constexpr unsigned network_threads = 16;  // each waits for one other node
constexpr std::size_t worker_queue_max = 256;

unsigned loop_count(const Config& config) {
  if (config.server.loops > 0) return static_cast<unsigned>(config.server.loops);
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

/// In the order of starting. Each uses only what stands above it.
struct Node::Parts {
  Parts(DataFolder node_folder, Config node_config, const Clock& node_clock, Random& node_random)
      : folder(std::move(node_folder)),
        config(std::move(node_config)),
        clock(node_clock),
        random(node_random),
        site{config.domain, public_url(config)},
        domains(config.domain, config.federation.mode == FederationMode::allow_list),
        files(folder.media_folder(), random),
        rate_limits(config.rate_limit, clock),
        feeds(site, domains, clock, budget()) {}

  feed::Feeds::Budget budget() const {
    const auto mib = [](std::int64_t n) { return static_cast<std::size_t>(n) << 20; };
    // An account's JSON is as long as a status's, and a page has fewer authors than statuses.
    return {mib(config.caches.statuses_mib) * 2 / 3, mib(config.caches.statuses_mib) / 3,
            mib(config.caches.viewers_mib),          mib(config.caches.rings_mib),
            mib(config.caches.followers_mib),        mib(config.caches.heads_mib)};
  }

  void reload_domains() {
    const store::CommitSequence unused{0};  // nothing that is read here is kept by a commit's number
    domains.reload(store::ReadTx(*rules_reader, unused));
  }

  DataFolder folder;
  Config config;
  const Clock& clock;
  Random& random;
  domain::Site site;
  domain::Domains domains;
  media::Files files;
  api::RateLimits rate_limits;
  feed::Feeds feeds;
  api::Sessions sessions;
  std::unique_ptr<store::Connection> rules_reader;  // of the writer's thread
  std::unique_ptr<store::Writer> writer;
  std::unique_ptr<Housekeeping> housekeeping;
  std::unique_ptr<outgoing::Client> client;
  std::unique_ptr<federation::Keys> keys;
  std::unique_ptr<federation::Remote> remote;
  federation::Signers signers;
  std::unique_ptr<federation::Deliveries> deliveries;
  std::unique_ptr<federation::Imports> imports;
  std::unique_ptr<federation::CatchUp> catch_up;
  std::unique_ptr<api::Workers> workers;
  std::unique_ptr<api::Workers> network_workers;
  std::unique_ptr<federation::EmojiPictures> emoji_pictures;
  std::unique_ptr<api::Dispatcher> dispatcher;
  std::unique_ptr<net::Server> server;
  std::vector<std::string> addresses;
  std::atomic<bool> is_ready = false;
};

namespace {

Result<net::ServerOptions> server_options(const DataFolder& folder, const Config& config, const Clock& clock,
                                          Random& random) {
  net::ServerOptions options;
  options.listen = config.server.listen;
  if (!config.tls.cert.empty()) options.tls_certificate_file = folder.resolved(config.tls.cert);
  if (!config.tls.key.empty()) options.tls_key_file = folder.resolved(config.tls.key);
  for (const auto& text : config.proxy.trusted) {
    TRY(auto range, net::Cidr::parse(text));
    options.trusted_proxies.push_back(range);
  }
  options.behind_proxy = config.proxy.behind;
  options.loops = loop_count(config);
  options.limits.head_deadline = std::chrono::seconds(config.server.head_seconds);
  options.limits.body_deadline = std::chrono::seconds(config.server.body_seconds);
  options.limits.idle_deadline = std::chrono::seconds(config.server.idle_seconds);
  options.limits.write_deadline = std::chrono::seconds(config.server.write_seconds);
  options.limits.connections_per_address_max =
      static_cast<std::size_t>(config.server.connections_per_address);
  options.limits.connections_max = static_cast<std::size_t>(config.server.connections_max);
  options.clock = &clock;
  options.random = &random;
  return options;
}

}  // namespace

namespace {

outgoing::Options outgoing_options(const DataFolder& folder, const Config& config, const domain::Site& site,
                                   const domain::Domains& domains) {
  outgoing::Options options;
  options.user_agent += " (+" + site.base_url + "/)";
  if (!config.outgoing.ca_file.empty()) options.ca_file = folder.resolved(config.outgoing.ca_file);
  options.allow_private = config.outgoing.allow_private;
  options.allow = config.outgoing.allow;
  options.resolve = config.outgoing.resolve;
  options.allow_plain_http = site.base_url.starts_with("http://");
  options.may_contact = [&domains](const Url& url) { return !domains.is_blocked(url.authority()); };
  return options;
}

}  // namespace

Result<std::unique_ptr<Node>> Node::start(DataFolder folder, Config config, const Clock& clock,
                                          Random& random) {
  auto parts = std::make_unique<Parts>(std::move(folder), std::move(config), clock, random);
  Parts& p = *parts;
  const auto options = connection_options(p.config);
  TRY(auto connection, store::open_for_writing(p.folder.database_file(), false, options));
  connection->execute(
      "PRAGMA wal_autocheckpoint = 0");  // housekeeping does it, so that no request pays for it
  p.rules_reader = store::open_for_reading(p.folder.database_file(), options);
  const auto on_commit = [&p](const store::Changes& changes, std::uint64_t number) {
    // Before the caches: what they make anew is made by the rules of now.
    if (changes.domains || changes.everything) p.reload_domains();
    p.feeds.on_commit(changes, number);
    p.sessions.on_commit(changes, number);
    if ((changes.domains || changes.everything) && p.is_ready) p.emoji_pictures->rules_changed();
    if (changes.notices && p.is_ready) p.deliveries->wake();
    if (changes.fetches && p.is_ready) p.catch_up->wake();
  };
  p.writer = std::make_unique<store::Writer>(
      std::move(connection), clock, process_number, on_commit,
      store::Writer::Options{limits::writer_queue_max, limits::writer_batch_max});
  // The mode may be another one than at the last run.
  TRY_DO(p.writer->run([&p](store::WriteTx& tx) -> Result<void> {
    domain::cut_ties(tx, domain::DomainRules(tx, p.domains.own(), p.domains.only_allowed()));
    return {};
  }));
  const auto open_reader = [&p, options] {
    return store::open_for_reading(p.folder.database_file(), options);
  };
  p.feeds.start_fan_out(open_reader(), p.writer->sequence());
  p.housekeeping = std::make_unique<Housekeeping>(*p.writer, p.clock, p.folder.database_file(), options);
  TRY(p.client, outgoing::Client::open(outgoing_options(p.folder, p.config, p.site, p.domains)));
  p.keys = std::make_unique<federation::Keys>(*p.writer);
  p.remote = std::make_unique<federation::Remote>(p.site, p.clock, *p.writer, *p.keys, *p.client);
  p.catch_up = std::make_unique<federation::CatchUp>(
      federation::CatchUp::Options{std::chrono::seconds(p.config.federation.catch_up_after)}, p.site, p.clock,
      *p.writer, *p.keys, *p.client, open_reader());
  p.workers = std::make_unique<api::Workers>(worker_threads, worker_queue_max, open_reader);
  p.network_workers = std::make_unique<api::Workers>(network_threads, worker_queue_max, open_reader);
  const auto run = [&p](std::function<void()> work) {
    return p.workers->submit([work = std::move(work)](store::Connection&) { work(); });
  };
  p.emoji_pictures = std::make_unique<federation::EmojiPictures>(
      federation::EmojiPictures::Options{p.config.media.remote_budget, run}, p.site, p.domains, p.clock,
      *p.writer, *p.client, p.files);
  std::vector<std::unique_ptr<store::Connection>> readers;
  for (unsigned i = 0; i < loop_count(p.config); ++i) readers.push_back(open_reader());
  const auto metrics = [&p] {
    return metrics_text(p.server->stats(), p.writer->stats(), p.feeds.memory(), p.feeds.fan_out());
  };
  const auto host_is_alive = [&p](const std::string& origin) {
    if (!p.is_ready) return;
    p.deliveries->is_alive(origin);
    p.remote->is_alive(origin);
  };
  api::Services services{p.config,
                         p.site,
                         p.domains,
                         p.clock,
                         p.random,
                         *p.writer,
                         p.feeds,
                         p.sessions,
                         *p.workers,
                         *p.network_workers,
                         *p.keys,
                         *p.remote,
                         p.signers,
                         *p.catch_up,
                         p.files,
                         *p.emoji_pictures,
                         p.rate_limits,
                         metrics,
                         [&p] { return p.is_ready.load(); },
                         host_is_alive};
  p.dispatcher = std::make_unique<api::Dispatcher>(std::move(services), std::move(readers));
  TRY(auto server, server_options(p.folder, p.config, clock, random));
  p.server = std::make_unique<net::Server>(std::move(server), *p.dispatcher);
  TRY(p.addresses, p.server->start());
  p.deliveries = std::make_unique<federation::Deliveries>(p.site, p.domains, p.clock, p.random, *p.writer,
                                                          *p.keys, *p.client, open_reader());
  p.imports = std::make_unique<federation::Imports>(p.site, p.domains, p.clock, *p.writer, *p.remote,
                                                    open_reader(), p.config.follows.max);
  p.is_ready = true;
  p.catch_up->start();
  return std::unique_ptr<Node>(new Node(std::move(parts)));
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Node::~Node() { stop(); }

std::string Node::url() const {
  const bool is_plain = parts_->config.tls.cert.empty();
  return (is_plain ? "http://" : "https://") + parts_->addresses.front();
}
const std::vector<std::string>& Node::addresses() const { return parts_->addresses; }
Result<void> Node::reload_tls() { return parts_->server->reload_tls(); }

void Node::stop() {
  if (!parts_->is_ready.exchange(false)) return;
  parts_->server->stop();
  parts_->catch_up->stop();
  parts_->deliveries->stop();
  parts_->imports->begin_stop();
  parts_->client->stop();
  parts_->imports->stop();
  parts_->network_workers->stop();
  parts_->workers->stop();
  parts_->housekeeping->stop();
  parts_->writer->stop();
  parts_->feeds.stop_fan_out();
}

}  // namespace dunlin::app
