#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/auth/scopes.h"
#include "node/net/http.h"
#include "node/store/transaction.h"
#include "protocol/base/result.h"

namespace dunlin::api {

class Context;

/// After the commit, back on the request's loop: what the client is told.
using Then = std::function<Result<net::Response>(Context&)>;
/// Work for the writer. Runs on its thread, maybe twice; so it holds values only and moves nothing out of
/// them.
struct Write {
  std::function<Result<Then>(store::WriteTx&)> apply;
};
struct Slow;
/// An answer that comes once, from any thread, when it is there: nobody waits for it. `begin` is called after
/// the handler, so it holds values only.
struct Later {
  using Answer = std::function<void(Result<net::Response>)>;
  std::function<void(Answer answer)> begin;
};
/// What a handler answers: a response; a write and what to say after it; slow work for a worker thread that
/// answers again; or that the answer comes by itself.
using Outcome = std::variant<net::Response, Write, Slow, Later>;
/// Hashing, pictures, searches: anything that would hold up an I/O loop for a millisecond or more.
struct Slow {
  std::function<Result<Outcome>(Context&)> work;
  bool waits_for_network = false;  // then it must not hold up those that only compute
};

using RouteHandler = Result<Outcome> (*)(Context&);

/// Who may call a route. There is no default: a route that does not say it does not compile.
class Access {
 public:
  /// A page or an OAuth endpoint: bearer tokens mean nothing to it.
  static constexpr Access page() { return Access(Kind::page, auth::Scope::read); }
  /// The same, and not counted by rate limits: a page shows many pictures, and who watches the node asks
  /// often.
  static constexpr Access uncounted() { return Access(Kind::uncounted, auth::Scope::read); }
  /// Other nodes, which sign what they send. The body is theirs to read, and limits are the handler's.
  static constexpr Access peer() { return Access(Kind::peer, auth::Scope::read); }
  /// Public facts about the node: tokens mean nothing to them.
  static constexpr Access open() { return Access(Kind::open, auth::Scope::read); }
  /// Also without a token; with one, it must be good and reach this scope.
  static constexpr Access anyone(auth::Scope scope) { return Access(Kind::anyone, scope); }
  /// Any good token, also an application's own.
  static constexpr Access token() { return Access(Kind::token, auth::Scope::read); }
  /// An application's own token with this scope: signing up.
  static constexpr Access app(auth::Scope scope) { return Access(Kind::app, scope); }
  /// A person's token that reaches this scope.
  static constexpr Access user(auth::Scope scope) { return Access(Kind::user, scope); }

  enum class Kind : std::uint8_t { page, uncounted, peer, open, anyone, token, app, user };
  Kind kind() const { return kind_; }
  auth::Scope scope() const { return scope_; }

 private:
  constexpr Access(Kind kind, auth::Scope scope) : kind_(kind), scope_(scope) {}
  Kind kind_;
  auth::Scope scope_;
};

struct Route {
  net::Method method;
  std::string_view pattern;  // "/api/v1/statuses/:id"; a `*` at the end takes the rest of the path
  Access access;
  RouteHandler handler;
  std::uint64_t body_bytes_max = 0;  // 0 = limits::request_body_bytes_max for methods that have a body
};

/// All routes: what the router, the tests of scopes and the documentation read. One function per endpoint
/// family.
const std::vector<Route>& all_routes();

/// Finds routes by method and path.
class Router {
 public:
  explicit Router(const std::vector<Route>& routes);
  struct Match {
    const Route* route = nullptr;        // null: no such path, or not with this method
    std::vector<net::Method> methods;    // that the path takes; none: there is no such path
    std::vector<std::string_view> args;  // what stood for each ":name" and "*", in order; views into the path
  };
  Match find(net::Method method, std::string_view path) const;

 private:
  struct Node {
    std::vector<std::pair<std::string_view, std::size_t>> children;  // by literal segment
    std::size_t any = 0;                                             // child for ":name", 0 = none
    std::size_t rest = 0;                                            // child for "*"
    std::vector<const Route*> routes;
  };
  std::size_t child(std::size_t node, std::string_view segment);
  std::vector<Node> nodes_;
};

}  // namespace dunlin::api
