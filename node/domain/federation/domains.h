#pragma once
// Which other servers this node deals with: the one place for domain blocks and the allow list.
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "node/store/domains.h"
#include "protocol/base/result.h"

namespace dunlin::domain {

/// What holds for one server.
struct DomainPolicy {
  /// Nothing in, nothing out, nothing fetched; what is here of it is shown to nobody.
  bool is_blocked = false;
  /// Shown to those only who follow: not in public and tag feeds, suggestions and searches, and its people
  /// notify only those who follow them.
  bool is_silenced = false;
  bool rejects_media = false;
  bool rejects_reports = false;
};

/// The rules of one moment. A rule holds for every name below its own; of several the longest name wins, so a
/// rule `none` takes one name out of what is blocked above it. A rule that names no port holds for all ports.
class DomainRules {
 public:
  /// `own` is never blocked. `only_allowed`: federation.mode = allow_list.
  DomainRules(const store::ReadTx& tx, std::string own, bool only_allowed);
  /// `host` in any case, maybe with a port; empty stands for this node.
  DomainPolicy policy(std::string_view host) const;
  /// Whether any server at all can be blocked.
  bool can_block() const { return only_allowed_ || has_blocks_; }

 private:
  std::string own_;
  bool only_allowed_ = false;
  bool has_blocks_ = false;
  std::unordered_map<std::string, DomainPolicy> rules_;
  std::unordered_set<std::string> allowed_;
};

/// The rules in force, in memory: asked for each request, delivery and profile without touching the database.
/// Any thread.
class Domains {
 public:
  Domains(std::string own, bool only_allowed) : own_(std::move(own)), only_allowed_(only_allowed) {}
  /// After a commit that changed them, before anyone is told of it.
  void reload(const store::ReadTx& tx);
  DomainPolicy policy(std::string_view host) const;
  bool is_blocked(std::string_view host) const { return policy(host).is_blocked; }
  /// Of an actor, an inbox, a key: by its host. What is no address is not blocked; it gets nowhere else.
  bool is_blocked_address(std::string_view address) const;
  bool only_allowed() const { return only_allowed_; }
  const std::string& own() const { return own_; }

 private:
  std::shared_ptr<const DomainRules> rules() const;
  std::string own_;
  bool only_allowed_;
  mutable std::mutex mutex_;
  std::shared_ptr<const DomainRules> rules_;  // protected by mutex_; null until the first reload()
};

/// A name as rules keep it: lower case, xn--, without `*.` in front, maybe with a port. Errc::unprocessable
/// for what is no name of a server.
Result<std::string> checked_rule_domain(std::string_view text);

/// Ends what ties this node to servers that the rules block now: follows and requests in both directions, and
/// what waits to be sent there. Nobody is told; unblocking brings nothing back.
void cut_ties(store::WriteTx& tx, const DomainRules& rules);

/// How the name is shown to the public where the rule says to hide it: "soc***.****ple".
std::string obfuscated(std::string_view domain);

}  // namespace dunlin::domain
