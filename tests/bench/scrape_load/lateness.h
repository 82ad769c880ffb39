// How punctual a server's scrapes are: how long after its slot each of them began.
#pragma once

#include <cstdint>
#include <vector>

namespace narthex::bench {

// A port of 127.0.0.1 that is free now.
uint16_t free_port();

// The lateness in seconds of every attempt that the Narthex on this port remembers, ascending. Empty if it does not
// answer.
std::vector<double> read_lateness(uint16_t port);

// Percentiles, and the share below 50 ms.
void print_lateness(const std::vector<double>& sorted);

}  // namespace narthex::bench
