#pragma once
#include "node/domain/site.h"
#include "protocol/gzip/piece.h"

namespace dunlin::feed {

/// What cards have in common, found in cards about nobody.
gzip::Words words_of(const domain::Site& site);

}  // namespace dunlin::feed
