#include "node/domain/federation/domains.h"

#include "node/domain/relationships/relationships.h"
#include "protocol/base/encoding.h"
#include "protocol/url/url.h"

namespace dunlin::domain {

namespace {

/// The host of "host:port" and of "[::1]:port".
std::string_view without_port(std::string_view authority) {
  const auto end_of_brackets = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const auto colon = authority.find(':', end_of_brackets == std::string_view::npos ? 0 : end_of_brackets);
  return authority.substr(0, colon);
}

/// Calls `take` with the name, then with each name above it, until one is taken.
template <class Take>
bool climb(std::string_view name, Take take) {
  while (!name.empty()) {
    if (take(std::string(name))) return true;
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) return false;
    name.remove_prefix(dot + 1);
  }
  return false;
}

/// A rule with a port says more than one without.
template <class Take>
bool climb_with_and_without_port(std::string_view authority, Take take) {
  if (climb(authority, take)) return true;
  const auto host = without_port(authority);
  return host.size() != authority.size() && climb(host, take);
}

std::string_view authority_of(std::string_view address) {
  const auto begin = address.find("://");
  if (begin == std::string_view::npos) return {};
  address.remove_prefix(begin + 3);
  return address.substr(0, address.find_first_of("/?#\\"));
}

}  // namespace

DomainRules::DomainRules(const store::ReadTx& tx, std::string own, bool only_allowed)
    : own_(std::move(own)), only_allowed_(only_allowed) {
  for (const auto& rule : store::domain_rules(tx)) {
    const bool is_blocked = rule.severity == store::Severity::suspend;
    has_blocks_ = has_blocks_ || is_blocked;
    rules_[rule.domain] = {is_blocked, rule.severity == store::Severity::silence,
                           rule.reject_media || is_blocked, rule.reject_reports || is_blocked};
  }
  for (auto& allow : store::domain_allows(tx)) allowed_.insert(std::move(allow.domain));
}

DomainPolicy DomainRules::policy(std::string_view host) const {
  if (host.empty() || (rules_.empty() && !only_allowed_)) return {};
  std::string name = to_lower(host);
  if (name.ends_with('.')) name.pop_back();
  if (name == own_) return {};
  DomainPolicy found;
  climb_with_and_without_port(name, [&](const std::string& part) {
    const auto rule = rules_.find(part);
    if (rule == rules_.end()) return false;
    found = rule->second;
    return true;
  });
  const auto is_allowed = [&](const std::string& part) { return allowed_.contains(part); };
  if (only_allowed_ && !climb_with_and_without_port(name, is_allowed)) found.is_blocked = true;
  return found;
}

void Domains::reload(const store::ReadTx& tx) {
  auto fresh = std::make_shared<const DomainRules>(tx, own_, only_allowed_);
  std::lock_guard lock(mutex_);
  rules_ = std::move(fresh);
}

std::shared_ptr<const DomainRules> Domains::rules() const {
  std::lock_guard lock(mutex_);
  return rules_;
}

DomainPolicy Domains::policy(std::string_view host) const {
  if (host.empty()) return {};
  const auto current = rules();
  return current ? current->policy(host) : DomainPolicy{};
}

bool Domains::is_blocked_address(std::string_view address) const {
  const auto url = Url::parse(address, UrlSchemes::http_or_https);
  return is_blocked(url ? url->authority() : authority_of(address));
}

Result<std::string> checked_rule_domain(std::string_view text) {
  text = trim(text);
  for (const std::string_view prefix : {"*.", "@", "."}) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  }
  const auto wrong = fail(Errc::unprocessable, "Validation failed: \"" + std::string(text.substr(0, 80)) +
                                                   "\" is not the name of a server");
  if (text.empty() || text.find_first_of("/?#@\\*% ") != std::string_view::npos) return wrong;
  const auto url = Url::parse("https://" + std::string(text) + "/");
  if (!url) return wrong;
  return std::string(url->authority());
}

void cut_ties(store::WriteTx& tx, const DomainRules& rules) {
  if (!rules.can_block()) return;
  for (const auto& domain : store::known_domains(tx)) {
    if (!rules.policy(domain).is_blocked) continue;
    for (AccountId account : store::accounts_of_domain(tx, domain)) cut_all_relationships(tx, account);
  }
  auto inboxes = store::waiting_inboxes(tx);
  std::erase_if(inboxes,
                [&](const std::string& inbox) { return !rules.policy(authority_of(inbox)).is_blocked; });
  store::drop_deliveries_to(tx, inboxes);
}

std::string obfuscated(std::string_view domain) {
  std::string out(domain);
  // As Mastodon does: the middle half, dots stay.
  const auto quarter = out.size() / 4;
  for (std::size_t i = quarter; i < out.size() - quarter; ++i) {
    if (out[i] != '.') out[i] = '*';
  }
  return out;
}

}  // namespace dunlin::domain
