#include "storage/core/store_impl.h"

namespace narthex::storage {
namespace {

class NoLog final : public RecordLog {
 public:
  Result<> write(const RecordBatch&) override { return {}; }
  Result<> drop(int64_t) override { return {}; }
  void create_ahead(Timestamp) override {}
};

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const Options& options, const Clock&, Log& log) {
  auto shared = std::make_shared<Shared>(options);
  shared->record_log = std::make_unique<NoLog>();
  shared->committer =
      std::make_unique<Committer>(shared->core, shared->windows, *shared->record_log, shared->options, log);
  return std::unique_ptr<Store>(std::make_unique<StoreImpl>(std::move(shared)));
}

}  // namespace narthex::storage
