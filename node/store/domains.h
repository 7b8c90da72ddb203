#pragma once
// Rules about other servers, and what is known of them: rows in, rows out. What the rules mean is in
// domain/federation/domains.h.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/relationships.h"
#include "node/store/transaction.h"

namespace dunlin::store {

enum class Severity : std::uint8_t { none, silence, suspend };
std::string_view to_string(Severity severity);
std::optional<Severity> parse_severity(std::string_view text);

struct DomainRule {
  std::int64_t id = 0;
  std::string domain;
  Severity severity = Severity::suspend;
  bool reject_media = false;
  bool reject_reports = false;
  bool obfuscate = false;
  std::string private_comment;
  std::string public_comment;
  Timestamp created_at;
};
/// By domain.
std::vector<DomainRule> domain_rules(const ReadTx& tx);
std::vector<DomainRule> domain_rules_page(const ReadTx& tx, const EdgePage& page);
std::optional<DomainRule> find_domain_rule(const ReadTx& tx, std::int64_t id);
/// Of this very name, not of one above it.
std::optional<DomainRule> domain_rule_of(const ReadTx& tx, std::string_view domain);
/// New, or all but its id and date as told here.
void put_domain_rule(WriteTx& tx, const DomainRule& rule);
/// False when there was none.
bool delete_domain_rule(WriteTx& tx, std::string_view domain);

struct DomainAllow {
  std::int64_t id = 0;
  std::string domain;
  Timestamp created_at;
};
std::vector<DomainAllow> domain_allows(const ReadTx& tx);
std::vector<DomainAllow> domain_allows_page(const ReadTx& tx, const EdgePage& page);
std::optional<DomainAllow> find_domain_allow(const ReadTx& tx, std::int64_t id);
std::optional<DomainAllow> domain_allow_of(const ReadTx& tx, std::string_view domain);
void put_domain_allow(WriteTx& tx, std::string_view domain);
bool delete_domain_allow(WriteTx& tx, std::string_view domain);

/// Servers that some account here is of.
std::vector<std::string> known_domains(const ReadTx& tx);
std::vector<AccountId> accounts_of_domain(const ReadTx& tx, std::string_view domain);
/// Where something is still to be sent. Reads all that waits.
std::vector<std::string> waiting_inboxes(const ReadTx& tx);
/// With the notices that have nobody left to be told to.
void drop_deliveries_to(WriteTx& tx, const std::vector<std::string>& inboxes);

}  // namespace dunlin::store
