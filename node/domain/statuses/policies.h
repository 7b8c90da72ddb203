#pragma once
// Who may quote and who may answer a status: what its author says of it, kept in one word list beside its
// text (store::Status::policy) and read here only. Sources: FEP-044f;
// docs.gotosocial.org/federation/interaction_policy
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/domain/statuses/visibility.h"
#include "protocol/base/result.h"

namespace dunlin::domain {

/// Those whom a rule names.
struct Group {
  bool everyone = false;
  bool followers = false;  // of the author
  bool mentioned = false;  // in the status; answers only
  bool others = false;     // that we cannot tell: collections of another node
  std::vector<AccountId> accounts;

  bool empty() const { return !everyone && !followers && !mentioned && !others && accounts.empty(); }
};
/// Who may without asking, and who may ask.
struct PolicyRule {
  Group automatic;
  Group manual;
};
struct Policies {
  std::optional<PolicyRule> quote;
  std::optional<PolicyRule> reply;
};
/// Words: "quote:public", "reply:followers", "reply?:public" for who may ask; "quote:-" for nobody; accounts
/// by number ("quote:#12"); "*" for others. What is not understood is nobody.
Policies parse_policies(std::string_view stored);
std::string to_string(const Policies& policies);

/// What a policy means for one account.
enum class Leave : std::uint8_t { automatic, manual, denied, unknown };
/// As the client API names it.
std::string_view to_string(Leave leave);

/// Who may quote a status that the policy says nothing of: here whoever may see what everyone may read,
/// elsewhere nobody.
PolicyRule quote_rule(const StatusFacts& status, const Policies& policies, bool is_here);
/// For a reader who may see the status. Its author always may, unless it is direct.
Leave may_quote(const Relations& reader, const StatusFacts& status, const Policies& policies, bool is_here);
/// For a reader who may see it. Nothing said is everyone; its author and whom it names or answers always may.
Leave may_reply(const Relations& reader, const StatusFacts& status, const Policies& policies);

/// The same for an account that the database knows.
Leave may_reply(const store::ReadTx& tx, AccountId account, const store::Status& answered, Timestamp now);

/// The rule of a word of the client API: public, followers or nobody. Nothing for another word.
std::optional<PolicyRule> quote_rule_named(std::string_view word);

}  // namespace dunlin::domain
