#include "node/api/registration.h"

#include "node/auth/password.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/plain.h"

namespace dunlin::api {

Result<Registration> read_registration(const Context& context) {
  Registration r;
  const auto take = [&](std::string_view name, std::string& out) -> Result<void> {
    TRY(auto text, context.params.text(name));
    out = std::move(text).value_or("");
    return {};
  };
  TRY_DO(take("username", r.username));
  TRY_DO(take("email", r.email));
  TRY_DO(take("password", r.password));
  TRY_DO(take("reason", r.reason));
  TRY_DO(take("invite_code", r.invite_code));
  TRY_DO(take("locale", r.locale));
  TRY(const auto agreed, context.params.boolean("agreement"));
  r.has_agreed = agreed.value_or(false);
  r.username = trim(r.username);
  r.email = trim(r.email);
  return r;
}

namespace {

store::UserState first_state(const app::Config& config) {
  if (config.registration.mode == app::RegistrationMode::approval) return store::UserState::pending;
  return config.registration.confirm_email ? store::UserState::unconfirmed : store::UserState::active;
}

domain::NewAccount account_of(const Context& context, const Registration& r) {
  domain::NewAccount account;
  account.username = r.username;
  account.email = r.email;
  account.reason = r.reason;
  account.locale = r.locale.empty() ? "en" : r.locale.substr(0, 20);
  account.state = first_state(context.services.config);
  if (context.services.config.registration.mode == app::RegistrationMode::invite)
    account.invite = r.invite_code;
  return account;
}

/// Why auth::check_password_rules refused it, in the client API's words.
std::string password_code(std::string_view password) {
  if (password.empty()) return "ERR_BLANK";
  if (password.size() > limits::password_bytes_max) return "ERR_TOO_LONG";
  return text::count_graphemes(password) < limits::password_characters_min ? "ERR_TOO_SHORT" : "ERR_INVALID";
}

}  // namespace

Result<void> check_registration(Context& context, const Registration& r) {
  const auto& config = context.services.config.registration;
  if (config.mode == app::RegistrationMode::closed)
    return fail(Errc::forbidden, "This node takes no new members.");
  TRY_DO(context.take(context.services.rate_limits.sign_ups_of_address, context.client_key(),
                      "Too many sign-ups from this address. Try again later."));
  auto wrong = domain::check_new_account(context.tx(), account_of(context, r));
  if (const auto password = auth::check_password_rules(r.password, r.username, r.email); !password) {
    const auto why = std::string_view(password.error().safe).substr(std::string_view("password: ").size());
    wrong.push_back({"password", password_code(r.password), "Password " + std::string(why)});
  }
  if (!r.has_agreed) wrong.push_back({"agreement", "ERR_ACCEPTED", "Service agreement must be accepted"});
  if (config.mode == app::RegistrationMode::approval && config.reason_required && trim(r.reason).empty()) {
    wrong.push_back({"reason", "ERR_BLANK", "Reason can't be blank: the moderators read it"});
  }
  if (config.mode == app::RegistrationMode::invite && r.invite_code.empty()) {
    wrong.push_back(
        {"invite_code", "ERR_BLANK", "Invite code can't be blank: this node is by invitation only"});
  }
  return domain::as_validation(std::move(wrong));
}

Result<domain::NewAccount> hashed_account(Context& context, const Registration& r) {
  auto account = account_of(context, r);
  account.password_hash = auth::hash_password(r.password, context.services.random);
  return account;
}

}  // namespace dunlin::api
