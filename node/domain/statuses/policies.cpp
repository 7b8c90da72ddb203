#include "node/domain/statuses/policies.h"

#include <algorithm>
#include <charconv>

namespace dunlin::domain {

namespace {

constexpr std::string_view nobody = "-";

void add(Group& group, std::string_view who) {
  if (who == "public") group.everyone = true;
  if (who == "followers") group.followers = true;
  if (who == "mentioned") group.mentioned = true;
  if (who == "*") group.others = true;
  AccountId account;
  if (!who.starts_with('#')) return;
  std::from_chars(who.data() + 1, who.data() + who.size(), account.value);
  if (account) group.accounts.push_back(account);
}

void append(std::string& out, const Group& group, std::string_view name) {
  const auto word = [&](std::string_view who) {
    if (!out.empty()) out += ' ';
    out.append(name).append(who);
  };
  if (group.everyone) word("public");
  if (group.followers) word("followers");
  if (group.mentioned) word("mentioned");
  if (group.others) word("*");
  for (AccountId account : group.accounts) word("#" + dunlin::to_string(account));
}

void append(std::string& out, const std::optional<PolicyRule>& rule, const std::string& name) {
  if (!rule) return;
  append(out, rule->automatic, name + ":");
  append(out, rule->manual, name + "?:");
  if (!rule->automatic.empty() || !rule->manual.empty()) return;
  if (!out.empty()) out += ' ';
  out.append(name).append(":").append(nobody);
}

bool has(const Group& group, const Relations& reader, const StatusFacts& status) {
  if (group.everyone) return true;
  if (reader.is_anonymous()) return false;
  if (group.followers && reader.follows(status.account)) return true;
  return std::find(group.accounts.begin(), group.accounts.end(), reader.self()) != group.accounts.end();
}

Leave leave_of(const PolicyRule& rule, const Relations& reader, const StatusFacts& status) {
  if (has(rule.automatic, reader, status)) return Leave::automatic;
  if (has(rule.manual, reader, status)) return Leave::manual;
  return rule.automatic.others || rule.manual.others ? Leave::unknown : Leave::denied;
}

bool is_everyones(const StatusFacts& status) {
  return status.visibility == store::Visibility::public_ || status.visibility == store::Visibility::unlisted;
}

}  // namespace

Policies parse_policies(std::string_view stored) {
  Policies out;
  while (!stored.empty()) {
    const auto end = std::min(stored.find(' '), stored.size());
    const auto word = stored.substr(0, end);
    stored.remove_prefix(std::min(end + 1, stored.size()));
    const auto colon = std::min(word.find(':'), word.size());
    auto name = word.substr(0, colon);
    const bool is_manual = name.ends_with('?');
    if (is_manual) name.remove_suffix(1);
    auto* rule = name == "quote" ? &out.quote : name == "reply" ? &out.reply : nullptr;
    if (rule == nullptr) continue;
    if (!*rule) rule->emplace();
    add(is_manual ? (*rule)->manual : (*rule)->automatic, word.substr(std::min(colon + 1, word.size())));
  }
  return out;
}

std::string to_string(const Policies& policies) {
  std::string out;
  append(out, policies.quote, "quote");
  append(out, policies.reply, "reply");
  return out;
}

std::string_view to_string(Leave leave) {
  switch (leave) {
    case Leave::automatic:
      return "automatic";
    case Leave::manual:
      return "manual";
    case Leave::unknown:
      return "unknown";
    case Leave::denied:
      break;
  }
  return "denied";
}

PolicyRule quote_rule(const StatusFacts& status, const Policies& policies, bool is_here) {
  if (!is_everyones(status)) return {};
  if (policies.quote) return *policies.quote;
  PolicyRule rule;
  rule.automatic.everyone = is_here;
  return rule;
}

Leave may_quote(const Relations& reader, const StatusFacts& status, const Policies& policies, bool is_here) {
  if (reader.is_anonymous() || status.reblog_of || status.visibility == store::Visibility::direct)
    return Leave::denied;
  if (reader.self() == status.account) return Leave::automatic;
  return leave_of(quote_rule(status, policies, is_here), reader, status);
}

Leave may_reply(const Relations& reader, const StatusFacts& status, const Policies& policies) {
  if (!policies.reply || reader.self() == status.account) return Leave::automatic;
  const bool is_named =
      reader.self() == status.in_reply_to_account ||
      std::find(status.mentions.begin(), status.mentions.end(), reader.self()) != status.mentions.end();
  if (!reader.is_anonymous() && is_named) return Leave::automatic;
  return leave_of(*policies.reply, reader, status);
}

Leave may_reply(const store::ReadTx& tx, AccountId account, const store::Status& answered, Timestamp now) {
  // Nearly always nothing is said.
  if (answered.policy.empty()) return Leave::automatic;
  return may_reply(StoredRelations(tx, account, now), StatusFacts::of(answered),
                   parse_policies(answered.policy));
}

std::optional<PolicyRule> quote_rule_named(std::string_view word) {
  PolicyRule rule;
  rule.automatic.everyone = word == "public";
  rule.automatic.followers = word == "followers";
  if (rule.automatic.empty() && word != "nobody") return std::nullopt;
  return rule;
}

}  // namespace dunlin::domain
