#include "node/store/marks.h"

namespace dunlin::store {

namespace {

/// Runs a statement of (account, status); marks the account's marks as changed when a row did.
template <class... More>
bool change(WriteTx& tx, std::string_view query, AccountId account, StatusId status, More... more) {
  if (tx.run(query, account, status, more...) == 0) return false;
  tx.changes().marks.push_back(account);
  return true;
}

std::vector<MarkedStatus> marked(const ReadTx& tx, std::string_view down, std::string_view up,
                                 AccountId owner, const EdgePage& page) {
  std::vector<MarkedStatus> out;
  auto rows = tx.query(page.ascending ? up : down, owner, page.before, page.after, page.limit);
  while (rows.step()) out.push_back({rows.id<StatusId>(0), rows.integer(1)});
  return out;
}

std::vector<Edge> who(const ReadTx& tx, std::string_view down, std::string_view up, StatusId status,
                      const EdgePage& page) {
  std::vector<Edge> out;
  auto rows = tx.query(page.ascending ? up : down, status, page.before, page.after, page.limit);
  while (rows.step()) out.push_back({rows.id<AccountId>(0), rows.integer(1)});
  return out;
}

std::vector<StatusId> ids(Rows rows) {
  std::vector<StatusId> out;
  while (rows.step()) out.push_back(rows.id<StatusId>(0));
  return out;
}

}  // namespace

bool put_favourite(WriteTx& tx, AccountId account, StatusId status) {
  return change(tx, "insert_favourite", account, status, tx.next_id());
}
bool delete_favourite(WriteTx& tx, AccountId account, StatusId status) {
  return change(tx, "delete_favourite", account, status);
}
bool put_bookmark(WriteTx& tx, AccountId account, StatusId status) {
  return change(tx, "insert_bookmark", account, status, tx.next_id());
}
bool delete_bookmark(WriteTx& tx, AccountId account, StatusId status) {
  return change(tx, "delete_bookmark", account, status);
}
bool put_pin(WriteTx& tx, AccountId account, StatusId status) {
  return change(tx, "insert_pin", account, status, tx.next_id());
}
bool delete_pin(WriteTx& tx, AccountId account, StatusId status) {
  return change(tx, "delete_pin", account, status);
}
std::vector<StatusId> pins_of(const ReadTx& tx, AccountId account) {
  return ids(tx.query("pins_of", account));
}

void put_conversation_mute(WriteTx& tx, AccountId account, StatusId conversation) {
  tx.run("insert_conversation_mute", account, conversation);
  tx.changes().graphs.push_back(account);
}
void delete_conversation_mute(WriteTx& tx, AccountId account, StatusId conversation) {
  tx.run("delete_conversation_mute", account, conversation);
  tx.changes().graphs.push_back(account);
}
std::vector<StatusId> conversation_mutes_of(const ReadTx& tx, AccountId account) {
  return ids(tx.query("conversation_mutes_of", account));
}

std::vector<MarkedStatus> favourites_page(const ReadTx& tx, AccountId account, const EdgePage& page) {
  return marked(tx, "favourites_page", "favourites_page_up", account, page);
}
std::vector<MarkedStatus> bookmarks_page(const ReadTx& tx, AccountId account, const EdgePage& page) {
  return marked(tx, "bookmarks_page", "bookmarks_page_up", account, page);
}
std::vector<Edge> favourited_by_page(const ReadTx& tx, StatusId status, const EdgePage& page) {
  return who(tx, "favourited_by_page", "favourited_by_page_up", status, page);
}
std::vector<Edge> reblogged_by_page(const ReadTx& tx, StatusId status, const EdgePage& page) {
  return who(tx, "reblogged_by_page", "reblogged_by_page_up", status, page);
}

std::vector<Mark> newest_marks(const ReadTx& tx, AccountId account, int limit) {
  std::vector<Mark> out;
  auto rows = tx.query("newest_marks", account, limit);
  while (rows.step()) out.push_back({rows.id<StatusId>(0), static_cast<std::uint8_t>(rows.integer(1))});
  return out;
}

std::uint8_t marks_on(const ReadTx& tx, AccountId account, StatusId status) {
  std::uint8_t bits = 0;
  auto rows = tx.query("marks_on", account, status);
  while (rows.step()) bits = static_cast<std::uint8_t>(bits | rows.integer(1));
  return bits;
}

}  // namespace dunlin::store
