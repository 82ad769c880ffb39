// The memory of this process.
#pragma once

#include <cstdint>

namespace narthex::storage {

// Resident bytes, 0 if the system does not say. Costs a read of a file of /proc.
uint64_t resident_bytes();

// Gives the system back what the allocator keeps for later. May take a tenth of a second.
void give_back_free_memory();

}  // namespace narthex::storage
