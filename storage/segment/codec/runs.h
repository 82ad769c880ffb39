// Numbers that hardly ever change: { length:v change:s }, until there are as many as asked for.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/head/bytes.h"

namespace narthex::storage::codec {

void append_runs(std::string& out, std::span<const int64_t> numbers);
// Appends `count` numbers. False: the bytes make no sense.
bool read_runs(ByteReader& in, size_t count, std::vector<int64_t>& numbers);

}  // namespace narthex::storage::codec
