#pragma once
// One request on its way through its handler, and what handlers share.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/api/route.h"
#include "node/api/sessions.h"
#include "node/api/workers.h"
#include "node/app/config.h"
#include "node/domain/federation/domains.h"
#include "node/domain/site.h"
#include "node/feed/feeds.h"
#include "node/media/files.h"
#include "node/net/params.h"
#include "node/net/rate_limit.h"
#include "node/store/writer.h"
#include "node/streaming/hub.h"
#include "node/web/views.h"

namespace dunlin::federation {
class CatchUp;
class EmojiPictures;
class Keys;
class Remote;
class Signers;
}  // namespace dunlin::federation

namespace dunlin::api {

/// What is limited, each with a window of its own. `enabled` off lets everything pass.
struct RateLimits {
  RateLimits(const app::Config::RateLimit& config, const Clock& clock);
  bool enabled;
  net::RateLimiter requests_of_account;
  net::RateLimiter requests_of_address;
  net::RateLimiter statuses_of_account;
  net::RateLimiter uploads_of_account;
  net::RateLimiter sign_ups_of_address;
  net::RateLimiter sign_ins_of_account;
  net::RateLimiter sign_ins_of_address;
};

/// The parts of a running node that handlers use. All outlive every request.
struct Services {
  const app::Config& config;
  const domain::Site& site;
  const domain::Domains& domains;
  const Clock& clock;
  Random& random;
  store::Writer& writer;
  feed::Feeds& feeds;
  Sessions& sessions;
  Workers& workers;
  Workers& network_workers;  // for what waits for other nodes
  federation::Keys& keys;
  federation::Remote& remote;
  federation::Signers& signers;
  federation::CatchUp& catch_up;
  media::Files& files;
  federation::EmojiPictures& emoji_pictures;
  RateLimits& rate_limits;
  streaming::Hub& streams;
  std::function<std::string()> metrics;  // Prometheus text
  std::function<bool()> is_ready;
  std::function<void(const std::string& origin)> host_is_alive;  // another node proved to be there
};

class Context {
 public:
  Context(Services& node, const net::Request& incoming) : services(node), request(incoming) {}

  Services& services;
  const net::Request& request;
  net::Params params;
  std::vector<std::string_view> args;  // of the route's pattern
  Caller caller;
  std::string token;  // the caller's, as it came
  const Route* route = nullptr;
  std::chrono::nanoseconds received_at{};        // Clock::monotonic(); of requests that may write
  std::optional<net::RateLimiter::Answer> rate;  // for the X-RateLimit headers

  /// The view of the database of this step: on the loop, on a worker, or after the commit.
  const store::ReadTx& tx() const { return *tx_; }
  void set_tx(const store::ReadTx* tx) { tx_ = tx; }

  /// The client's address as limits count it: all of an IPv6 customer's addresses are one.
  std::string client_key() const;
  /// Counts one use. 429 when there were too many, and then the answer's headers say when it may go on.
  /// Nothing while limits are off.
  Result<void> take(net::RateLimiter& limiter, std::string_view key, std::string_view message);

  AccountId me() const { return caller.account; }
  Timestamp now() const { return services.clock.now(); }
  const domain::Site& site() const { return services.site; }
  feed::Feeds& feeds() const { return services.feeds; }

  /// The n-th argument of the path as an id; 404 when it is none: such a row cannot exist.
  Result<StatusId> status_arg(std::size_t n = 0) const;
  Result<NotificationId> notification_arg(std::size_t n = 0) const;
  /// An account that exists and is not gone.
  Result<AccountId> account_arg(std::size_t n = 0) const;
  Result<AccountId> account_of(std::string_view public_id) const;

 private:
  const store::ReadTx* tx_ = nullptr;
};

// --- answers ---
/// What every page shows of the node.
web::Site page_site(const Services& services);
net::Response json_response(std::string body, int status = 200);
inline net::Response empty_object() { return json_response("{}"); }
inline net::Response empty_array() { return json_response("[]"); }
/// `{"error": …}` with the status of the error's kind.
net::Response error_response(const Error& error);
int status_of(Errc code);
net::Response redirect(std::string location, int status = 302);
net::Response html_response(std::string body, std::vector<std::pair<std::string, std::string>> headers,
                            int status = 200);

/// A write whose answer is made after the commit.
inline Result<Outcome> write(std::function<Result<Then>(store::WriteTx&)> apply) {
  return Write{std::move(apply)};
}
/// A write that answers `{}`.
Result<Outcome> write_then_empty(std::function<Result<void>(store::WriteTx&)> apply);

/// JSON, of about `bytes`, that `append` writes: as gzip where the client takes it.
net::Response page_response(const Context& context, std::size_t bytes,
                            const std::function<void(feed::PageWriter&)>& append);
net::Response entries_response(const Context& context, const feed::Viewer& viewer,
                               std::span<const feed::Entry> entries);
/// An answer with an ETag that stands for `version`; 304 without making it when the client has it already.
/// RFC 9110 13.1.2; the tag is weak, so it is that of plain text and gzip alike.
net::Response versioned(const Context& context, std::uint64_t version,
                        const std::function<net::Response()>& make);

// --- pages ---
/// The request's path as it stands in an address: percent-encoded again.
std::string encoded_path(const net::Request& request);
/// `Link: <…?max_id=X>; rel="next", <…?min_id=Y>; rel="prev"` with all other parameters of the request.
void add_link_header(const Context& context, net::Response& response,
                     const std::optional<std::string>& max_id, const std::optional<std::string>& min_id);
/// max_id, since_id, min_id and limit of a status feed. A malformed id is 422; a limit out of range is put
/// into range.
Result<feed::PageRequest> status_page_request(const Context& context);
/// The same for lists paged by an edge's own id.
Result<store::EdgePage> edge_page_request(const Context& context, int limit_default, int limit_max);
Result<int> limit_param(const Context& context, int standard, int max);
Result<int> offset_param(const Context& context);

// --- entities ---
/// Status entity for this reader; 404 when it may not be seen.
Result<net::Response> show_status(Context& context, StatusId id);
Then then_show_status(StatusId id);
net::Response status_list(Context& context, const feed::StatusPage& page);
/// Lets the counts of those from elsewhere be refreshed.
void tell_shown(Context& context, std::span<const feed::Entry> entries);
/// `add` may change the JSON of each account.
net::Response account_list(Context& context, const std::vector<store::Edge>& edges,
                           const store::EdgePage& page,
                           const std::function<void(std::string& json, AccountId)>& add = {});
/// JSON array of Account entities, those that are gone left out.
std::string accounts_json(Context& context, const std::vector<AccountId>& ids,
                          const std::function<void(std::string& json, AccountId)>& add = {});

}  // namespace dunlin::api
