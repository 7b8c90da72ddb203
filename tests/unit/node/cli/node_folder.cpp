#include "tests/unit/node/cli/node_folder.h"

#include <sqlite3.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "node/app/config.h"
#include "node/cli/dev_seed.h"
#include "node/domain/accounts/accounts.h"
#include "node/domain/relationships/relationships.h"
#include "node/domain/statuses/change.h"
#include "node/domain/statuses/publish.h"
#include "node/media/files.h"
#include "node/store/database.h"
#include "node/store/marks.h"
#include "node/store/notifications.h"
#include "node/store/oauth.h"
#include "protocol/base/random.h"
#include "tests/support/manual_clock.h"

namespace dunlin::cli {

namespace fs = std::filesystem;

namespace {

void must(const Result<void>& result) {
  if (!result) throw std::runtime_error("test data: " + result.error().safe + " " + result.error().detail);
}

class Raw {
 public:
  explicit Raw(const std::string& path) {
    if (sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
      throw std::runtime_error("opening " + path);
  }
  ~Raw() { sqlite3_close(database_); }
  Raw(const Raw&) = delete;
  std::string run(const std::string& sql) {
    std::string first;
    const auto row = [](void* out, int, char** values, char**) {
      auto& text = *static_cast<std::string*>(out);
      if (text.empty() && values[0] != nullptr) text = values[0];
      return 0;
    };
    if (sqlite3_exec(database_, sql.c_str(), row, &first, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sql + ": " + sqlite3_errmsg(database_));
    }
    return first;
  }

 private:
  sqlite3* database_ = nullptr;
};

AccountId account(const store::ReadTx& tx, std::string_view name) {
  return store::account_by_name(tx, name, "").value();
}

Result<StatusId> post(store::WriteTx& tx, AccountId author, const std::string& text,
                      store::Visibility visibility, StatusId answered = {}) {
  domain::StatusDraft draft;
  draft.visibility = visibility;
  draft.in_reply_to = answered;
  draft.idempotency_hash = std::string("key of ") + text;
  TRY(draft.text, domain::prepare_text(tx, NodeFolder::site(), {.characters_max = 500}, text, "", "plain"));
  return domain::publish(tx, author, draft);
}

Result<void> ask(store::WriteTx& tx, StatusId question) {
  TRY(const auto poll, domain::check_poll({{"heron", "gull"}, false, false, std::chrono::hours(1)}));
  domain::ask(tx, *store::find_status(tx, question), poll);
  return {};
}

Result<void> statuses(store::WriteTx& tx) {
  using store::Visibility;
  const auto reader = account(tx, "reader"), friend_ = account(tx, "quiet_heron"),
             other = account(tx, "amber_heron");
  TRY(const auto first, post(tx, reader, "First of a thread #birds #weather", Visibility::public_));
  TRY(const auto answer, post(tx, friend_, "@reader an answer #birds", Visibility::public_, first));
  TRY_DO(post(tx, reader, "@quiet_heron only for you", Visibility::direct));
  TRY(const auto gone, post(tx, reader, "@quiet_heron @amber_heron soon gone #gone", Visibility::direct));
  TRY_DO(domain::favourite(tx, friend_, first));
  TRY_DO(domain::favourite(tx, other, first));
  TRY_DO(domain::favourite(tx, other, answer));
  TRY_DO(domain::reblog(tx, other, first, Visibility::public_));
  TRY_DO(domain::reblog(tx, other, answer, Visibility::public_));
  TRY_DO(domain::bookmark(tx, reader, answer));
  TRY_DO(domain::pin(tx, reader, first));
  TRY_DO(domain::mute_conversation(tx, other, answer, true));
  TRY(domain::PreparedText edited,
      domain::prepare_text(tx, NodeFolder::site(), {.characters_max = 500},
                           "First, edited @amber_heron #maps", "careful", "plain"));
  TRY_DO(domain::edit_status(tx, reader, first, {edited, true, "en"}));
  TRY_DO(domain::delete_status(tx, reader, gone));
  TRY(const auto question, post(tx, reader, "Which of them?", Visibility::public_));
  TRY_DO(ask(tx, question));
  TRY_DO(domain::vote(tx, friend_, question, {1}));
  return {};
}

Result<void> relationships(store::WriteTx& tx) {
  const auto reader = account(tx, "reader"), friend_ = account(tx, "quiet_heron"),
             other = account(tx, "amber_heron");
  const auto foe = account(tx, "rusty_heron"), gone = account(tx, "silver_heron");
  TRY_DO(domain::unfollow(tx, friend_, reader));
  domain::ProfileChange locked;
  locked.locked = true;
  TRY_DO(domain::change_profile(tx, NodeFolder::site(), reader, locked));
  TRY_DO(domain::follow(tx, friend_, reader, {}, 0));
  TRY_DO(domain::block(tx, reader, foe));
  TRY_DO(domain::mute(tx, reader, other, true, Timestamp{1'900'000'000'000}));
  TRY_DO(domain::set_note(tx, reader, friend_, "met at the harbour"));
  domain::delete_account(tx, gone);
  store::put_marker(tx, reader, "home", "1");
  store::insert_invite(tx, "invite-code", 3, std::nullopt);
  return {};
}

}  // namespace

NodeFolder::NodeFolder() : data_(fs::path(temporary_.path().toStdString()) / "node") {
  fs::create_directory(data_);
  std::ofstream(data_ / "node.toml") << app::default_toml(site().domain);
  const auto made = store::open_for_writing(file("dunlin.db"), true, {});
  if (!made) throw std::runtime_error(made.error().safe);
}

NodeFolder::NodeFolder(const NodeFolder& other)
    : data_(fs::path(temporary_.path().toStdString()) / "node"), now_(other.now_) {
  fs::copy(other.data_, data_, fs::copy_options::recursive);
}

Result<void> NodeFolder::write(const std::function<Result<void>(store::WriteTx&)>& operation) {
  TRY(const auto connection, store::open_for_writing(file("dunlin.db"), false, {}));
  now_ = now_ + std::chrono::minutes(1);
  IdGenerator ids(0, store::greatest_id(*connection));
  store::Changes changes;
  connection->execute("BEGIN IMMEDIATE");
  store::WriteTx tx(*connection, ids, now_, changes);
  auto result = operation(tx);
  connection->execute(result ? "COMMIT" : "ROLLBACK");
  return result;
}

void NodeFolder::sql(const std::string& statements) const { Raw(file("dunlin.db")).run(statements); }
std::string NodeFolder::ask(const std::string& query) const { return Raw(file("dunlin.db")).run(query); }

void NodeFolder::fill() {
  const ManualClock clock(now_);
  must(dev_seed(path(), {.accounts = 30, .statuses = 300, .follows_per_account = 8, .seed = 7}, clock));
  must(write(relationships));
  must(write(statuses));
  media::Files files(file("media"), system_random());
  domain::ProfileChange pictures;
  pictures.avatar = files.put("avatars", std::string(5'000, 'a'), "image/png");
  pictures.header = files.put("headers", std::string(70'000, 'h'), "image/jpeg");
  must(write([&](store::WriteTx& tx) {
    return domain::change_profile(tx, site(), account(tx, "reader"), pictures);
  }));
  sql("INSERT INTO app VALUES (1, 'client', x'01', 'App', NULL, 'urn:x', 'read', 1);"
      "INSERT INTO authorization_code VALUES (x'02', 1, 1, 'urn:x', 'read', '', 1, NULL);"
      "INSERT INTO token VALUES (1, x'03', 1, 1, 'read', NULL, 1);"
      "INSERT INTO browser_session VALUES (x'04', 1, 1, 2);"
      "INSERT INTO actor VALUES (1, 'urn:in', '', '', '', '', 'urn:key', 'PEM', '', '', 1);"
      "INSERT INTO signing_key VALUES (1, 'private PEM', 'private PEM');"
      "INSERT INTO notice VALUES (1, 'follow', 1, 0, 2, '', '{}');"
      "INSERT INTO delivery (notice_id, inbox) VALUES (1, 'urn:in');"
      "INSERT INTO former_inbox (account_id, inbox, left_at) VALUES (1, 'urn:in', 1);"
      "INSERT INTO received VALUES (x'05', 1);"
      "INSERT INTO tombstone VALUES (x'06', 1);"
      "INSERT INTO domain_rule VALUES (1, 'bad.example', 'suspend', 1, 0, 0, 'private', 'public', 1);"
      "INSERT INTO emoji (host, shortcode, url) VALUES ('good.example', 'blob', "
      "'https://good.example/blob.png');"
      "INSERT INTO domain_allow VALUES (1, 'good.example', 1);"
      "INSERT INTO import VALUES (1, 1, 'following', 2, 1);"
      "INSERT INTO import_line VALUES (1, 2, 'ann@good.example', '', 1, NULL, 'not there');"
      "INSERT INTO history VALUES (300, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);"
      "INSERT INTO report VALUES (1, 1, 2, 'spam', 'look at this', '', '', 0, NULL);");
  sql("INSERT INTO outbox (account_id) VALUES (1);"
      "INSERT INTO quote SELECT min(id), 0, 0, 'urn:quoted', 'pending', '' FROM status WHERE deleted_at IS "
      "NULL;"
      "INSERT INTO reply_consent SELECT min(id), 'pending', '' FROM status"
      " WHERE deleted_at IS NULL AND in_reply_to_id IS NOT NULL HAVING min(id) IS NOT NULL;"
      "UPDATE status SET is_quote = 1 WHERE id IN (SELECT status_id FROM quote);"
      "INSERT INTO awaited_boost VALUES ('urn:boost', 1, 'urn:post', 'public', 1, 0, 1);"
      "INSERT INTO origin_status VALUES (1, 2, 3, 4, 5);"
      "INSERT INTO origin_account VALUES (1, 2, 3, 4, 5);"
      "INSERT OR REPLACE INTO sign_of_life VALUES (1, 1);");
}

std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = fs::relative(entry.path(), folder).generic_string();
    if (entry.is_regular_file()) {
      std::ifstream file(entry.path(), std::ios::binary);
      all[name] = std::string(std::istreambuf_iterator<char>(file), {});
    } else {
      all[name + "/"] = "";
    }
  }
  return all;
}

}  // namespace dunlin::cli
