#pragma once
#include <optional>
#include <string>
#include <vector>

#include "protocol/activitypub/document.h"
#include "protocol/activitypub/emoji.h"
#include "protocol/base/time.h"

namespace dunlin::activitypub {

/// Someone's profile as it goes over the wire. Strings are as they came, cut to limits::remote_*: `summary`
/// and the values of fields are HTML that is not cleaned yet. Absent is empty.
struct Actor {
  struct Field {
    std::string name;
    std::string value;
  };
  struct Key {
    std::string id;
    std::string owner;
    std::string pem;
  };
  struct Multikey {
    std::string id;
    std::string controller;
    std::string multibase;
  };
  std::string id;
  std::string type = "Person";  // Person, Service, Application, Group or Organization
  std::string username;         // preferredUsername
  std::string name;
  std::string summary;
  std::string url;
  std::string inbox;
  std::string shared_inbox;
  std::string outbox;
  std::string followers;
  std::string following;
  std::string featured;
  std::string icon_url;
  std::string icon_type;  // media type
  std::string image_url;
  std::string image_type;
  std::string moved_to;
  std::string webfinger;  // user@host, FEP-2c59
  std::vector<Field> fields;
  std::vector<Key> keys;
  std::vector<Multikey> multikeys;  // assertionMethod, FEP-521a
  std::vector<std::string> also_known_as;
  std::vector<Emoji> emojis;
  std::optional<Timestamp> published;
  bool locked = false;  // manuallyApprovesFollowers
  bool discoverable = false;
  bool indexable = false;
  bool memorial = false;

  /// Automated, as Mastodon shows it.
  bool bot() const { return type == "Service" || type == "Application"; }
};

/// Needs id, one of the five types, inbox and preferredUsername (Errc::unprocessable otherwise); all else may
/// be missing or odd. Says nothing about whether the document may speak for its id: that is for the caller.
[[nodiscard]] Result<Actor> read_actor(const json& document);
/// Our form, with @context (`Context::none` inside an activity: with_context false). ActivityPub 4.1.
std::string write_actor(const Actor& actor, bool with_context = true);

}  // namespace dunlin::activitypub
