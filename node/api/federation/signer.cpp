#include "node/api/federation/signer.h"

#include "node/federation/remote.h"
#include "node/federation/signers.h"
#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/signature/verify.h"

namespace dunlin::api {

signature::Message message_of(const Context& context) {
  const auto& request = context.request;
  signature::Message message;
  message.method = std::string(net::to_string(request.method));
  message.scheme = context.site().base_url.substr(0, context.site().base_url.find("://"));
  message.target = std::string(request.target);
  for (const auto& field : request.fields) message.headers.emplace_back(field.name, field.value);
  return message;
}

namespace {

SignerOrigin known_signer(const Context& context, const signature::Claim& claim) {
  const auto signer = context.services.signers.signer(context.tx(), claim);
  const auto account = signer ? store::find_account(context.tx(), signer->account) : std::nullopt;
  if (!account || account->is_gone() || context.services.domains.is_blocked(account->domain))
    return std::nullopt;
  return activitypub::origin_of(signer->uri);
}

}  // namespace

Result<Outcome> with_signer(Context& context,
                            std::function<Result<Outcome>(Context& context, const SignerOrigin&)> answer) {
  if (context.request.header("Signature").empty()) return answer(context, std::nullopt);
  const std::string own[] = {context.site().domain};
  const auto claim = signature::read_claim(message_of(context), own, context.now());
  if (!claim) return answer(context, std::nullopt);
  if (const auto known = known_signer(context, *claim)) return answer(context, known);
  if (store::actor_by_key(context.tx(), claim->key_id)) return answer(context, std::nullopt);
  auto place = context.services.remote.place_for_key(claim->key_id);
  if (!place) return answer(context, std::nullopt);
  return Slow{[claim = *claim, place = std::move(*place), answer = std::move(answer)](Context& worker) {
                const auto owner = worker.services.remote.owner_of_key(worker.tx(), claim.key_id);
                return answer(worker, owner ? known_signer(worker, claim) : std::nullopt);
              },
              true};
}

}  // namespace dunlin::api
