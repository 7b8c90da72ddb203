#pragma once
// What an account did to statuses: favourite, bookmark, pin, and the threads it muted. Boosts are statuses
// (statuses.h).
#include <vector>

#include "node/store/relationships.h"
#include "node/store/transaction.h"

namespace dunlin::store {

// Each put_ answers false when it was there already, each delete_ when it was not.
bool put_favourite(WriteTx& tx, AccountId account, StatusId status);
bool delete_favourite(WriteTx& tx, AccountId account, StatusId status);
bool put_bookmark(WriteTx& tx, AccountId account, StatusId status);
bool delete_bookmark(WriteTx& tx, AccountId account, StatusId status);
bool put_pin(WriteTx& tx, AccountId account, StatusId status);
bool delete_pin(WriteTx& tx, AccountId account, StatusId status);
/// Newest pin first.
std::vector<StatusId> pins_of(const ReadTx& tx, AccountId account);
void put_conversation_mute(WriteTx& tx, AccountId account, StatusId conversation);
void delete_conversation_mute(WriteTx& tx, AccountId account, StatusId conversation);
/// By id.
std::vector<StatusId> conversation_mutes_of(const ReadTx& tx, AccountId account);

/// A status in someone's list, with the list entry's own time-ordered id.
struct MarkedStatus {
  StatusId status;
  std::int64_t id = 0;
};
std::vector<MarkedStatus> favourites_page(const ReadTx& tx, AccountId account, const EdgePage& page);
std::vector<MarkedStatus> bookmarks_page(const ReadTx& tx, AccountId account, const EdgePage& page);
std::vector<Edge> favourited_by_page(const ReadTx& tx, StatusId status, const EdgePage& page);
std::vector<Edge> reblogged_by_page(const ReadTx& tx, StatusId status, const EdgePage& page);

/// Bits of Mark::bits.
enum MarkBit : std::uint8_t { favourited = 1, reblogged = 2, bookmarked = 4, pinned = 8, voted = 16 };
struct Mark {
  StatusId status;
  std::uint8_t bits = 0;  // one bit a row: the same status may come several times
};
/// Of each kind the `limit` with the greatest status ids, and all pins.
std::vector<Mark> newest_marks(const ReadTx& tx, AccountId account, int limit);
std::uint8_t marks_on(const ReadTx& tx, AccountId account, StatusId status);

}  // namespace dunlin::store
