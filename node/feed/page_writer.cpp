#include "node/feed/page_writer.h"

namespace dunlin::feed {

PageWriter::PageWriter(Library& library, std::size_t bytes)
    : library_(&library), packed_(std::in_place, library.words(), bytes) {}

void PageWriter::pack(const StatusCard& card) { packed_->add(library_->packed(card)); }
void PageWriter::pack(const AccountCard& card) { packed_->add(library_->packed(card)); }

}  // namespace dunlin::feed
