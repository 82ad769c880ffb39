#include <cstdio>

int main() {
  std::puts("narthex " NARTHEX_VERSION);
  return 0;
}
