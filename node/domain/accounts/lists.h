#pragma once
// People's own lists as files that they take from server to server: Mastodon's CSV.
// Source: the files that Mastodon's settings export.
#include <string>
#include <string_view>
#include <vector>

#include "node/domain/site.h"
#include "node/store/imports.h"
#include "protocol/base/result.h"

namespace dunlin::domain {

/// A list as one line an entry; `account@server` for people, addresses for posts.
std::string write_list(const store::ReadTx& tx, const Site& site, AccountId me, store::ListKind kind);

/// Lines to be worked off from `now` on; those that name nobody have failed already and say why. With a first
/// line that names the columns, or without. 422 when the text is no table, has nothing in it, or more than
/// limits::import_lines_max lines.
Result<std::vector<store::ImportLine>> read_list(store::ListKind kind, std::string_view csv, Timestamp now);

/// Whether there is room for one more import beside those that are not finished; makes room among those that
/// are. 422 otherwise.
Result<void> make_room_for_import(store::WriteTx& tx, AccountId me);

/// Does to `target` what a line of the list says: follow with its options, mute or block.
Result<void> apply_line(store::WriteTx& tx, AccountId me, store::ListKind kind, const store::ImportLine& line,
                        AccountId target, std::int64_t following_max);

}  // namespace dunlin::domain
