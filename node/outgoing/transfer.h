#pragma once
#include <curl/curl.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "node/outgoing/address_guard.h"
#include "node/outgoing/exchange.h"

namespace dunlin::outgoing {

/// What all transfers of a client share. The counters are read by other threads.
struct Shared {
  AddressGuard guard;
  std::string user_agent;
  std::string ca_path;
  bool allow_plain_http = false;
  std::map<std::string, std::string, std::less<>> resolve;  // "host:port" -> "host:port:address"
  std::function<bool(const Url&)> may_contact;

  std::atomic<std::uint64_t> connections_opened{0};
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> hops_on_kept_connections{0};
  std::atomic<std::uint64_t> addresses_refused{0};

  UrlSchemes schemes() const { return allow_plain_http ? UrlSchemes::http_or_https : UrlSchemes::https; }
};

/// One request with its redirects, a hop at a time, each on the same handle:
///   while (!t.begin_hop(easy)) { run the handle; if (!t.end_hop(easy, code)) break; }   then t.take()
class Transfer {
 public:
  using Done = std::function<void(Fetched)>;
  Transfer(Shared& shared, Request request, Headers signed_headers, Done done);

  /// Sets what all hops of all transfers have in common, once for a new handle.
  static void configure(CURL* easy, Shared& shared);
  /// Prepares a handle that was configured for the next hop: all that can differ is set, whatever the handle
  /// did before. False: it must not be made, the result says why.
  bool begin_hop(CURL* easy);
  /// Reads what came of it. True: there is another hop, to a redirect's target.
  bool end_hop(CURL* easy, CURLcode code);

  void cancel() { result_ = failed(Failure::cancelled, "stopped"); }
  /// For whoever asked. Last of all.
  std::pair<Done, Fetched> take() {
    if (!result_) result_.error().was_redirected = redirects_ > 0;
    return {std::move(done_), std::move(result_)};
  }

 private:
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, FreeList>;

  static tl::unexpected<FetchError> failed(Failure failure, std::string detail) {
    return tl::unexpected<FetchError>(FetchError{failure, std::move(detail)});
  }
  bool set_headers(CURL* easy);
  void set_method_and_body(CURL* easy);
  void set_connection(CURL* easy);
  void set_bounds(CURL* easy);
  FetchError error_of(CURLcode code) const;
  bool follow();

  bool take_head_line(std::string_view line);
  bool take_field(std::string_view name, std::string_view value);
  bool end_head();
  bool give_up(Failure failure, std::string detail);

  static std::size_t on_head(char* bytes, std::size_t, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* self);
  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address);
  static int on_close(void* shared, curl_socket_t fd);

  Shared& shared_;
  Request request_;
  Url url_;
  Headers signed_;
  Done done_;
  std::chrono::microseconds left_;
  int redirects_ = 0;
  List lines_;
  List resolve_;
  Fetched result_;

  // Of the hop that runs.
  std::optional<FetchError> given_up_;  // why a callback ended it
  int status_ = 0;
  Headers fields_;
  std::string body_;
  std::size_t body_bytes_ = 0;  // also of one that is not kept
  std::size_t head_bytes_ = 0;
  bool head_ended_ = false;
  bool refused_ = false;    // an address
  bool permitted_ = false;  // another one
};

}  // namespace dunlin::outgoing
